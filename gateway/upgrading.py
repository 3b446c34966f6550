"""WebSockets (RFC 6455) under both of our servers: gunicorn's threads, and eventlet's own when everything runs in one process.

The request is judged before the connection is taken over: who may not is refused over plain HTTP. Afterwards the server must be told, each
in its own way, that the connection is no longer its business.
Trap: a descriptor that is closed while a green thread waits on it keeps that thread for ever, and whoever gets its number next is told that
two read at once. So a connection is shut down, which wakes all who wait, and the server closes it once they have gone.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterable
from typing import Any, Final

import structlog
from flask import Response, request
from simple_websocket import ConnectionClosed, Server
from wsproto.utilities import LocalProtocolError

__all__ = ["GONE", "Server", "hang_up", "upgraded"]
log = structlog.get_logger()
GONE: Final = (ConnectionClosed, LocalProtocolError, OSError)
"""What one of several writers meets whose connection is over: it was closed, another one of them is just closing it, or nobody is there."""
PING_S: Final = 25
WRITE_S: Final = 10


def upgraded(protocol: str, talk: Callable[[Server], None]) -> Response:
    """Take the connection over, let `talk` use it, and hang up. `protocol`: the sub-protocol that we speak."""
    offered = {name: value for name, value in request.environ.items() if name != "HTTP_SEC_WEBSOCKET_EXTENSIONS"}
    wire = Server(offered, subprotocols=[protocol], ping_interval=PING_S)
    wire.sock = Shared(wire.sock)
    try:
        talk(wire)
    except ConnectionClosed:
        pass
    except Exception:
        log.exception("connection_failed", path=request.path)  # An answer of ours would be written into the other protocol.
    hang_up(wire)
    wire.thread.join()
    return TakenOver(wire.mode)


class Shared:
    """A socket of several writers, each of which writes all that it has, and whose closing is the server's business.

    `send` raises OSError when the other side has not read for `WRITE_S` seconds what another writer wrote.
    """

    def __init__(self, wire: Any):
        self._wire, self._alone = wire, threading.Lock()

    def send(self, data: bytes) -> int:
        if not self._alone.acquire(timeout=WRITE_S):
            raise TimeoutError("the other side does not read")
        try:
            self._wire.sendall(data)
        finally:
            self._alone.release()
        return len(data)

    def recv(self, count: int) -> bytes:
        return bytes(self._wire.recv(count))

    def fileno(self) -> int:
        return int(self._wire.fileno())

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._wire.shutdown(socket.SHUT_RDWR)


def hang_up(wire: Server, reason: int = 1000, message: str = "") -> None:
    """Whoever has gone already is left at that."""
    with contextlib.suppress(*GONE):
        wire.close(reason, message)
    wire.sock.close()


class TakenOver(Response):
    """What is answered when nothing more may be written to the connection."""

    def __init__(self, mode: str):
        super().__init__()
        self.mode = mode

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        if self.mode == "eventlet":
            from eventlet.wsgi import WSGI_LOCAL

            WSGI_LOCAL.already_handled = True
            return []
        raise StopIteration
