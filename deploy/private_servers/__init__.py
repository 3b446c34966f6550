"""Private RabbitMQ and PostgreSQL servers for tests and for trying the deployed world, beside whatever else runs on the machine.

Invariant: all they write lies under one folder (but see `postgresql`), they listen on free loopback ports only, one run at a time owns a
folder, and what is ended is exactly what was started here.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from .postgresql import PostgreSQL
from .processes import ServerFailed
from .rabbitmq import RabbitMQ

__all__ = ["PrivateServers", "ServerFailed", "private_servers"]


class PrivateServers:
    """One RabbitMQ node and one PostgreSQL server; their addresses stay the same over restarts."""

    def __init__(self, folder: Path) -> None:
        self._rabbitmq, self._postgresql = RabbitMQ(folder), PostgreSQL(folder)

    @property
    def amqp_url(self) -> str:
        """`amqp://guest:guest@127.0.0.1:PORT//`."""
        return self._rabbitmq.url

    @property
    def postgres_admin_url(self) -> str:
        """`postgresql://postgres@127.0.0.1:PORT/postgres`, the superuser's; trusted, without a password."""
        return self._postgresql.admin_url

    @property
    def pids(self) -> dict[str, int]:
        """Process ids of what runs: `rabbitmq`, `epmd`, `postgresql`."""
        return self._rabbitmq.pids | self._postgresql.pids

    def start(self) -> None:
        """Start both at once; return when both take connections."""
        with ThreadPoolExecutor(2) as pool:
            for started in [pool.submit(self._rabbitmq.start), pool.submit(self._postgresql.start)]:
                started.result()

    def stop(self) -> None:
        """End both, and the node's epmd, in order."""
        try:
            self._rabbitmq.stop()
        finally:
            self._postgresql.stop()

    def start_rabbitmq(self) -> None:
        """Start the node again on its old address; return when it takes connections."""
        self._rabbitmq.start()

    def kill_rabbitmq(self) -> None:
        """`kill -9` the node; a quorum queue declared less than half a second before may be lost (see `rabbitmq`)."""
        self._rabbitmq.kill()

    def restart_rabbitmq(self) -> None:
        """End the node in order and start it again on its old address."""
        self._rabbitmq.stop()
        self._rabbitmq.start()

    def start_postgresql(self) -> None:
        """Start the server again on its old address; return when it takes connections."""
        self._postgresql.start()

    def stop_postgresql(self) -> None:
        self._postgresql.stop()

    def restart_postgresql(self, mode: str = "immediate") -> None:
        """End the server (`smart`, `fast`, or `immediate`: a crash) and start it again on its old address."""
        self._postgresql.stop(mode)
        self._postgresql.start()


@contextmanager
def private_servers(folder: Path) -> Iterator[PrivateServers]:
    """Run both servers on `folder`, which keeps their data from run to run. ServerFailed when it is in use or one does not start."""
    folder.mkdir(parents=True, exist_ok=True)
    folder = folder.resolve()
    with (folder / "lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ServerFailed(f"Another run owns {folder}; end it or give another folder.") from None
        servers = PrivateServers(folder)
        try:
            servers.start()
            yield servers
        finally:
            servers.stop()
