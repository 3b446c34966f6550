"""Authenticator apps: a secret that both sides keep, and a number of six digits made of it every 30 seconds (RFC 6238).

Invariant: a step opens once. The last one that did is kept, and moved on by the statement that compares it, so that of two who type the
same number at once one is let in.
"""

from __future__ import annotations

import hmac
import io
import time

import pyotp
import segno
from sqlalchemy import delete, select, update

from services.chassis.database import Store, UnitOfWork
from services.contracts.message import utc_now
from services.sign_in.models import Totp

STEP_S, AROUND, DIGITS = 30, 1, 6
PURPOSE = "totp"


def begin(db: UnitOfWork, user_id: str, secret: str) -> None:
    """Keep a secret that is not asked for yet, in place of another such."""
    sealed = db.store.seals.seal(db.asking.tenant_id, PURPOSE, secret.encode())
    db.merge(Totp(user_id=user_id, tenant_id=db.asking.tenant_id, sealed=sealed, last_step=0, confirmed_at=None))


def of(db: UnitOfWork, user_id: str) -> Totp | None:
    return db.scalars(select(Totp).where(Totp.user_id == user_id)).one_or_none()


def is_on(db: UnitOfWork, user_id: str) -> bool:
    found = of(db, user_id)
    return found is not None and found.confirmed_at is not None


def step_typed(db: UnitOfWork, user_id: str, typed: str, *, confirm: bool = False) -> int | None:
    """The step whose number was typed; None for another number, and where none is asked for. `confirm`: of a secret that is not on yet."""
    found = of(db, user_id)
    if found is None or confirm != (found.confirmed_at is None):
        return None
    return step_of(secret_of(db.store, found), typed, int(time.time()))


def use(db: UnitOfWork, user_id: str, typed: str, *, confirm: bool = False) -> bool:
    """Whether the number is right and was not used; from now on it was. `confirm`: the first one, which switches it on."""
    step = step_typed(db, user_id, typed, confirm=confirm)
    if step is None:
        return False
    later = update(Totp).where(Totp.user_id == user_id, Totp.last_step < step)
    if confirm:
        later = later.where(Totp.confirmed_at.is_(None)).values(confirmed_at=utc_now())
    moved = later.values(last_step=step).returning(Totp.user_id)
    return db.scalar(moved.execution_options(synchronize_session=False)) is not None


def remove(db: UnitOfWork, user_id: str) -> None:
    db.execute(delete(Totp).where(Totp.user_id == user_id))


def secret_of(store: Store, row: Totp) -> str:
    return store.seals.open(row.tenant_id, PURPOSE, row.sealed).decode()


def new_secret() -> str:
    return pyotp.random_base32()


def step_of(secret: str, typed: str, now_s: int) -> int | None:
    """The step around now whose number was typed. All are compared, so that time tells nothing."""
    right = None
    for step in range(now_s // STEP_S - AROUND, now_s // STEP_S + AROUND + 1):
        if hmac.compare_digest(pyotp.TOTP(secret, digits=DIGITS, interval=STEP_S).at(step * STEP_S).encode(), digits_in(typed).encode()):
            right = step
    return right


def digits_in(typed: str) -> str:
    return "".join(typed.split())


def address_of(secret: str, email: str, tenant: str) -> str:
    """The otpauth address that an app reads off the picture."""
    return pyotp.TOTP(secret, digits=DIGITS, interval=STEP_S).provisioning_uri(name=email, issuer_name=f"Casillero ({tenant})")


def picture_of(address: str) -> str:
    """An SVG image."""
    out = io.BytesIO()
    segno.make(address, error="m", micro=False).save(out, kind="svg", scale=5, border=4, xmldecl=False, light="white")
    return out.getvalue().decode()
