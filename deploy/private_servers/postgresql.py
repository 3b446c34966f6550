"""A PostgreSQL server of our own, with its data in one folder, on loopback only, as durable as a real one (fsync stays on).

Traps: PostgreSQL refuses to run as root, and then runs as `postgres`, who must be able to walk down to the folder; where it cannot (a home
closed to others), the data lie in the system's temporary directory and the folder holds a link to them. Other programs may put a `postgres`
of their own on PATH: only Debian's folders are looked at. A Unix socket's path may have 107 bytes at most, so there is none.
Invariant: the data folder appears whole or not at all, because it is made beside its place and renamed.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from .processes import OwnProcess, ServerFailed, as_user, free_port, on_free_ports

PROGRAMS = Path("/usr/lib/postgresql")
_SIGNALS = {"smart": signal.SIGTERM, "fast": signal.SIGINT, "immediate": signal.SIGQUIT}
_SETTINGS = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "max_connections": "200"}


class PostgreSQL:
    """The server of one folder (`postgresql/` in it)."""

    def __init__(self, folder: Path) -> None:
        self._owner = "postgres" if os.geteuid() == 0 else None
        self._link = folder / "postgresql"
        self._process = OwnProcess("postgresql", folder)
        self._port = 0

    @property
    def admin_url(self) -> str:
        """Address of the database `postgres` as its superuser; loopback is trusted, so there is no password."""
        return f"postgresql://postgres@127.0.0.1:{self._port}/postgres"

    @property
    def pids(self) -> dict[str, int]:
        """The server's process id, when it runs."""
        return {self._process.name: self._process.pid} if self._process.pid else {}

    def start(self) -> None:
        """Start the server, on new data when there are none, and return when it takes connections; does nothing when it runs."""
        if self._process.pid:
            return
        data = self._home() / "data"
        if self._port:
            self._run(data)
        else:
            self._process.end_orphan(signal.SIGQUIT)
            self._make(data)
            on_free_ports(lambda: self._run_on_new_port(data))

    def stop(self, mode: str = "fast") -> None:
        """End the server: `smart` waits for its clients, `fast` sends them away, `immediate` is a crash, repaired at the next start."""
        self._process.stop(_SIGNALS[mode])

    def _run_on_new_port(self, data: Path) -> None:
        self._port = free_port()
        self._run(data)

    def _run(self, data: Path) -> None:
        settings = _SETTINGS | {"port": str(self._port)}
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        self._process.start([_program("postgres", data), "-D", data, *options], _environment(), self._owner)
        self._process.wait_until(lambda: self._says_ready(data / "postmaster.pid"))

    def _says_ready(self, status: Path) -> bool:
        """Its own status file names its process id first and `ready` on line 8; an open port might be somebody else's."""
        lines = status.read_text().split("\n") if status.exists() else []
        return len(lines) > 7 and lines[0] == str(self._process.pid) and lines[7].strip() == "ready"

    def _make(self, data: Path) -> None:
        if data.exists():
            return
        fresh = data.with_name("data.new")
        shutil.rmtree(fresh, ignore_errors=True)
        made = subprocess.run(
            [_program("initdb", data), "-D", fresh, "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"],
            env=_environment(),
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            **as_user(self._owner),
        )
        if made.returncode:
            raise ServerFailed(f"initdb could not make {data}:\n{made.stdout}{made.stderr}")
        fresh.rename(data)

    def _home(self) -> Path:
        """The folder that holds `data`, owned by who runs the server."""
        if not self._link.exists():
            self._link.unlink(missing_ok=True)  # A link whose target in the temporary directory was cleaned away.
            self._link.mkdir(mode=0o700)
        home = self._link.resolve()
        if self._owner is None:
            return home
        shutil.chown(home, self._owner, self._owner)
        return home if _is_reachable(home, self._owner) else self._moved_to_temporary_directory(home, self._owner)

    def _moved_to_temporary_directory(self, home: Path, owner: str) -> Path:
        moved = Path(tempfile.mkdtemp(prefix="casillero-postgresql-"))
        shutil.chown(moved, owner, owner)
        home.rmdir()
        self._link.symlink_to(moved)
        print(f"The user {owner} cannot enter {home}; the database's files are in {moved}.", file=sys.stderr)
        return moved


def _is_reachable(folder: Path, user: str) -> bool:
    return subprocess.run(["test", "-w", folder], cwd="/", **as_user(user)).returncode == 0


def _program(name: str, data: Path) -> Path:
    """The newest installed version, or the one that made the data."""
    made_by = data / "PG_VERSION"
    version = made_by.read_text().strip() if made_by.exists() else "*"
    found = sorted(PROGRAMS.glob(f"{version}/bin/{name}"), key=lambda path: float(path.parts[-3]))
    if not found:
        raise ServerFailed(f"{data} needs {PROGRAMS}/{version}/bin/{name}, which is not installed; `make services` installs the newest.")
    return found[-1]


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")} | {"LC_ALL": "C.UTF-8"}
