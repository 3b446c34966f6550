"""One-time codes for who has lost their authenticator: ten, shown once, stored as keyed hashes.

49 bits each: too few for a plain hash that was stolen, enough behind a key that is not in the table and a door that counts tries.
"""

from __future__ import annotations

import secrets

from sqlalchemy import delete, func, select

from services.chassis.database import UnitOfWork
from services.sign_in.models import RecoveryCode

HOW_MANY, HALF = 10, 5
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # Nothing that looks like something else on paper.


def renew(db: UnitOfWork, user_id: str) -> list[str]:
    """New codes, in place of those that are left."""
    remove(db, user_id)
    codes = [f"{word()}-{word()}" for _ in range(HOW_MANY)]
    db.add_all([RecoveryCode(code_hash=hash_of(db, user_id, code), user_id=user_id) for code in codes])
    return codes


def use(db: UnitOfWork, user_id: str, typed: str) -> bool:
    """Whether it is one of the user's; from now on it is not."""
    mine = RecoveryCode.code_hash == hash_of(db, user_id, typed), RecoveryCode.user_id == user_id
    used = delete(RecoveryCode).where(*mine).returning(RecoveryCode.user_id)
    return db.scalar(used.execution_options(synchronize_session=False)) is not None


def remove(db: UnitOfWork, user_id: str) -> None:
    db.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))


def left(db: UnitOfWork, user_id: str) -> int:
    return db.scalar(select(func.count()).select_from(RecoveryCode).where(RecoveryCode.user_id == user_id)) or 0


def word() -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(HALF))


def hash_of(db: UnitOfWork, user_id: str, code: str) -> str:
    plain = "".join(letter for letter in code.casefold() if letter in LETTERS)
    return db.store.seals.keyed_hash("recovery code", f"{user_id} {plain}")
