"""Debian's packages that the deployed world and its tests need, installed when their programs are missing and we may.

Traps: Debian starts a server as soon as its package is installed, which is not ours to do on somebody's machine: a policy that forbids it
stands while we install (`/usr/sbin/policy-rc.d`, Debian Policy 9.3.3), unless the machine has one of its own. Two checkouts may want the
same package at the same moment: one waits for the other.
Invariant: nothing is asked of the network or of the package database when every program is there.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROGRAMS = {
    "rabbitmq-server": "usr/lib/rabbitmq/bin/rabbitmq-server",
    "postgresql": "usr/lib/postgresql/*/bin/postgres",
    "xmlsec1": "usr/bin/xmlsec1",
    "tigervnc-standalone-server": "usr/bin/Xvnc",
    "chromium": "usr/bin/chromium",
    "chromium-l10n": "usr/lib/chromium/locales/es.pak",
    "firefox-esr": "usr/bin/firefox-esr",
    "firefox-esr-l10n-es-es": "usr/lib/firefox-esr/browser/extensions/langpack-es-ES@firefox-esr.mozilla.org.xpi",
    "bubblewrap": "usr/bin/bwrap",
    "matchbox-window-manager": "usr/bin/matchbox-window-manager",
    "socat": "usr/bin/socat",
    "softhsm2": "usr/bin/softhsm2-util",
    "opensc": "usr/bin/pkcs11-tool",
    "p11-kit": "usr/bin/p11-kit",
    "p11-kit-modules": "usr/lib/*/pkcs11/p11-kit-client.so",
    "libnss3-tools": "usr/bin/certutil",
    "x11-utils": "usr/bin/xprop",
    "x11-xkb-utils": "usr/bin/setxkbmap",
    "gcc": "usr/bin/gcc",
    "libc6-dev": "usr/include/stdio.h",
    "libp11-kit-dev": "usr/include/p11-kit-1/p11-kit/pkcs11.h",
    "apache2-bin": "usr/sbin/apache2",
}
BROWSER = (
    *("tigervnc-standalone-server", "chromium", "chromium-l10n", "firefox-esr", "firefox-esr-l10n-es-es", "bubblewrap"),
    *("matchbox-window-manager", "socat", "softhsm2", "opensc", "p11-kit", "p11-kit-modules", "libnss3-tools", "x11-xkb-utils"),
    *("gcc", "libc6-dev", "libp11-kit-dev"),
)
"""What a remote browser in its sandbox needs, and the building of its token's module."""
_FORBIDDEN = 101  # What a policy answers when a service may not be started.
_ENVIRONMENT = {"DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}


class PackagesMissing(SystemExit):
    """Programs are missing and cannot be installed from here; the text says how to install them. Ends a command with status 1."""


def ensure_packages(*names: str) -> None:
    """Return when the programs of these Debian packages (keys of PROGRAMS) are there; raise PackagesMissing otherwise."""
    if not missing(names):
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise PackagesMissing(how_to_install(missing(names)))
    with _alone():
        wanted = missing(names)
        if wanted:
            _install(wanted)
    if missing(names):
        raise PackagesMissing(how_to_install(missing(names)))


def missing(names: tuple[str, ...] | list[str], root: Path = Path("/")) -> list[str]:
    """Those of `names` whose program is not on this machine, in the same order."""
    return [name for name in names if not any(root.glob(PROGRAMS[name]))]


def how_to_install(names: list[str]) -> str:
    """The sentence and the command for a person who may install packages."""
    return f"Not installed: {', '.join(names)}. Install with:\n  sudo apt-get install --no-install-recommends {' '.join(names)}"


def _install(names: list[str]) -> None:
    print(f"Installing {', '.join(names)} with apt-get ...", flush=True)
    with no_service_starts():
        for words in (["update"], ["install", "-y", "--no-install-recommends", *names]):
            ran = subprocess.run(
                ["apt-get", "-o", "DPkg::Lock::Timeout=300", "-qq", *words],
                env=os.environ | _ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            if ran.returncode:
                raise PackagesMissing(f"{ran.stdout}\n{how_to_install(names)}")


@contextmanager
def _alone() -> Iterator[None]:
    with (Path(tempfile.gettempdir()) / "casillero-packages.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def no_service_starts(policy: Path = Path("/usr/sbin/policy-rc.d")) -> Iterator[None]:
    """Forbid Debian to start services while the body runs; a policy that the machine already has stays as it is."""
    if policy.exists():
        yield
        return
    policy.write_text(f"#!/bin/sh\nexit {_FORBIDDEN}\n")
    policy.chmod(0o755)
    try:
        yield
    finally:
        policy.unlink()


if __name__ == "__main__":
    ensure_packages(*sys.argv[1:])
