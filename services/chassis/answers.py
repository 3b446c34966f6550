"""`Idempotency-Key`: a call that was answered before gets the same answer and acts no more; the same key with other data is refused.

The key belongs to a user of a tenant and one method, since a request may ask several of one service, and is kept for a day. In a unit of
work it is taken before acting and kept with what was done, so that of two calls at once the second waits for the first. A method without a
unit takes the key in a short one before it acts: whoever calls meanwhile is told that it is being done, and only after it was left undone
for some minutes, since its process was killed, does a repetition act again. Of an answer that is a secret only the fact is kept: who
repeats the call is told that it was shown.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, update

from services.chassis.insert import insert_new
from services.contracts.errors import AlreadyShown, Conflict
from services.contracts.message import utc_now
from services.contracts.sentences import said

if TYPE_CHECKING:
    from services.chassis.asking import Asking
    from services.chassis.database import Store, UnitOfWork

KEEP = timedelta(days=1)
LEFT_UNDONE = timedelta(minutes=3)


def once(db: UnitOfWork, call: list, act: Callable[[], Any]) -> Any:
    """What `act` answers, or answered before, in this unit of work. Raises Conflict when the key was used for another call."""
    if not db.asking.idempotency_key:
        return act()
    is_new, row = keep(db, call, None)
    if is_new:
        row.answer = act()
    return row.answer


def once_outside(store: Store, asking: Asking, call: list, act: Callable[[], Any], *, secret: bool = False) -> Any:
    """The same for a method without a unit of work. Raises AlreadyShown when the answer was a `secret`, Conflict while it is being made."""
    if not asking.idempotency_key:
        return act()
    with store.begin(asking) as db:
        is_new, row = keep(db, call, None, is_answered=False)
        if not is_new and row.is_answered:
            if secret:
                raise AlreadyShown()
            return row.answer
        if not is_new and row.at > utc_now() - LEFT_UNDONE:
            raise Conflict(said("Esta misma operación se está haciendo. Espere unos segundos y repítala con la misma Idempotency-Key."))
        row.at = utc_now()
    try:
        answer = act()
    except BaseException:
        with store.begin(asking) as db:
            db.execute(delete(store.model.Answer).where(*own(store, asking, call)))
        raise
    with store.begin(asking) as db:
        told = {"answer": None if secret else answer, "is_answered": True}
        db.execute(update(store.model.Answer).where(*own(store, asking, call)).values(told))
    return answer


def own(store: Store, asking: Asking, call: list) -> list[Any]:
    """The one row of this call."""
    return [getattr(store.model.Answer, name) == value for name, value in identity(asking, call).items()]


def keep(db: UnitOfWork, call: list, answer: Any, *, is_answered: bool = True) -> tuple[bool, Any]:
    """Whether the key is new, and its row."""
    answers = db.store.model.Answer
    db.execute(delete(answers).where(answers.at < utc_now() - KEEP))
    row = identity(db.asking, call) | {"digest": digest_of(call), "rights": rights_of(db.asking), "at": utc_now()}
    row |= {"answer": answer, "is_answered": is_answered}
    is_new = bool(insert_new(db, answers, [row], answers.key))
    return is_new, find(db, call)


def find(db: UnitOfWork, call: list) -> Any:
    row = db.get(db.store.model.Answer, identity(db.asking, call))
    if row is not None and row.digest != digest_of(call):
        raise Conflict(said("Esta Idempotency-Key ya se usó con otros datos. Use una nueva para cada operación."))
    if row is not None and not set(row.rights) <= set(rights_of(db.asking)):
        raise Conflict(said("Desde que usó esta Idempotency-Key ha perdido permisos: lo que se respondió entonces ya no se muestra."))
    return row


def identity(asking: Asking, call: list) -> dict[str, str]:
    key = hashlib.sha256(f"{call[0]}:{asking.idempotency_key}".encode()).hexdigest()
    return {"key": key, "user_id": asking.user_id, "tenant_id": asking.tenant_id}


def digest_of(call: list) -> str:
    return hashlib.sha256(json.dumps(call, sort_keys=True, default=str).encode()).hexdigest()


def rights_of(asking: Asking) -> list[str]:
    """What the asker may see and do: an answer is theirs only for as long as they still may all of it."""
    scope = asking.scope
    return sorted({*scope.capabilities, *scope.group_ids, *(f"{body} {verb}" for body, verb in scope.grants)})
