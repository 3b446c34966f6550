"""The mode of a single machine: the person's own Firefox there, with a profile that is thrown away.

`python -m services.browser.own_firefox FD` takes the place of `warden` and speaks with the service as that does. Here nothing isolates the
browser: it runs as the person, on their screen, and the client's key lies in a folder of theirs alone, in memory, for as long as it runs.
What it may reach is the same list by the same proxy, so that the certificate is shown to nobody else; downloads go where the person says.

    key → PKCS#12 under a random password, in memory → profile → Firefox → it is closed, or the service says so → the folder is gone

Hence only where who asks sits at the machine: one process with everything, whose pages are on loopback. Traps: Firefox writes below HOME,
which is therefore the folder as well; the Firefox of a snap opens no profile outside of its own folder.
"""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, load_der_private_key
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates

from services.browser import folders, machine, start_page, warden
from services.browser.egress import HEAD_MOST, Egress
from services.browser.machine import INSTALL, Missing
from services.browser.own_preferences import PREFERENCES
from services.browser.portals import reach_of
from services.browser.sandbox import Folder, pems, run
from services.chassis.settings import PREFIX, Settings

Json = dict[str, Any]
MODE: Final = "own"
BROWSERS: Final = ("firefox-esr", "firefox")
PROGRAMS: Final = {"pk12util": "libnss3-tools", "certutil": "libnss3-tools", "setpriv": "util-linux"}
SCREENS: Final = ("DISPLAY", "WAYLAND_DISPLAY")
LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")
GOING_S: Final = 2.0


def is_where_the_person_sits(settings: Settings) -> bool:
    """Whether whoever uses the pages is at this machine: one process, whose gateway listens on loopback and is known by no other name."""
    known_as = urlsplit(settings.public_url).hostname if settings.public_url else LOOPBACK[0]
    return settings.is_embedded and known_as in LOOPBACK


def missing() -> list[Missing]:
    """What stands in the way of the person's own Firefox on this machine; nothing when all is well."""
    packages = sorted({package for program, package in PROGRAMS.items() if shutil.which(program) is None})
    found = [Missing(f"falta {package}", f"{INSTALL}, o sudo apt-get install {package}.") for package in packages]
    if firefox() is None:
        cure = "Instale el de Debian: sudo apt-get install firefox-esr. El de snap no sirve: no abre perfiles fuera de su carpeta."
        found.append(Missing("falta Firefox", cure))
    if not any(os.environ.get(name) for name in SCREENS):
        found.append(Missing("no hay pantalla", "Arranque Casillero en su sesión de escritorio, no como servicio."))
    return found + machine.missing_memory()


def firefox() -> str | None:
    """Where Firefox is, unless it is one that only starts a snap."""
    paths = (shutil.which(name) for name in BROWSERS)
    return next((path for path in paths if path and not is_of_snap(Path(path))), None)


def is_of_snap(path: Path) -> bool:
    with path.open("rb") as file:
        return "/snap/" in str(path.resolve()) or b"/snap/" in file.read(4096)


