"""Who is behind a request: a session cookie with its CSRF token, or an API token in `Authorization: Bearer`."""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from flask import current_app, g, request
from werkzeug.wrappers import Response

from gateway.rpc import Pool
from services.chassis.asking import Asking, narrowing
from services.contracts.errors import Invalid, NotAllowed, NotFound, NotSignedIn, SecondFactorNeeded
from services.contracts.message import new_id
from services.contracts.sentences import said

COOKIE = "casillero_session"
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
MAX_AGE_S = 7 * 24 * 3600
LONGEST_KEY = 200


def begin_request() -> None:
    """Raises NotFound for an address with a NUL in it: nothing is called so, and a database would not even look."""
    g.request_id = new_id()
    if "\0" in request.path:
        raise NotFound()


def credential() -> str | None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return token.strip()
    return request.cookies.get(COOKIE)


def origin() -> str:
    """The address of this request, as whoever sent it wrote it: `https://host`."""
    return request.host_url.rstrip("/")


def require_same_origin() -> None:
    """Raises NotAllowed for a form that another site sends: it would sign the visitor in as somebody else (login CSRF).

    Browsers say where a request comes from; older ones say only whose page it was. A program says neither.
    """
    site, page = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site not in (None, "same-origin", "none") or (site is None and page and urlsplit(page).netloc != request.host):
        raise NotAllowed(said("Este formulario llega de otra página. Entre desde la de Casillero."))


def sender() -> str:
    return request.remote_addr or ""


def anonymous() -> Asking:
    return Asking(request_id=g.request_id, traceparent=request.headers.get("traceparent", "")[:100])


def pool() -> Pool:
    return current_app.extensions["pool"]


@contextmanager
def services(*, enrolling: bool = False) -> Iterator[Any]:
    """All services, asked by whoever is signed in. Raises NotSignedIn, and NotAllowed for a write whose CSRF token is missing or wrong.

    `enrolling`: also for who has to set up a second factor first; others raise SecondFactorNeeded for them.
    """
    asking = signed_in(enrolling=enrolling)
    with pool().services(asking) as ask:
        yield ask


@contextmanager
def unsigned_services() -> Iterator[Any]:
    """All services, for what needs no sign-in: signing in, accepting an invitation."""
    with pool().services(anonymous()) as ask:
        yield ask


@contextmanager
def services_of(who: dict[str, Any]) -> Iterator[Any]:
    """All services, asked by somebody who has just signed in."""
    with pool().services(Asking(tenant_id=who["tenant_id"], user_id=who["user_id"], request_id=g.request_id)) as ask:
        yield ask


def signed_in(*, enrolling: bool = False) -> Asking:
    """Who asks, looked up once a request, so that the first to ask says whether it is for who is `enrolling`. Raises as `services` does."""
    if "asking" not in g:
        g.asking = recognised(enrolling)
    return g.asking


def recognised(enrolling: bool) -> Asking:
    token = credential()
    if not token:
        raise NotSignedIn(said("Inicie sesión para continuar."))
    with unsigned_services() as ask:
        who = ask.sign_in.who(token)
    g.csrf_token = who["csrf_token"]
    if request.method not in SAFE_METHODS and who["kind"] != "token":
        require_csrf(who["csrf_token"])
    if who["only"] == [] and request.method not in SAFE_METHODS:
        raise NotAllowed(said("Este token solo lee. Cree uno con los permisos que necesite."))
    if who["kind"] == "enrolling" and not enrolling:
        raise SecondFactorNeeded(said("Su despacho exige un segundo factor. Póngalo en /segundo-factor para continuar."))
    return Asking(
        tenant_id=who["tenant_id"],
        user_id=who["user_id"],
        request_id=g.request_id,
        only=narrowing(who["only"]),
        came_with=who["came_with"],
        idempotency_key=idempotency_key() if request.method == "POST" else "",
        traceparent=request.headers.get("traceparent", "")[:100],
    )


def idempotency_key() -> str:
    key = request.headers.get("Idempotency-Key", "")
    if len(key) > LONGEST_KEY:
        raise Invalid.field("Idempotency-Key", said("No pase de {most} caracteres.", most=LONGEST_KEY))
    return key


def require_csrf(expected: str) -> None:
    given = request.headers.get("X-CSRF-Token") or (request.form.get("csrf_token", "") if request.mimetype in FORMS else "")
    if not hmac.compare_digest(given.encode(), expected.encode()):
        raise NotAllowed(said("Falta la cabecera X-CSRF-Token o no es la de esta sesión. Vuelva a cargar la página e inténtelo de nuevo."))


def is_remote() -> bool:
    """Whether the browser is not on this machine, so that a cookie only travels over TLS."""
    return request.host.rpartition(":")[0] not in LOOPBACK and request.host not in LOOPBACK


def set_cookie(response: Response, token: str) -> None:
    response.set_cookie(COOKIE, token, max_age=MAX_AGE_S, httponly=True, samesite="Lax", secure=is_remote(), path="/")


def clear_cookie(response: Response) -> None:
    response.delete_cookie(COOKIE, path="/")
