"""What a machine needs so that a browser on it is safe, and how programs are started there.

Invariant: where something is missing, a browser is refused. Nothing is ever run without its sandbox.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Final

from services.browser import shim
from services.chassis.public_addresses import Network

MEMORY: Final = Path("/dev/shm")  # nosec B108: it is the memory-backed file system itself, where folders of our own are made.
PROGRAMS: Final = {
    "Xvnc": "tigervnc-standalone-server",
    "matchbox-window-manager": "matchbox-window-manager",
    "bwrap": "bubblewrap",
    "socat": "socat",
    "softhsm2-util": "softhsm2",
    "pkcs11-tool": "opensc",
    "p11-kit": "p11-kit",
    "certutil": "libnss3-tools",
    "modutil": "libnss3-tools",
    "setxkbmap": "x11-xkb-utils",
    "setpriv": "util-linux",
    "prlimit": "util-linux",
}
BROWSERS: Final = {"chromium": "chromium", "firefox": "firefox-esr"}
CLIENT_MODULE: Final = "lib/*/pkcs11/p11-kit-client.so"
FIRST_USER: Final = 60600
PATIENCE_S: Final = 10.0
INSTALL: Final = "Como administrador de la máquina: `casillero browser install`"


class CannotStart(RuntimeError):
    """A program of a session ended, or was not there in time."""


@dataclass(frozen=True)
class Missing:
    """`what` is not as it must be; `cure` is the sentence that says what to do."""

    what: str
    cure: str


def missing(browser: str) -> list[Missing]:
    """Everything that stands in the way of a safe session with this browser here; nothing when all is well."""
    return [*missing_programs(browser), *missing_module(), *missing_memory(), *missing_namespaces()]


def missing_programs(browser: str) -> list[Missing]:
    wanted = PROGRAMS | {BROWSERS[browser]: BROWSERS[browser]}
    packages = sorted({package for program, package in wanted.items() if shutil.which(program) is None})
    packages += [] if client_module() else ["p11-kit-modules"]
    return [Missing(f"falta {package}", f"{INSTALL}, o sudo apt-get install {package}.") for package in packages]


def missing_module() -> list[Missing]:
    if shim.path().exists():
        return []
    return [Missing("falta el módulo del testigo criptográfico", f"{INSTALL} (necesita gcc, libc6-dev y libp11-kit-dev).")]


def missing_memory() -> list[Missing]:
    if MEMORY.is_dir() and os.access(MEMORY, os.W_OK):
        return []
    return [Missing(f"no se puede escribir en {MEMORY}", "Monte ahí un tmpfs: los navegadores no guardan nada en disco.")]


def missing_namespaces() -> list[Missing]:
    """Whether bubblewrap may make the namespaces of a sandbox, and another user namespace inside it for the browser's own."""
    if shutil.which("bwrap") is None:
        return []
    command = ["bwrap", "--unshare-all", "--ro-bind", "/usr", "/usr", "--symlink", "usr/bin", "/bin", "--symlink", "usr/lib", "/lib"]
    command += ["--symlink", "usr/lib64", "/lib64", "--proc", "/proc", "--dev", "/dev", "unshare", "--user", "--map-root-user", "true"]
    ran = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False, **as_user(own_user(0)))
    if ran.returncode == 0:
        return []
    said = (ran.stderr.strip().splitlines() or ["sin explicación"])[-1]
    cure = "Permita espacios de nombres sin privilegios (sysctl kernel.unprivileged_userns_clone=1, user.max_user_namespaces>0, AppArmor)."
    return [Missing(f"bubblewrap no puede aislar aquí ({said})", f"{cure} En un contenedor, además, sin filtro seccomp que los impida.")]


def environment() -> dict[str, str]:
    """All that a program of a session is told of this process: where programs are."""
    return {"PATH": os.environ.get("PATH", os.defpath)}


def own_user(slot: int, custody: bool = False) -> int | None:
    """The user id of a session's sandbox, or of its token; None unless we are root, because nobody else may choose.

    Debian leaves 60578 to 61183 unused (systemd, "Users, Groups, UIDs and GIDs"). Each session on a machine has two of its own.
    """
    return FIRST_USER + 2 * slot + custody if os.geteuid() == 0 else None


def as_user(user: int | None) -> dict[str, Any]:
    """The arguments of subprocess that run a program as this user and nothing more."""
    return {} if user is None else {"user": user, "group": user, "extra_groups": []}


def client_module() -> str:
    """Where p11-kit's module for the inside of the sandbox is; "" when it is not installed."""
    return next((str(path) for path in Path("/usr").glob(CLIENT_MODULE)), "")


def network(text: str) -> Network:
    return ip_network(text)


def wait_for(there: Callable[[], bool], needed: subprocess.Popen[bytes], patience_s: float = PATIENCE_S) -> None:
    """Return once it is there. Raises CannotStart when the program has ended, or is too slow."""
    ends_at = time.monotonic() + patience_s
    while not there():
        if needed.poll() is not None or time.monotonic() > ends_at:
            raise CannotStart(f"a program of the session did not start ({needed.poll()})")
        time.sleep(0.01)
