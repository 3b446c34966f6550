"""What can be done from inside the sandbox, by whoever breaks out of the browser: nothing is reachable, and the key is not there."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.browser_service.test_sessions import processes_of
from tests.worlds import until

pytestmark = [pytest.mark.full, pytest.mark.parametrize("world", ["embedded"], indirect=True)]  # The sandbox is the same in both worlds.
Shell = Callable[[str], "subprocess.CompletedProcess[str]"]
PROXY = 3128
METADATA = "169.254.169.254"
SECRET = "clave-maestra-de-prueba"
OPENERS = ("firefox-esr", "firefox", "x-www-browser", "sensible-browser", "xdg-open", "open", "gio")


@pytest.fixture
def service_with_a_secret(monkeypatch):
    """The service was started with one in its environment, as the settings are."""
    monkeypatch.setenv("CASILLERO_PRUEBA", SECRET)


@pytest.fixture
def inside(desk) -> Shell:
    """Runs a line of bash in the namespaces of an open session, as its user."""
    desk.certified()
    folder = desk.folder(desk.open())
    enter = entering(folder)

    def run(line: str) -> subprocess.CompletedProcess[str]:
        environment = {"PATH": "/usr/bin:/bin", "P11_KIT_SERVER_ADDRESS": "unix:path=/run/doors/p11.sock", "HOME": "/home/sede"}
        return subprocess.run([*enter, "bash", "-c", line], env=environment, capture_output=True, text=True, timeout=30, check=False)

    until(lambda: run("test -e /home/sede/.pki/nssdb/pkcs11.txt").returncode == 0, "the browser has its certificates")
    until(lambda: run(f"exec 3<>/dev/tcp/127.0.0.1/{PROXY}").returncode == 0, "the way out is there")
    return run


def entering(folder: Path) -> list[str]:
    """The words before a command that runs it in the namespaces of the session, once they are there, as its user."""
    number_one, user = until(lambda: first_inside(folder), "the sandbox runs"), str((folder / "run").stat().st_uid)
    return ["nsenter", "--target", number_one, "--all", "--setuid", user, "--setgid", user]


def first_inside(folder: Path) -> str | None:
    """The process that is number one inside, by its number outside."""
    ours = os.readlink("/proc/self/ns/net")
    for pid in processes_of(folder):
        try:
            if os.readlink(f"/proc/{pid}/ns/net") != ours:
                return str(pid)
        except OSError:
            continue
    return None


def answer_of_proxy(inside: Shell, host: str) -> str:
    """The first line of what it says to somebody who wants a tunnel."""
    ask = f"CONNECT {host} HTTP/1.1\\r\\nHost: {host}\\r\\n\\r\\n"
    return inside(f"exec 3<>/dev/tcp/127.0.0.1/{PROXY}; printf '{ask}' >&3; head -1 <&3").stdout.strip()


def test_the_browsers_certificate_store_has_no_private_key(inside):
    listed = inside("certutil -K -d sql:/home/sede/.pki/nssdb 2>&1")
    assert "no keys found" in listed.stdout, listed


def test_the_token_gives_no_key_away(inside):
    tool = "pkcs11-tool --module /usr/lib/*/pkcs11/p11-kit-client.so"
    seen = inside(f"{tool} --list-objects --type privkey")
    assert "sensitive" in seen.stdout and "extractable" not in seen.stdout, seen
    taken = inside(f"{tool} --read-object --type privkey --output-file /tmp/key; test -s /tmp/key")
    assert taken.returncode != 0, taken


def test_nothing_of_this_machine_is_reachable(inside, bodies):
    for port in (urlsplit(bodies.url).port, urlsplit(bodies.control_url).port):
        assert inside(f"exec 3<>/dev/tcp/127.0.0.1/{port}").returncode != 0, port


def test_no_address_is_reachable_but_by_the_proxy(inside):
    for address in (METADATA, "10.0.0.1", "1.1.1.1"):
        failed = inside(f"exec 3<>/dev/tcp/{address}/80")
        assert failed.returncode != 0 and "unreachable" in failed.stderr.lower(), failed


def test_the_proxy_tunnels_to_a_portal_and_nowhere_else(inside, desk, bodies):
    office = urlsplit(desk.sedes.tls13.url)
    assert " 200 " in answer_of_proxy(inside, f"{office.hostname}:{office.port}")
    control = urlsplit(bodies.control_url)
    for host in (
        f"{METADATA}:443",
        f"127.0.0.1:{control.port}",
        f"localhost:{control.port}",
        "www.example.com:443",
        f"{office.hostname}:22",
    ):
        assert " 403 " in answer_of_proxy(inside, host), host


def test_of_this_machine_it_sees_programs_and_nobodys_files(inside):
    assert inside("ls /").stdout.split() == ["bin", "dev", "etc", "home", "lib", "lib64", "proc", "run", "sbin", "tmp", "usr", "var"]
    assert inside("ls /home").stdout.split() == ["sede"]
    assert inside("cat /etc/shadow").returncode != 0
    assert inside("touch /usr/bin/mine").returncode != 0


def test_nothing_that_the_service_was_started_with_can_be_read(service_with_a_secret, inside):
    environments = inside("cat /proc/1/environ /proc/[0-9]*/environ").stdout
    assert environments.startswith("PATH=") and SECRET not in environments and "CASILLERO" not in environments


def test_no_other_browser_can_be_started_and_nothing_opens_a_file_in_one(inside):
    for program in OPENERS:
        assert inside(f"{program} --version").returncode in (126, 127), program
    assert inside("find /usr/share/applications /usr/lib/firefox-esr -mindepth 1").stdout == ""


def test_both_browsers_are_locked_down_whichever_is_chosen(inside):
    locks = ("chromium/policies/managed/casillero.json", "firefox/policies/policies.json", "firefox/mozilla.cfg")
    assert inside("test -s " + " -a -s ".join(f"/etc/{lock}" for lock in locks)).returncode == 0


def test_nothing_listens_inside_but_the_way_out(inside):
    """Port 3128 (0C38 in hex); a screen that listened would be for whoever is inside."""
    listening = inside("cat /proc/net/tcp /proc/net/tcp6 | awk '$4 == \"0A\" {print $2}'").stdout.split()
    assert [address.rpartition(":")[2] for address in listening] == ["0C38"]
