"""The only way out: the hosts of the portals and the names below them, at their ports, where public sites are; nothing else."""

from __future__ import annotations

import asyncio
import json
import socket
from ipaddress import ip_network
from pathlib import Path

import pytest

from services.browser import warden
from services.browser.egress import Egress
from services.browser.portals import reach_of

LOOPBACK = (ip_network("127.0.0.0/8"),)


def portals(*addresses: str) -> list[dict]:
    return [{"name": "Sede", "actions": [{"kind": "access", "url": address} for address in addresses], "hosts": ["clave.example"]}]


def asked(folder: Path, head: str, *, networks=(), elsewhere=None, addresses=("https://sede.example/",)) -> tuple[str, list[str]]:
    """The first line of the answer, and which hosts the proxy told of."""
    told: list[str] = []
    reach = reach_of(portals(*addresses))

    async def talk() -> bytes:
        egress = Egress(reach, b"<h1>lista</h1>", tuple(networks), elsewhere or {}, told.append)
        server = await egress.serve(str(folder / "egress.sock"))
        reader, writer = await asyncio.open_unix_connection(str(folder / "egress.sock"))
        writer.write(head.encode() + b"\r\n\r\n")
        line = await reader.readline()
        writer.close()
        server.close()
        return line

    return asyncio.run(talk()).decode().strip(), told


@pytest.mark.parametrize(
    "target",
    [
        "otra.example:443",
        "sede.example.otra.example:443",
        "sede.example:22",
        "169.254.169.254:80",
        "127.0.0.1:5672",
        "[::1]:443",
        "localhost:443",
    ],
)
def test_a_host_or_port_that_is_not_on_the_list_is_refused_and_not_told(tmp_path, target):
    assert asked(tmp_path, f"CONNECT {target} HTTP/1.1") == ("HTTP/1.1 403 Forbidden", [])


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.7", "169.254.169.254", "::1", "64:ff9b::a00:1"])
def test_a_portal_that_is_where_no_public_site_is_is_refused(tmp_path, address):
    line, _ = asked(tmp_path, "CONNECT sede.example:443 HTTP/1.1", elsewhere={"sede.example": address})
    assert line == "HTTP/1.1 403 Forbidden"


@pytest.mark.parametrize("written", ["sede.example", "SEDE.example", "sede.example."])
def test_a_portal_in_a_trusted_network_is_reached_and_told_by_its_one_name(tmp_path, written):
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        where = {"networks": LOOPBACK, "elsewhere": {"sede.example": "127.0.0.1"}, "addresses": (f"https://sede.example:{port}/",)}
        assert asked(tmp_path, f"CONNECT {written}:{port} HTTP/1.1", **where) == ("HTTP/1.1 200 OK", ["sede.example"])


def test_a_portal_that_does_not_answer_is_not_told(tmp_path):
    async def listening() -> int:
        server = await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        server.close()
        return port

    port = asyncio.run(listening())
    where = {"networks": LOOPBACK, "elsewhere": {"sede.example": "127.0.0.1"}, "addresses": (f"https://sede.example:{port}/",)}
    assert asked(tmp_path, f"CONNECT sede.example:{port} HTTP/1.1", **where) == ("HTTP/1.1 502 Bad Gateway", [])


def test_a_session_ends_that_has_reached_as_many_hosts_as_the_trail_holds(monkeypatch):
    monkeypatch.setattr(warden, "HOSTS_MOST", 2)
    service, own = socket.socketpair()
    session = warden.Session({}, own)
    session.heard_of("una.example")
    session.heard_of("una.example")
    assert session.because == ""
    session.heard_of("otra.example")
    own.close()
    with service, service.makefile() as said:
        assert [json.loads(line)["host"] for line in said] == ["una.example", "otra.example"]
    assert session.because == "too_many_hosts"


@pytest.mark.parametrize("address", ["http://sede.example/", "http://169.254.169.254/latest", "http://inicio.sesion.otra.example/"])
def test_without_tls_there_is_the_start_page_alone(tmp_path, address):
    assert asked(tmp_path, f"GET {address} HTTP/1.1")[0] == "HTTP/1.1 403 Forbidden"


def test_the_start_page_is_served(tmp_path):
    assert asked(tmp_path, "GET http://inicio.sesion/ HTTP/1.1")[0] == "HTTP/1.1 200 OK"


@pytest.mark.parametrize(
    "host, allowed", [("SEDE.example", True), ("www.clave.example", True), ("clave.example.", True), ("xclave.example", False)]
)
def test_a_host_stands_for_the_names_below_it(host, allowed):
    assert reach_of(portals("https://sede.example/")).allows(host, 443) is allowed
