"""A firm's own sign-in provider: what it is, and the way there and back.

A browser goes there with `start` and comes back to `callback`, so both answer a browser with a page when they refuse, and a program with
JSON. The secret that the browser keeps in between is in a cookie that only these addresses are sent.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Blueprint, Response, jsonify, make_response, redirect, render_template, request

from gateway import session
from gateway.api.describing import describes
from gateway.errors import on_refusal, status_of
from services.contracts.errors import Refusal
from services.contracts.schemas import checked
from services.contracts.schemas.oidc import NewProvider, Provider, ProvidersAnswer, Redirect, Start, StartOfFirm

blueprint = Blueprint("oidc", __name__)
COOKIE = "casillero_provider"
PATH = "/api/session/oidc"
MAX_AGE_S = 600
REFUSALS = (401, 404, 409, 422, 429, 503)


@blueprint.get("/api/settings/oidc")
@describes("The firm's own sign-in provider", answer=Provider)
def provider() -> dict[str, Any]:
    with session.services() as ask:
        return ask.sign_in.provider(session.origin())


@blueprint.put("/api/settings/oidc")
@describes("Choose the firm's own sign-in provider; it is asked whether it is one", body=NewProvider, answer=Provider)
def set_provider(body: dict[str, Any]) -> dict[str, Any]:
    with session.services() as ask:
        return ask.sign_in.set_provider(body, session.origin())


@blueprint.delete("/api/settings/oidc")
@describes("Do without a sign-in provider; passwords and passkeys go on", status=204)
def remove_provider() -> None:
    with session.services() as ask:
        ask.sign_in.remove_provider()


def in_words(view: Callable) -> Callable:
    """A refusal is a page for whoever reads pages."""

    @wraps(view)
    def answer(*args: Any) -> Any:
        try:
            return view(*args)
        except Refusal as refusal:
            if "text/html" not in request.headers.get("Accept", ""):
                raise
            response = make_response(render_template("session/provider_refused.html", refusal=refusal), status_of(refusal))
            response.headers.extend({name: value for name, value in on_refusal(refusal).headers.items() if name == "Retry-After"})
            return response

    return answer


@blueprint.get("/api/session/oidc/start")
@describes("Sign in at a firm's own provider: its link", query=StartOfFirm, status=302, refusals=REFUSALS, signed_in=False)
@in_words
def start(query: dict[str, Any]) -> Response:
    with session.unsigned_services() as ask:
        begun = ask.sign_in.oidc_start(query["tenant"], session.origin(), session.sender())
    return sent_there(redirect(begun["redirect"]), begun)


@blueprint.post("/api/session/oidc/start")
@describes(
    "Sign in at the provider of the firm that an email belongs to", body=Start, answer=Redirect, refusals=(422, 429, 503), signed_in=False
)
def start_by_email(body: dict[str, Any]) -> Response:
    begun = begin_by_email(body)
    return sent_there(jsonify({"redirect": begun["redirect"]}), begun)


def begin_by_email(body: dict[str, Any]) -> dict[str, Any]:
    """`{redirect, secret}`; raises what the service refuses."""
    email = checked(Start, body)["email"]
    with session.unsigned_services() as ask:
        return ask.sign_in.oidc_start_by_email(email, session.origin(), session.sender())


def sent_there(response: Any, begun: dict[str, Any]) -> Response:
    """The answer that sends the browser away, with what it has to bring back."""
    response.set_cookie(COOKIE, begun["secret"], max_age=MAX_AGE_S, httponly=True, samesite="Lax", secure=session.is_remote(), path=PATH)
    return response


@blueprint.get("/api/session/oidc/callback")
@describes("Where a provider sends the browser back to", query=ProvidersAnswer, status=302, refusals=REFUSALS, signed_in=False)
@in_words
def callback(query: dict[str, Any]) -> Response:
    answer = query | {"secret": request.cookies.get(COOKIE, "")}
    with session.unsigned_services() as ask:
        made = ask.sign_in.oidc_finish(answer, session.origin(), session.sender())
    response: Any = redirect("/")
    session.set_cookie(response, made["session"])
    response.delete_cookie(COOKIE, path=PATH)
    return response
