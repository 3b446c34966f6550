"""A RabbitMQ node of our own, with all it writes in one folder, on loopback only. Works with RabbitMQ 3.10 to 4.x.

Traps: a node starts an epmd (Erlang's name server) and leaves it behind, so ours is started first, on a port of its own, and ended by
its id; the distribution port is open on every address unless `inet_dist_use_interface` says otherwise; files under /etc/rabbitmq belong
to the system's node and are kept out by naming ours; the start script stays in front of Erlang as a parent unless `RABBITMQ_ALLOW_INPUT`
is set, and a `kill -9` would then reach the script only. Before RabbitMQ 4.0 a new quorum queue's registration reaches the disk half a
second after its declaration (Ra, pull request 443): a `kill -9` in between leaves a queue without a leader, its messages lost.
Invariant: the address stays the same over every restart of one object, and the node's name over the life of the folder.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import signal
import socket
from pathlib import Path

from .processes import OwnProcess, free_port, on_free_ports

PROGRAM = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")  # The one under /usr/sbin insists on the system's user and files.

_CONFIGURATION = """\
listeners.tcp.1 = 127.0.0.1:{port}
vm_memory_high_watermark.absolute = 1GB
disk_free_limit.absolute = 50MB
raft.wal_max_size_bytes = 64000000
log.console = true
log.console.level = info
log.file = false
"""
# Two schedulers that spin while they wait would take the processor from the services beside them.
_ERLANG = "-noinput -start_epmd false -kernel inet_dist_use_interface {127,0,0,1} +sbwt none +sbwtdcpu none +sbwtdio none"


class RabbitMQ:
    """The node of one folder (`rabbitmq/` in it) and the epmd that belongs to it."""

    def __init__(self, folder: Path) -> None:
        self._home = folder / "rabbitmq"
        self._home.mkdir(exist_ok=True)
        self._node, self._epmd = OwnProcess("rabbitmq", folder), OwnProcess("epmd", folder)
        self._port = self._distribution_port = self._epmd_port = 0

    @property
    def url(self) -> str:
        """Address for AMQP 0-9-1; `guest` may sign in from loopback, where alone the node listens."""
        return f"amqp://guest:guest@127.0.0.1:{self._port}//"

    @property
    def pids(self) -> dict[str, int]:
        """Process ids by name of those of `rabbitmq` and `epmd` that run."""
        return {process.name: process.pid for process in (self._node, self._epmd) if process.pid}

    def start(self) -> None:
        """Start the node and return when it takes connections; does nothing when it runs."""
        if self._node.pid:
            return
        if self._port:
            self._run()
        else:
            self._node.end_orphan(signal.SIGTERM)
            self._epmd.end_orphan(signal.SIGTERM)
            on_free_ports(self._run_on_new_ports)

    def kill(self) -> None:
        """End the node as a power cut would (`kill -9`); its epmd goes on."""
        self._node.stop(signal.SIGKILL)

    def stop(self) -> None:
        """End the node in order, then its epmd."""
        self._node.stop(signal.SIGTERM)
        self._epmd.stop(signal.SIGTERM)

    def _run_on_new_ports(self) -> None:
        self._epmd.stop(signal.SIGTERM)
        self._port, self._distribution_port, self._epmd_port = free_port(), free_port(), free_port()
        self._run()

    def _run(self) -> None:
        (self._home / "rabbitmq.conf").write_text(_CONFIGURATION.format(port=self._port))
        (self._home / "rabbitmq-env.conf").touch()
        (self._home / "enabled_plugins").write_text("[].\n")
        env = self._environment()
        if not self._epmd.pid:
            self._epmd.start(["epmd", "-d"], env)  # Without -d it says nothing, not even why it ended.
            self._epmd.wait_until(lambda: _takes_connections(self._epmd_port))
        self._node.start([PROGRAM], env)
        self._node.wait_until(lambda: "Server startup complete" in self._node.said())

    def _environment(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("RABBITMQ_", "ERL_", "NOTIFY_SOCKET"))}
        return inherited | {
            "HOME": str(self._home),
            "LANG": "C.UTF-8",
            "ERL_CRASH_DUMP": str(self._home / "erl_crash.dump"),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_EPMD_PORT": str(self._epmd_port),
            "RABBITMQ_NODENAME": f"casillero-{hashlib.sha256(self._cookie()).hexdigest()[:12]}@localhost",
            "RABBITMQ_DIST_PORT": str(self._distribution_port),
            "RABBITMQ_CONFIG_FILE": str(self._home / "rabbitmq.conf"),
            "RABBITMQ_CONFIG_FILES": str(self._home / "conf.d"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(self._home / "advanced.config"),
            "RABBITMQ_CONF_ENV_FILE": str(self._home / "rabbitmq-env.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self._home / "enabled_plugins"),
            "RABBITMQ_MNESIA_BASE": str(self._home / "data"),
            "RABBITMQ_LOG_BASE": str(self._home / "log"),
            "RABBITMQ_PID_FILE": str(self._home / "node.pid"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": _ERLANG,
            "RABBITMQ_ALLOW_INPUT": "1",
        }

    def _cookie(self) -> bytes:
        cookie = self._home / ".erlang.cookie"
        if not cookie.exists():
            cookie.touch(mode=0o600)
            cookie.write_text(secrets.token_hex(20))
            cookie.chmod(0o400)
        return cookie.read_bytes()


def _takes_connections(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
