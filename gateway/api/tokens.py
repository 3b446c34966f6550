"""API tokens of whoever is signed in."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from gateway import session
from gateway.api.describing import describes
from gateway.api.shapes import listed
from services.contracts.schemas.sessions import NewToken, NewTokenShown, Token

blueprint = Blueprint("tokens", __name__)


@blueprint.get("/api/tokens")
@describes("My API tokens", answer=listed(Token))
def tokens() -> dict[str, Any]:
    with session.services() as ask:
        return {"items": ask.sign_in.tokens()}


@blueprint.post("/api/tokens")
@describes("A new API token; it is shown this once", body=NewToken, answer=NewTokenShown, status=201)
def issue_token(body: dict[str, Any]) -> dict[str, Any]:
    with session.services() as ask:
        return ask.sign_in.issue_token(body)


@blueprint.delete("/api/tokens/<token_id>")
@describes("Revoke one of my API tokens", status=204)
def revoke_token(token_id: str) -> None:
    with session.services() as ask:
        ask.sign_in.revoke_token(token_id)


@blueprint.get("/api/users/<user_id>/tokens")
@describes("The API tokens of a user", answer=listed(Token))
def tokens_of(user_id: str) -> dict[str, Any]:
    with session.services() as ask:
        return {"items": ask.sign_in.tokens_of(user_id)}


@blueprint.delete("/api/users/<user_id>/tokens/<token_id>")
@describes("Revoke an API token of a user", status=204)
def revoke_token_of(user_id: str, token_id: str) -> None:
    with session.services() as ask:
        ask.sign_in.revoke_token(token_id, user_id)