class OwnFirefox(warden.Session):
    """`setup`: as the warden's; what is about the sandbox and its limits is not looked at."""

    async def run(self, key: bytearray) -> None:
        self.folder = folder_at(Path(self.setup["folder"]))
        self.lock()
        page = start_page.page(self.setup["client"], self.setup["certificate"], self.setup["portals"])
        networks = tuple(machine.network(text) for text in self.setup["networks"])
        egress = Egress(reach_of(self.setup["portals"]), page, networks, self.setup["elsewhere"], self.heard_of)
        door = await asyncio.start_server(egress.answer, LOOPBACK[0], 0, limit=HEAD_MOST)
        self.make_profile(key, door.sockets[0].getsockname()[1])
        browser = self.start()
        self.tell("ready", screen=MODE)
        await self.until_over(browser)

    def make_profile(self, key: bytearray, port: int) -> None:
        profile = self.folder.of("profile")
        database = f"sql:{profile}"
        run("certutil", "-N", "-d", database, "--empty-password")
        for number, pem in enumerate(pems(self.setup["ca_file"])):
            self.folder.of("ca.pem").write_text(pem)
            run("certutil", "-A", "-d", database, "-n", f"ca{number}", "-t", "C,,", "-i", str(self.folder.of("ca.pem")))
        put_certificate(database, key, self.setup["chain_pem"])
        proxy: Json = {f"network.proxy.{kind}": LOOPBACK[0] for kind in ("http", "ssl")}
        proxy |= {f"network.proxy.{kind}_port": port for kind in ("http", "ssl")}
        wanted = PREFERENCES | proxy | {"browser.download.lastDir": str(Path.home())}
        (profile / "user.js").write_text(
            "".join(f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in wanted.items())
        )

    def start(self) -> subprocess.Popen[bytes]:
        """In a session of its own, so that all that Firefox starts can be ended together; it ends with us, even when we are killed."""
        program = firefox()
        if program is None:
            raise machine.CannotStart("no Firefox")
        words = ["setpriv", "--pdeathsig", "KILL", program, "--no-remote", "--profile", str(self.folder.of("profile"))]
        log = self.folder.of("firefox.log").open("wb")
        with log:
            browser = subprocess.Popen(
                words, env=self.environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        self.running.append(browser)
        return browser

    def environment(self) -> dict[str, str]:
        """The person's own, so that Firefox finds their screen, but for HOME, and without our settings."""
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith((PREFIX, "XDG_CONFIG_", "XDG_CACHE_", "XDG_DATA_"))
        }
        kept.setdefault("XAUTHORITY", str(Path.home() / ".Xauthority"))
        return kept | {"HOME": str(self.folder.of("home")), "MOZ_CRASHREPORTER_DISABLE": "1"}

    async def until_over(self, browser: subprocess.Popen[bytes]) -> None:
        asyncio.get_running_loop().add_reader(self.service, self.hear)
        while not self.because:
            await asyncio.sleep(0.1)
            if browser.poll() is not None:
                self.because = self.because or "browser_closed"

    def end(self) -> None:
        """Firefox may close its windows; what is left of it soon after is killed with all that it started."""
        for browser in self.running:
            with suppress(subprocess.TimeoutExpired):
                browser.terminate()
                browser.wait(GOING_S)
            with suppress(ProcessLookupError):
                os.killpg(browser.pid, signal.SIGKILL)
        super().end()


def folder_at(path: Path) -> Folder:
    """For its owner's eyes only."""
    folders.make_below(path.parent, path.name)
    path.chmod(0o700)
    for name in ("profile", "home"):
        (path / name).mkdir(mode=0o700)
    return Folder(path, None)


def put_certificate(database: str, key: bytearray, chain_pem: str) -> None:
    """Key (PKCS#8, DER; overwritten) and chain, leaf first, into the profile, by way of a file that is in no folder. Raises CannotStart."""
    password = secrets.token_hex(16).encode()
    try:
        bundle = pkcs12(bytes(key), chain_pem, password)
    except (ValueError, TypeError) as error:
        raise machine.CannotStart("the key or its chain is none") from error
    finally:
        key[:] = bytes(len(key))
    with ExitStack() as stack:
        file, secret = (stack.enter_context(in_memory(content)) for content in (bundle, password))
        subprocess.run(
            ["pk12util", "-d", database, "-K", "", "-i", f"/proc/self/fd/{file}", "-w", f"/proc/self/fd/{secret}"],
            check=True,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            pass_fds=(file, secret),
        )


def pkcs12(key: bytes, chain_pem: str, password: bytes) -> bytes:
    leaf, *others = x509.load_pem_x509_certificates(chain_pem.encode())
    private: Any = load_der_private_key(key, None)
    return serialize_key_and_certificates(b"cliente", private, leaf, others, BestAvailableEncryption(password))


@contextmanager
def in_memory(content: bytes) -> Iterator[int]:
    file = os.memfd_create("certificate", 0)
    try:
        os.write(file, content)
        os.lseek(file, 0, os.SEEK_SET)
        yield file
    finally:
        os.close(file)


if __name__ == "__main__":
    warden.main(int(sys.argv[1]), OwnFirefox)
