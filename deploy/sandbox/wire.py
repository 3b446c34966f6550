"""HTTP/1.1 on one connection, no more of it than the bodies and their clients use.

Requests have a Content-Length (the bodies refuse chunking, LEMA specification v3.0, section 2.2), connections are kept alive, and
`Expect: 100-continue` is answered before the body is read. An `Answer` may carry a fault of the connection itself: the bytes then
never arrive, arrive in half, or the connection is reset.
"""

from __future__ import annotations

import socket
import struct
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import BinaryIO
from urllib.parse import urlsplit

BODY_LIMIT = 15 * 1024 * 1024
_HEAD_LIMIT = 64 * 1024


@dataclass(frozen=True)
class Request:
    """One request, with header names in small letters and the query as it was sent."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Answer:
    """One answer. `broken` is None, or how the connection fails instead: timeout, reset, truncated; `delay_s` passes first."""

    status: int
    content_type: str
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    broken: str | None = None
    delay_s: float = 0


class Unreadable(Exception):
    """The bytes received are no request this server takes; `status` says why, and the connection ends."""

    def __init__(self, status: int) -> None:
        super().__init__(HTTPStatus(status).phrase)
        self.status = status


def read_request(stream: BinaryIO, connection: socket.socket) -> Request | None:
    """The next request; None when the client has gone. Raises Unreadable."""
    line = stream.readline(_HEAD_LIMIT)
    if not line.strip():
        return None
    try:
        method, target, version = line.decode("ascii").split()
    except ValueError:
        raise Unreadable(400) from None
    if not version.startswith("HTTP/1."):
        raise Unreadable(505)
    headers = _headers(stream)
    body = _body(stream, connection, headers)
    parts = urlsplit(target)
    return Request(method, parts.path, parts.query, headers, body)


def send_answer(connection: socket.socket, answer: Answer, keep: bool) -> None:
    """Writes `answer` in one go; half of it when it is to be truncated."""
    head = [
        f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}",
        f"Content-Type: {answer.content_type}",
        f"Content-Length: {len(answer.body)}",
        f"Connection: {'keep-alive' if keep else 'close'}",
    ]
    head += [f"{name}: {value}" for name, value in answer.headers.items()]
    body = answer.body[: len(answer.body) // 2] if answer.broken == "truncated" else answer.body
    connection.sendall("\r\n".join([*head, "", ""]).encode("latin-1") + body)


def reset(connection: socket.socket) -> None:
    """Ends the connection with a TCP reset instead of an orderly close."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def _headers(stream: BinaryIO) -> dict[str, str]:
    headers: dict[str, str] = {}
    for _ in range(100):
        line = stream.readline(_HEAD_LIMIT).decode("latin-1")
        if line in ("\r\n", "\n"):
            return headers
        name, colon, value = line.partition(":")
        if not colon:
            break
        headers[name.strip().lower()] = value.strip()
    raise Unreadable(400)


def _body(stream: BinaryIO, connection: socket.socket, headers: dict[str, str]) -> bytes:
    if "transfer-encoding" in headers:
        raise Unreadable(411)
    length = headers.get("content-length", "0")
    if not length.isdigit():
        raise Unreadable(400)
    if int(length) > BODY_LIMIT:
        raise Unreadable(413)
    if int(length) and headers.get("expect", "").lower() == "100-continue":
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
    body = stream.read(int(length))
    if len(body) < int(length):
        raise Unreadable(400)
    return body
