"""WebSockets (RFC 6455) under both of our servers: gunicorn's threads, and eventlet's own when everything runs in one process.

The request is judged before the connection is taken over: who may not is refused over plain HTTP. Afterwards the server must be told, each
in its own way, that the connection is no longer its business.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Any

from flask import Response, request
from simple_websocket import ConnectionClosed, Server

__all__ = ["ConnectionClosed", "Server", "upgraded"]
PING_S = 25


def upgraded(protocol: str, talk: Callable[[Server], None]) -> Response:
    """Take the connection over, let `talk` use it, and close it. `protocol`: the sub-protocol that we speak."""
    offered = {name: value for name, value in request.environ.items() if name != "HTTP_SEC_WEBSOCKET_EXTENSIONS"}
    wire = Server(offered, subprotocols=[protocol], ping_interval=PING_S)
    wire.sock = WholeWrites(wire.sock)
    try:
        talk(wire)
    except ConnectionClosed:
        pass
    finally:
        close(wire)
    return TakenOver(wire.mode)


class WholeWrites:
    """A socket whose `send` sends all, one writer after the other."""

    def __init__(self, wire: Any):
        self._wire, self._alone = wire, threading.Lock()

    def send(self, data: bytes) -> int:
        with self._alone:
            self._wire.sendall(data)
        return len(data)

    def recv(self, count: int) -> bytes:
        return bytes(self._wire.recv(count))

    def fileno(self) -> int:
        return int(self._wire.fileno())

    def close(self) -> None:
        self._wire.close()


def close(wire: Server, reason: int = 1000, message: str = "") -> None:
    """Whoever has gone already is left at that."""
    try:
        wire.close(reason, message)
    except (ConnectionClosed, OSError):
        return


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
