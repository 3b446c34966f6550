"""API tokens: what a program signs in with on behalf of a user, with all or some of the user's capabilities.

Traps: a token does not make tokens, or a leaked one would never end. One with an empty list of capabilities only reads what its owner sees.
A token whose owner lost a capability has lost it too, because whoever is asked narrows the owner's present ones.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from services.chassis.asking import PROGRAM, Asking
from services.chassis.database import UnitOfWork
from services.contracts.errors import Invalid, NotFound, NotSignedIn
from services.contracts.message import utc_now
from services.contracts.rpc import Json
from services.contracts.sentences import said
from services.sign_in.carried import hash_of, new_token
from services.sign_in.models import Token, TokenHash

STEP = timedelta(minutes=1)


def require_good(asking: Asking, new: Json) -> None:
    """Raises Invalid naming every bad field."""
    errors = {
        "capabilities": list(reasons_against(new["capabilities"], asking.scope.capabilities)),
        "expires_at": [] if in_future(new["expires_at"]) else [said("Ya ha pasado.")],
    }
    if any(errors.values()):
        raise Invalid(said("Hay datos que no son válidos."), {field: reasons for field, reasons in errors.items() if reasons})


def issue(db: UnitOfWork, asking: Asking, token_id: str, new: Json) -> Json:
    """As `schemas.sessions.NewTokenShown`; `new` is good."""
    shown = new_token()
    token = Token(id=token_id, user_id=asking.user_id, name=new["name"], capabilities=new["capabilities"], expires_at=new["expires_at"])
    db.add_all([token, TokenHash(token_hash=hash_of(shown), token_id=token.id, tenant_id=asking.tenant_id)])
    db.flush()
    return {**described(token), "token": shown}


def reasons_against(wanted: list[str] | None, held: frozenset[str]) -> list[str]:
    return [said("Usted no tiene «{capability}».", capability=capability[:40]) for capability in wanted or () if capability not in held]


def in_future(instant: datetime | None) -> bool:
    return instant is None or instant > utc_now()


def whose(db: UnitOfWork, shown: str) -> Json:
    """It may be revoked between one look and the next, so a row that is gone is a token that is not good, and is not written to."""
    found = db.get(TokenHash, hash_of(shown))
    if found is not None:
        db.act_for(replace(db.asking, tenant_id=found.tenant_id))
    token, now = found and db.scalars(select(Token).where(Token.id == found.token_id)).one_or_none(), utc_now()
    if token is None:
        raise NotSignedIn(said("El token no vale. Cree otro."))
    if not in_future(token.expires_at):
        raise NotSignedIn(said("El token ha caducado. Cree otro."))
    if token.last_used_at is None or now - token.last_used_at > STEP:
        db.execute(update(Token).where(Token.id == token.id).values(last_used_at=now))
    owner = {"tenant_id": token.tenant_id, "user_id": token.user_id}
    return {**owner, "csrf_token": "", "only": token.capabilities, "kind": "token", "came_with": f"{PROGRAM} {token.id}"}


def of_user(db: UnitOfWork, user_id: str) -> list[Json]:
    return [described(token) for token in db.scalars(select(Token).where(Token.user_id == user_id).order_by(Token.id))]


def find(db: UnitOfWork, asking: Asking, token_id: str, user_id: str = "") -> Token:
    """One's own; anybody's of the firm for who manages its users. Raises NotFound, also when it is not of `user_id`."""
    token = db.scalars(select(Token).where(Token.id == token_id)).one_or_none()
    if token is None or user_id not in ("", token.user_id):
        raise NotFound()
    if token.user_id != asking.user_id and "users.manage" not in asking.scope.capabilities:
        raise NotFound()
    return token


def revoke(db: UnitOfWork, token: Token) -> None:
    db.execute(delete(TokenHash).where(TokenHash.token_id == token.id))
    db.delete(token)


def revoke_all(db: UnitOfWork, user_id: str) -> None:
    for token in db.scalars(select(Token).where(Token.user_id == user_id)):
        revoke(db, token)


def described(token: Token) -> Json:
    """As `schemas.sessions.Token`."""
    instants = {field: getattr(token, field) for field in ("created_at", "expires_at", "last_used_at")}
    return {
        "id": token.id,
        "name": token.name,
        "capabilities": token.capabilities,
        **{field: instant and instant.isoformat() for field, instant in instants.items()},
    }
