"""How an operator's command reaches the services of a running all-in-one process, whose broker nobody else can reach.

A Unix socket in the data folder that only its owner may open: one JSON line `{service, method, args}` in, one line `{result}` or
`{refused, errors}` out.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import eventlet

from gateway.rpc import Pool
from services.chassis.asking import NOBODY
from services.contracts.errors import Refusal


class DoorClosed(Exception):
    """No process is running on this data folder."""


def open_door(path: Path, pool: Pool) -> socket.socket:
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    with short_name(path) as name:
        listener.bind(name)
    path.chmod(0o600)
    listener.listen(8)
    eventlet.spawn(serve, listener, pool)
    return listener


def serve(listener: socket.socket, pool: Pool) -> None:
    with contextlib.suppress(OSError):
        while True:
            visitor, _ = listener.accept()
            eventlet.spawn(answer, visitor, pool)


def answer(visitor: socket.socket, pool: Pool) -> None:
    with visitor, visitor.makefile("rw") as lines:
        asked = json.loads(lines.readline())
        try:
            with pool.services(NOBODY) as services:
                reply = {"result": getattr(getattr(services, asked["service"]), asked["method"])(*asked["args"])}
        except Refusal as refusal:
            reply = {"refused": refusal.message, "errors": refusal.errors}
        lines.write(json.dumps(reply) + "\n")


def ask(path: Path, service: str, method: str, *args: Any) -> Any:
    """Raises DoorClosed when nothing runs there, Refusal when it was refused."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as door:
        try:
            with short_name(path) as name:
                door.connect(name)
        except OSError as error:
            raise DoorClosed(str(path)) from error
        with door.makefile("rw") as lines:
            lines.write(json.dumps({"service": service, "method": method, "args": args}) + "\n")
            lines.flush()
            reply = json.loads(lines.readline())
    if "refused" in reply:
        raise Refusal(reply["refused"], reply["errors"])
    return reply["result"]


@contextlib.contextmanager
def short_name(path: Path) -> Iterator[str]:
    """The kernel takes at most 107 bytes: a deep folder is named through a descriptor of it."""
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)
