"""The viewer of a remote browser: noVNC on a page of ours, and the bridge between its WebSocket and the screen's Unix socket.

The page carries a token that is good for one connection within a minute, as a sub-protocol and never in an address; the bridge wants the
session's cookie, our own origin and the token. While it stands, who is signed in is looked up every few seconds.
Traps: what one thread reads, another closes only once that has gone; `shutdown` sends it away (gateway/upgrading.py). What the path of the
socket leads to was made inside the sandbox, so a link is not followed.
"""

from __future__ import annotations

import contextlib
import os
import socket
import stat
import threading
import time
from typing import Any, Final
from urllib.parse import urlsplit

from flask import Blueprint, request
from flask_babel import gettext
from werkzeug.wrappers import Response

from gateway import session
from gateway.upgrading import GONE, Server, hang_up, upgraded
from gateway.web.window import window
from services.contracts.errors import Away, Conflict, NotAllowed, Refusal
from services.contracts.schemas.browser_sessions import ENDINGS

PROTOCOL: Final = "binary"
TOKEN: Final = "casillero."
POLICY_VIOLATION: Final = 1008
MOST: Final = 24
JUDGE_S: Final = 3.0
open_viewers = threading.BoundedSemaphore(MOST)


def register(pages: Blueprint) -> None:
    pages.add_url_rule("/navegador/<session_id>", view_func=viewer)
    pages.add_url_rule("/navegador/<session_id>/pantalla", view_func=screen, websocket=True)
    pages.add_url_rule("/navegador/<session_id>/pantalla", view_func=no_screen)


def viewer(session_id: str) -> Any:
    with session.services() as ask:
        shown = ask.browser.session(session_id)
        token = ask.browser.viewer_token(session_id) if shown["state"] == "open" else ""
        client = ask.clients.client(shown["client_id"])
        response = window(ask, "browser/viewer.html", shown=shown, client=client, token=token, endings=ENDINGS)
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Cache-Control"] = "no-store"
    return response


POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def screen(session_id: str) -> Response:
    """The bridge. Who is not signed in, or comes from another page, is refused before anything is taken over."""
    asking = session.signed_in()
    if urlsplit(request.headers.get("Origin", "")).netloc != request.host:
        raise NotAllowed(gettext("El visor solo se abre desde la página de Casillero."))
    if not open_viewers.acquire(blocking=False):
        raise Away(gettext("Hay demasiados visores abiertos. Cierre alguno y vuelva a cargar la página."))
    token, judge = token_of(request.headers.get("Sec-WebSocket-Protocol", "")), Judge(session.pool(), str(session.credential()))
    try:
        return upgraded(PROTOCOL, lambda wire: bridge(wire, session_id, token, asking, judge))
    finally:
        open_viewers.release()


def no_screen(session_id: str) -> Response:
    """For who opens the address itself."""
    session.signed_in()
    raise Conflict(gettext("Esta dirección es la del visor: se abre desde su página."))


def token_of(protocols: str) -> str:
    offered = [protocol.strip() for protocol in protocols.split(",")]
    return next((protocol.removeprefix(TOKEN) for protocol in offered if protocol.startswith(TOKEN)), "")


def bridge(wire: Server, session_id: str, token: str, asking: Any, judge: Judge) -> None:
    try:
        with judge.pool.services(asking) as ask:
            path = ask.browser.redeem(session_id, token)["screen"]
        there = connected(path)
    except (Refusal, OSError):
        return hang_up(wire, POLICY_VIOLATION, "token")
    with there:
        carry(wire, there, judge)


def carry(wire: Server, there: socket.socket, judge: Judge) -> None:
    """Until the person or the screen hangs up, or the person is no longer signed in. Nobody waits on either any more when it is over."""
    showing = threading.Thread(target=downwards, args=(there, wire), daemon=True)
    showing.start()
    try:
        upwards(wire, there, judge)
    finally:
        hang_up(wire)
        shut(there)
        showing.join()


def connected(path: str) -> socket.socket:
    """Raises OSError when the screen is gone or is no socket. What was looked at is connected to, whatever the path leads to by then."""
    found = os.open(path, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        if not stat.S_ISSOCK(os.fstat(found).st_mode):
            raise OSError(f"{path} is not a socket")
        there = socket.socket(socket.AF_UNIX)
        there.connect(f"/proc/self/fd/{found}")
        return there
    finally:
        os.close(found)


class Judge:
    """Whether whoever looks is still signed in; asked every few seconds."""

    def __init__(self, pool: Any, cookie: str):
        self.pool, self.cookie, self.next_at = pool, cookie, time.monotonic() + JUDGE_S

    def allows(self) -> bool:
        if time.monotonic() < self.next_at:
            return True
        self.next_at = time.monotonic() + JUDGE_S
        try:
            with self.pool.services(session.anonymous()) as ask:
                return bool(ask.sign_in.who(self.cookie))
        except Away:
            return True  # What a session may is judged beside this, and ends it.
        except Refusal:
            return False


def upwards(wire: Server, there: socket.socket, judge: Judge) -> None:
    """What the person does, to the screen."""
    while judge.allows():
        said = wire.receive(timeout=JUDGE_S)
        if said is not None:
            there.sendall(said.encode() if isinstance(said, str) else said)
        elif not wire.connected:
            return
    hang_up(wire, POLICY_VIOLATION, "session")


def downwards(there: socket.socket, wire: Server) -> None:
    """What the screen shows, to the person."""
    try:
        while shown := there.recv(1 << 16):
            wire.send(shown)
    except GONE:
        pass
    shut(there)
    hang_up(wire)


def shut(there: socket.socket) -> None:
    with contextlib.suppress(OSError):
        there.shutdown(socket.SHUT_RDWR)
