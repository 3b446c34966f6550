"""Passkeys: enrolled by whoever is signed in, and signing in with one, which counts as both factors.

Trap: two answers of one authenticator at the same moment, or a copy of it. So the count of signatures is compared again under a lock
before the session begins.
"""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from services.chassis.asking import Asking
from services.chassis.database import UnitOfWork
from services.chassis.entrypoints import rpc
from services.chassis.insert import insert_new
from services.contracts.errors import Conflict, Invalid, NotFound, NotSignedIn
from services.contracts.message import new_id, utc_now
from services.contracts.rpc import INTERNAL, SIGNED_IN, Json
from services.contracts.schemas import checked
from services.contracts.schemas.passkeys import NewPasskey, PasskeyChanges
from services.contracts.sentences import said
from services.sign_in import authenticators, challenges, limits, sessions
from services.sign_in.admitting import Admitting
from services.sign_in.authenticators import BadAnswer, Enrolled, House
from services.sign_in.carried import hash_of
from services.sign_in.house_address import passkey_domain
from services.sign_in.models import Passkey, PasskeyHash

MOST: Final = 20
METHOD: Final = "passkey"
TOO_LATE: Final = said("Pasó demasiado tiempo o ya se usó. Empiece de nuevo.")
UNUSABLE: Final = said("No es la respuesta de una llave de acceso a lo que se le pidió. Empiece de nuevo.")
UNKNOWN: Final = said("Esta llave de acceso no vale aquí. Entre de otro modo, o con otra llave.")


class Passkeys(Admitting):
    # ── enrolling ──────────────────────────────────────────────────────────────────────────────────────────────────────────────

    @rpc(needs=SIGNED_IN, unit=False, keyed=False)
    def passkey_options(self, asking: Asking, origin: str, address: str) -> Json:
        asking.require_person()
        house, challenge, me = self._house(origin), secrets.token_bytes(32), self.access.me()
        with self.db.begin(asking) as db:
            sessions.require_recent(db, asking)
            known = db.scalars(select(Passkey.credential_id).where(Passkey.user_id == asking.user_id)).all()
            if len(known) >= MOST:
                raise Conflict(said("Ya tiene {most} llaves de acceso. Quite alguna que no use.", most=MOST))
            challenges.keep(db, "enrolment", challenge, address, asking)
        return authenticators.creation_options(house, me, challenge, known)

    @rpc(needs=SIGNED_IN, unit=False, keyed=False)
    def enrol_passkey(self, asking: Asking, new_passkey: Json, origin: str) -> Json:
        asking.require_person()
        new = checked(NewPasskey, new_passkey)
        try:
            enrolled = self._enrolled(asking, new["credential"], origin)
        except BadAnswer as error:
            raise Invalid.field("credential", UNUSABLE) from error
        passkey_id = new_id()
        self.record("enrol_passkey", asking, passkey_id)
        with self.db.begin(asking) as db:
            return described(kept(db, passkey_id, new["name"], enrolled))

    def _enrolled(self, asking: Asking, credential: Json, origin: str) -> Enrolled:
        house, challenge = self._house(origin), authenticators.challenge_in(credential)
        with self.db.begin(asking) as db:
            whose = challenges.use_up(db, "enrolment", challenge)
        if whose is None or (whose.tenant_id, whose.user_id) != (asking.tenant_id, asking.user_id):
            raise Invalid.field("credential", TOO_LATE)
        return authenticators.enrolled(house, challenge, credential)

    # ── one's own ──────────────────────────────────────────────────────────────────────────────────────────────────────────────

    @rpc(needs=SIGNED_IN)
    def passkeys(self, db: UnitOfWork, asking: Asking) -> list[Json]:
        return [described(each) for each in db.scalars(select(Passkey).where(Passkey.user_id == asking.user_id).order_by(Passkey.id))]

    @rpc(needs=SIGNED_IN, unit=False)
    def rename_passkey(self, asking: Asking, passkey_id: str, changes: Json) -> Json:
        new = checked(PasskeyChanges, changes)
        self._record_about("rename_passkey", asking, passkey_id)
        with self.db.begin(asking) as db:
            passkey = own(db, asking, passkey_id)
            passkey.name = new["name"]
            return described(passkey)

    @rpc(needs=SIGNED_IN, unit=False)
    def remove_passkey(self, asking: Asking, passkey_id: str) -> None:
        self._record_about("remove_passkey", asking, passkey_id)
        with self.db.begin(asking) as db:
            passkey = own(db, asking, passkey_id)
            db.delete(passkey)
            db.execute(delete(PasskeyHash).where(PasskeyHash.passkey_id == passkey_id))
            sessions.end_others(db, asking, passkey.user_id)

    def _record_about(self, act: str, asking: Asking, passkey_id: str) -> None:
        asking.require_person()
        with self.db.begin(asking) as db:
            own(db, asking, passkey_id)
        self.record(act, asking, passkey_id)

    # ── signing in ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

    @rpc(needs=INTERNAL, unit=False)
    def passkey_challenge(self, asking: Asking, origin: str, address: str) -> Json:
        house, challenge = self._house(origin), secrets.token_bytes(32)
        with self.db.begin() as db:
            challenges.keep(db, "passkey", challenge, address, Asking())
        return authenticators.request_options(house, challenge)

    @rpc(needs=INTERNAL, unit=False)
    def sign_in_with_passkey(self, asking: Asking, credential: Json, origin: str, address: str) -> Json:
        house = self._house(origin)
        try:
            credential_id, challenge = authenticators.credential_id_in(credential), authenticators.challenge_in(credential)
        except BadAnswer as error:
            raise Invalid.field("credential", UNUSABLE) from error
        attempt_id = limits.try_once(self.db, limits.SIGN_IN, f"passkey {credential_id}", address)
        with self.db.begin() as db:
            in_time, passkey = challenges.use_up(db, "passkey", challenge), found(db, credential_id)
        if passkey is None:
            raise NotSignedIn(UNKNOWN)
        known = replace(asking, tenant_id=passkey.tenant_id, user_id=passkey.user_id)
        count = self._count(house, challenge, credential, passkey) if in_time else None
        if count is None:
            self.turn_away(known, METHOD, address)
            raise NotSignedIn(UNKNOWN if in_time else TOO_LATE)
        self.admit(known, METHOD, address)
        limits.take_back(self.db, attempt_id)
        with self.db.begin(known) as db:
            mark_used(db, passkey.id, count)
            return sessions.begin(db, known.tenant_id, known.user_id)

    def _count(self, house: House, challenge: bytes, credential: Json, passkey: Passkey) -> int | None:
        known = Enrolled(passkey.credential_id, passkey.public_key, passkey.sign_count)
        try:
            return authenticators.counted(house, challenge, credential, known, passkey.user_id)
        except BadAnswer:
            return None

    def _house(self, origin: str) -> House:
        address = self.doorway.address(origin)
        return House(passkey_domain(address), address)


