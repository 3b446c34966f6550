"""Which hosts that a firm names are asked, at which address, and how long."""

from __future__ import annotations

import ipaddress
import socket
import threading
from pathlib import Path

import pytest

from services.chassis.foreign_hosts import LARGEST, ForeignHosts, HostAway, HostRefused
from services.chassis.settings import SettingMissing, Settings
from tests.identity_provider import started_house

PUBLIC = ("93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c")
PRIVATE = (
    *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "255.255.255.255", "224.0.0.1"),
    *("192.0.2.1", "198.18.0.1", "::", "::1", "fe80::1", "fc00::1", "ff02::1", "2001:db8::1"),
    *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:0:7f00:1::"),
)


@pytest.fixture(scope="module")
def house(bodies):
    with started_house(Path(bodies.ca_file).parent) as started:
        yield started


@pytest.fixture
def hosts(bodies):
    return ForeignHosts(Settings(trusted_networks="127.0.0.0/8", trusted_ca_file=bodies.ca_file), patience_s=2)


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_asked(address):
    assert ForeignHosts(Settings()).allows(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_that_is_not_public_is_not_asked_however_it_is_written(address):
    assert not ForeignHosts(Settings()).allows(ipaddress.ip_address(address))


def test_a_private_network_is_asked_where_the_operator_says_so():
    hosts = ForeignHosts(Settings(trusted_networks="10.0.0.0/8 fd00::/8"))
    allowed = [hosts.allows(ipaddress.ip_address(text)) for text in ("10.1.2.3", "::ffff:10.1.2.3", "fd00::1", "192.168.1.1")]
    assert allowed == [True, True, True, False]


def test_networks_that_are_none_are_refused_with_the_cure():
    with pytest.raises(SettingMissing, match="CASILLERO_TRUSTED_NETWORKS.*10.0.0.0/8"):
        Settings.from_env({"CASILLERO_TRUSTED_NETWORKS": "la de casa"})


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/",
        "https:///nada",
        "https://a:b@example.com/",
        "https://example.com:0/",
        "https://example.com:99999/",
        "https://ejemplo .com/",
        "https://ejémplo.com/",
        "file:///etc/passwd",
        "gopher://127.0.0.1/",
        "https://127.0.0.1\r\nX: 1/",
        "https://2130706433/",
        "https://127.1/",
        "https://0x7f000001/",
        "https://localhost/",
        "https://[::1]/",
    ],
)
def test_an_address_of_another_kind_or_of_this_machine_is_refused(url):
    with pytest.raises(HostRefused):
        ForeignHosts(Settings()).get(url)


def test_a_host_is_asked_under_its_own_certificate(house, hosts):
    provider = house.provider()
    assert hosts.get(f"{provider.issuer}/keys").status == 200
    with pytest.raises(HostAway):
        ForeignHosts(Settings(trusted_networks="127.0.0.0/8")).get(f"{provider.issuer}/keys")
    with pytest.raises(HostAway):
        hosts.get(provider.issuer.replace("127.0.0.1", "127.0.0.2") + "/keys")


def test_a_redirect_is_not_followed_and_a_large_answer_not_read(house, hosts):
    provider = house.provider()
    provider.answers = {"r": (302, {"Location": f"{provider.issuer}/keys"}, b""), "l": (200, {}, b"x" * (LARGEST + 1))}
    for path in provider.answers:
        with pytest.raises(HostAway):
            hosts.get(f"{provider.issuer}/{path}")
    assert provider.asked == ["r", "l"]


def test_a_host_that_says_nothing_is_given_up_on(hosts):
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(HostAway):
        hosts.get(f"https://127.0.0.1:{silent.getsockname()[1]}/")


def test_a_host_that_drips_its_answer_is_given_up_on(house, hosts):
    provider, stop = house.provider(), threading.Event()

    def drip(path, form, authorization):
        stop.wait(20)
        return 200, {}, b""

    provider.answer = drip
    with pytest.raises(HostAway):
        hosts.get(f"{provider.issuer}/keys")
    stop.set()
