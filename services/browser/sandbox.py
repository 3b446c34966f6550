"""The sandbox of one session: its folder on memory-backed files, and the command that starts a browser in it.

    <root>/<session>/          0711, ours alone: nobody inside can rename or replace what is mounted from it
        etc/                   users, policies of both browsers, scripts and authorities: read only inside
        doors/                 the sockets by which the inside reaches out: the proxy and the token; read only inside
        run/                   written inside: rfb.sock (the screen) and logs
        downloads/             written inside: what the visitor fetched
        uploads/               read only inside: what the visitor brought

Own network, process, IPC, host and user namespaces without any network; of the machine's files only /usr and what fonts and certificates
need of /etc, read only; the home is a memory-backed file system of limited size that ends with the sandbox. The other browser, and what
opens a file or an address in another program, are covered with nothing: a click on a downloaded picture would start them.
Traps: `--die-with-parent` follows the thread that started bubblewrap, so it is started by the one thread of a process that lives as long as
the session (`warden`). Whatever is read from run/ and downloads/ was written by the inside: a name there may be a link to anywhere.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from services.browser import folders
from services.browser.machine import client_module
from services.browser.policies import POLICIES, START
from services.browser.portals import Reach

Json = dict[str, Any]
INSIDE: Final = Path(__file__).parent / "inside"
HOME: Final = "/home/sede"
USR: Final = Path("/usr")
HOME_BYTES: Final = 768 << 20
SCRATCH_BYTES: Final = 256 << 20
PROCESSES_MOST: Final = 2048
LARGEST_FILE: Final = 256 << 20
OF_ETC: Final = ("alternatives", "fonts", "ssl/certs", "ld.so.cache", "firefox-esr", "chromium.d", "nsswitch.conf", "localtime")

PROGRAMS_OF: Final = {"chromium": ("lib/chromium", "lib/chromium-browser"), "firefox": ("lib/firefox-esr", "lib/firefox")}
OPENERS: Final = (
    *("share/applications", "local/share/applications", "share/dbus-1/services", "lib/mime"),
    *("bin/xdg-*", "bin/gio", "lib/*/glib-2.0/gio-launch-desktop", "bin/sensible-browser", "bin/run-mailcap", "bin/exo-open"),
    *("bin/gvfs-open", "bin/gnome-open", "bin/kde-open*", "bin/kfmclient"),
)


@dataclass(frozen=True)
class Folder:
    path: Path
    user: int | None

    @classmethod
    def make(cls, path: Path, user: int | None) -> Folder:
        folders.make_below(path.parent, path.name)
        for name, mode in (("etc", 0o755), ("doors", 0o711), ("uploads", 0o700), ("run", 0o700), ("downloads", 0o700), ("token", 0o700)):
            (path / name).mkdir()
            (path / name).chmod(mode)
        if user is not None:
            for name in ("run", "downloads", "uploads"):
                os.chown(path / name, user, user)
        return cls(path, user)

    def of(self, name: str) -> Path:
        return self.path / name

    def open_door(self, name: str) -> None:
        """A socket in doors/ is for the inside alone."""
        os.chmod(self.of("doors") / name, 0o600)
        if self.user is not None:
            os.chown(self.of("doors") / name, self.user, self.user)

    def write_etc(self, reach: Reach, portals: list[Json], certificates: Path) -> None:
        user = os.geteuid() if self.user is None else self.user
        texts = {
            "passwd": f"sede:x:{user}:{user}:sede:{HOME}:/bin/sh\n",
            "group": f"sede:x:{user}:\n",
            "nothing": "",
            "machine-id": "0" * 31 + "1\n",
        }
        texts |= {f"{browser}.json": json.dumps(policies(reach, portals)) for browser, (policies, _) in POLICIES.items()}
        texts |= {name: (INSIDE / name).read_text() for name in ("session.sh", "keys", "mozilla.cfg", "autoconfig.js")}
        (self.of("etc") / "empty").mkdir(mode=0o755)
        for name, text in texts.items():
            (self.of("etc") / name).write_text(text)
            (self.of("etc") / name).chmod(0o644)
        shutil.copytree(certificates, self.of("etc") / "nss")
        for copy in (self.of("etc") / "nss", *(self.of("etc") / "nss").iterdir()):
            copy.chmod(0o755 if copy.is_dir() else 0o644)


def certificates_for(shelf: Path, ca_file: str) -> Path:
    """A folder with the browsers' own list of authorities (`ca_file` beside the system's) and the token in it; made once and kept."""
    authorities = pems(ca_file)
    folder = shelf / hashlib.sha256("\n".join([client_module(), *authorities]).encode()).hexdigest()[:16]
    if folder.exists():
        return folder
    shelf.mkdir(mode=0o700, parents=True, exist_ok=True)
    half = Path(tempfile.mkdtemp(dir=shelf))
    database = f"sql:{half}"
    run("certutil", "-N", "-d", database, "--empty-password")
    run("modutil", "-dbdir", database, "-add", "cliente", "-libfile", client_module(), "-force")
    for number, pem in enumerate(authorities):
        file = half / "ca.pem"
        file.write_text(pem)
        run("certutil", "-A", "-d", database, "-n", f"ca{number}", "-t", "C,,", "-i", str(file))
        file.unlink()
    try:
        half.rename(folder)
    except OSError:
        shutil.rmtree(half)  # Somebody else was faster, and theirs is the same.
    return folder


def pems(ca_file: str) -> list[str]:
    end = "-----END CERTIFICATE-----"
    text = Path(ca_file).read_text() if ca_file else ""
    return [part.strip() + f"\n{end}\n" for part in text.split(end) if part.strip()]


def run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, stdin=subprocess.DEVNULL)


def command(folder: Folder, browser: str, times: dict[str, str]) -> list[str]:
    """The command line of a session; `times`: VIEWER_AWAY_S and IDLE_S."""
    words = ["bwrap", "--unshare-all", "--die-with-parent", "--new-session", "--clearenv", "--hostname", "sesion"]
    words += ["--ro-bind", "/usr", "/usr"]
    for name in ("bin", "sbin", "lib", "lib64"):
        words += ["--symlink", f"usr/{name}", f"/{name}"]
    words += ["--proc", "/proc", "--dev", "/dev", "--dir", "/etc", "--dir", "/run", "--dir", "/var"]
    for where, size in (("/tmp", SCRATCH_BYTES), ("/dev/shm", SCRATCH_BYTES), ("/var/tmp", 1 << 20), (HOME, HOME_BYTES)):  # nosec B108
        words += ["--size", str(size), "--tmpfs", where]
    for name in OF_ETC:
        words += ["--ro-bind-try", f"/etc/{name}", f"/etc/{name}"]
    words += [*bound(folder), *covered(folder, browser)]
    for name, value in ({"PATH": "/usr/bin:/bin", "P11_KIT_SERVER_ADDRESS": "unix:path=/run/doors/p11.sock"} | times).items():
        words += ["--setenv", name, value]
    return [*limits(folder), *words, "sh", "/run/etc/session.sh", browser, START]


def bound(folder: Folder) -> list[str]:
    etc = folder.of("etc")
    read_only = {
        etc: "/run/etc",
        etc / "passwd": "/etc/passwd",
        etc / "group": "/etc/group",
        etc / "machine-id": "/etc/machine-id",
        etc / "mozilla.cfg": "/etc/firefox/mozilla.cfg",
        etc / "autoconfig.js": "/etc/firefox/defaults/pref/autoconfig.js",
        folder.of("doors"): "/run/doors",
        folder.of("uploads"): f"{HOME}/Subidas",
    }
    read_only |= {etc / f"{browser}.json": policy_at for browser, (_, policy_at) in POLICIES.items()}
    words = [word for source, target in read_only.items() for word in ("--ro-bind", str(source), target)]
    return [*words, "--bind", str(folder.of("run")), "/run/s", "--bind", str(folder.of("downloads")), f"{HOME}/Descargas"]


def covered(folder: Folder, browser: str) -> Iterable[str]:
    """Of what this machine has: what would start a program that nobody locked down. A link leads to one of the others, or to nothing."""
    others = [path for name, paths in PROGRAMS_OF.items() if name != browser for path in paths]
    found = sorted(path for pattern in (*OPENERS, *others) for path in USR.glob(pattern) if not path.is_symlink())
    for path in found:
        yield from ("--ro-bind", str(folder.of("etc") / ("empty" if path.is_dir() else "nothing")), str(path))


def limits(folder: Folder) -> list[str]:
    """A user of its own has a limit of processes of its own; without one the limit would be all of ours."""
    words = ["prlimit", f"--fsize={LARGEST_FILE}", "--core=0"] + ([] if folder.user is None else [f"--nproc={PROCESSES_MOST}"])
    if folder.user is not None:
        words += ["setpriv", f"--reuid={folder.user}", f"--regid={folder.user}", "--clear-groups"]
    else:
        words += ["setpriv"]
    return [*words, "--no-new-privs"]