def kept(db: UnitOfWork, passkey_id: str, name: str, enrolled: Enrolled) -> Passkey:
    """Raises Invalid when the authenticator is known already, to whomever."""
    row = {"credential_hash": hash_of(enrolled.credential_id), "passkey_id": passkey_id, "tenant_id": db.asking.tenant_id}
    if not insert_new(db, PasskeyHash, [row], PasskeyHash.passkey_id):
        raise Invalid.field("credential", said("Esta llave de acceso ya está dada de alta. Use otra."))
    passkey = Passkey(id=passkey_id, user_id=db.asking.user_id, name=name, sign_count=enrolled.sign_count, created_at=utc_now())
    passkey.credential_id, passkey.public_key = enrolled.credential_id, enrolled.public_key
    db.add(passkey)
    return passkey


def found(db: UnitOfWork, credential_id: str) -> Passkey | None:
    """Whosever it is; the unit of work acts for their firm from here on."""
    row = db.get(PasskeyHash, hash_of(credential_id))
    if row is None:
        return None
    db.act_for(replace(db.asking, tenant_id=row.tenant_id))
    return db.scalars(select(Passkey).where(Passkey.id == row.passkey_id)).one_or_none()


def own(db: Session, asking: Asking, passkey_id: str) -> Passkey:
    """One's own to change; anybody's of the firm for who manages its users. Raises NotFound."""
    passkey = db.scalars(select(Passkey).where(Passkey.id == passkey_id).with_for_update()).one_or_none()
    if passkey is None or (passkey.user_id != asking.user_id and "users.manage" not in asking.scope.capabilities):
        raise NotFound()
    return passkey


def are_there(db: Session, user_id: str) -> bool:
    return db.scalar(select(Passkey.id).where(Passkey.user_id == user_id).limit(1)) is not None


def remove_all(db: Session, user_id: str) -> None:
    ids = db.scalars(select(Passkey.id).where(Passkey.user_id == user_id)).all()
    db.execute(delete(PasskeyHash).where(PasskeyHash.passkey_id.in_(ids)))
    db.execute(delete(Passkey).where(Passkey.id.in_(ids)))


def mark_used(db: Session, passkey_id: str, count: int) -> None:
    """Raises NotSignedIn when it was removed, or used again, since its answer was verified."""
    passkey = db.scalars(select(Passkey).where(Passkey.id == passkey_id).with_for_update()).one_or_none()
    if passkey is None or (count <= passkey.sign_count and (count or passkey.sign_count)):
        raise NotSignedIn(UNKNOWN)
    passkey.sign_count, passkey.last_used_at = count, utc_now()


def described(passkey: Passkey) -> Json:
    """As `schemas.passkeys.Passkey`."""
    used_at = passkey.last_used_at and passkey.last_used_at.isoformat()
    return {"id": passkey.id, "name": passkey.name, "created_at": passkey.created_at.isoformat(), "last_used_at": used_at}
