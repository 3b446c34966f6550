"""A body's server over real TLS on a loopback port that answers what a test tells it to, byte by byte."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from deploy.sandbox.authority import Authority


@dataclass(frozen=True)
class Reply:
    """`cut` sends that many bytes of the content and closes; `headers` go beside the Content-Length."""

    content: bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    cut: int | None = None


@dataclass(frozen=True)
class Received:
    """A request as it came. `connection` tells the connections apart, `certificate` is the client's, in DER."""

    path: str
    headers: dict[str, str]
    content: bytes
    connection: int
    certificate: bytes | None


class StandIn:
    """Plays `answer(received)` to every POST until `close`."""

    def __init__(self, authority: Authority, clients_of: str | None = None) -> None:
        self.answer: Callable[[Received], Reply] = lambda _: Reply(b"")
        self.received: list[Received] = []
        self.released = threading.Event()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(authority.server_file)
        context.verify_mode = ssl.CERT_REQUIRED if clients_of else ssl.CERT_OPTIONAL
        context.load_verify_locations(clients_of or authority.ca_file)
        self._server = _Server(("127.0.0.1", 0), context, self)
        self.base_url = f"https://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()

    def plays(self, *replies: Reply) -> None:
        """One reply after the other; the last one for ever."""
        self.received.clear()
        self.answer = lambda _: replies[min(len(self.received), len(replies)) - 1]

    def close(self) -> None:
        self.released.set()
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], context: ssl.SSLContext, stand_in: StandIn) -> None:
        self.context, self.stand_in = context, stand_in
        super().__init__(address, _Handler)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            request = self.context.wrap_socket(request, server_side=True)
        except OSError:
            return self.shutdown_request(request)
        super().process_request_thread(request, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that leave in the middle are part of the tests."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def do_POST(self) -> None:
        stand_in = self.server.stand_in
        content = self.rfile.read(int(self.headers["Content-Length"]))
        certificate = self.connection.getpeercert(binary_form=True)  # type: ignore[attr-defined]
        stand_in.received.append(Received(self.path, dict(self.headers), content, id(self.connection), certificate))
        self._send(stand_in.answer(stand_in.received[-1]))

    def _send(self, reply: Reply) -> None:
        self.send_response(reply.status)
        for name, value in {"Content-Type": "text/xml", "Content-Length": str(len(reply.content)), **reply.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.content[: reply.cut])
        self.close_connection = reply.cut is not None

    def log_message(self, *arguments: Any) -> None:
        """The output of the tests stays theirs."""
