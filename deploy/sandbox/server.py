"""The sandbox's two doors: the bodies' addresses over TLS, and the side door in plain HTTP, each with a thread a connection.

Client certificates are asked for but not demanded at TLS level, since the bulletin is public; the bodies' own paths refuse a request
without one. An expired client certificate passes TLS, so that the body can say so in its own words (1105); one of another authority
does not. Both doors are on loopback only.
"""

from __future__ import annotations

import contextlib
import logging
import socket
import ssl
import threading
from collections.abc import Callable
from pathlib import Path

from . import sede
from .authority import Authority
from .faults import instead_of_answer, lost_on_the_way, slowed
from .lema.endpoint import Endpoint
from .lema.shapes import PENDING_PATH, REALIZED_PATH
from .wire import Answer, Request, Unreadable, read_request, reset, send_answer
from .world import Asked, World

LOG = logging.getLogger("sandbox")
_IDLE_S = 75
# OpenSSL's X509_V_FLAG_NO_CHECK_TIME, which Python has no name for.
_NO_CHECK_TIME = 0x200000
Handler = Callable[[Request, bytes | None], Answer]


class Door:
    """One listening port whose requests `handler` answers; it is given the client's certificate in DER, when there is one."""

    def __init__(self, port: int, handler: Handler, tls: ssl.SSLContext | None = None) -> None:
        self._handler, self._tls, self._closing = handler, tls, threading.Event()
        self._listener = socket.create_server(("127.0.0.1", port), backlog=1024)
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, name=f"door-{self.port}", daemon=True)

    def open(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Takes no more connections; those under way end with the process."""
        self._closing.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while not self._closing.is_set():
            try:
                raw, _ = self._listener.accept()
            except OSError:
                # Out of descriptors, or closed: a moment's pause keeps the first from burning the processor.
                self._closing.wait(0.05)
                continue
            threading.Thread(target=self._serve, args=(raw,), daemon=True).start()

    def _serve(self, raw: socket.socket) -> None:
        raw.settimeout(_IDLE_S)
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # A client that hangs up, or whose certificate TLS refuses, is an ordinary end of a connection.
        with contextlib.suppress(OSError), raw:
            if self._tls is None:
                self._converse(raw, None)
                return
            with self._tls.wrap_socket(raw, server_side=True) as secured:
                self._converse(secured, secured.getpeercert(binary_form=True))

    def _converse(self, connection: socket.socket, certificate: bytes | None) -> None:
        with connection.makefile("rb") as stream:
            keep = True
            while keep:
                try:
                    request = read_request(stream, connection)
                except Unreadable as unreadable:
                    send_answer(connection, Answer(unreadable.status, "text/plain", str(unreadable).encode()), keep=False)
                    return
                if request is None:
                    return
                keep = self._reply(connection, request, certificate)

    def _reply(self, connection: socket.socket, request: Request, certificate: bytes | None) -> bool:
        """Whether the connection goes on."""
        keep = request.headers.get("connection", "").lower() != "close"
        try:
            answer = self._handler(request, certificate)
        except Exception:  # A fault of the sandbox itself must be seen, and must not end its other connections.
            LOG.exception("%s %s failed", request.method, request.path)
            answer = Answer(500, "text/plain", b"the sandbox itself failed; see its log")
        if answer.delay_s:
            self._closing.wait(answer.delay_s)
        if answer.broken == "reset":
            reset(connection)
        if answer.broken in ("reset", "timeout"):
            return False
        send_answer(connection, answer, keep and answer.broken is None)
        return keep and answer.broken is None


class Bodies:
    """What each path of the TLS door is."""

    def __init__(self, world: World, authority: Authority) -> None:
        self._world = world
        self._lema = Endpoint(world, authority)

    def answer(self, request: Request, certificate: bytes | None) -> Answer:
        if request.path in (PENDING_PATH, REALIZED_PATH):
            return self._lema.answer(request, certificate)
        if request.path == sede.PATH and request.method == "GET":
            return sede.answer(certificate)
        if request.path.startswith("/boe_n/") and request.method == "GET":
            return self._bulletin(request)
        return Answer(404, "text/plain", b"no public body answers here")

    def _bulletin(self, request: Request) -> Answer:
        """A page of the Tablón Edictal Único; the faults of a connection strike it as they do the mailboxes."""
        operation = "edict" if "id=" in request.query else "index"
        struck = self._world.faults.strike("teu", operation, None)
        status, content_type, body = self._world.bulletin.answer(request.path, request.query) or (404, "text/plain", b"not published")
        answer = Answer(status, content_type, body)
        seen, answer = instead_of_answer(struck) or lost_on_the_way(answer, struck) or (f"http {status}", answer)
        self._world.journal.note(Asked("teu", operation, seen, "", ""))
        return slowed(answer, struck)


def tls_of(authority: Authority) -> ssl.SSLContext:
    """The server's side of TLS: asks for a client certificate, takes those of `authority` whatever their dates."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority.server_file)
    context.load_verify_locations(authority.ca_file)
    context.verify_mode = ssl.CERT_OPTIONAL
    context.verify_flags |= _NO_CHECK_TIME
    # Each ticket costs a handshake some time and no client of the bodies resumes a session.
    context.num_tickets = 0
    return context


def bodies_door(port: int, world: World, authority: Authority) -> Door:
    return Door(port, Bodies(world, authority).answer, tls_of(authority))


def data_folder(path: str) -> Path:
    """The data folder, made readable by its owner only: it holds the authority's key."""
    folder = Path(path).resolve()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder
