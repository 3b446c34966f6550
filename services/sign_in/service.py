"""What may be asked of sign-in: who somebody is, from the door to the end. How they got their keys is in the parts.

    founding    the first firm and its administrator
    choosing    passwords: invited, changed
    posting     letters with links, for who is invited or forgot
    passkeys    authenticators in place of passwords
    oidc        a firm's own sign-in provider, and provider_settings which one that is
    second_factor   an app that makes numbers, and codes for who has lost it
    programs    API tokens

Invariant: whoever is let in or turned away is in the trail before they are told.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import delete

from services.chassis.asking import Asking
from services.chassis.database import UnitOfWork
from services.chassis.entrypoints import every, on, rpc
from services.contracts.errors import NotSignedIn, OtpNeeded, PasswordExpired
from services.contracts.events import UserChanged
from services.contracts.message import utc_now
from services.contracts.rpc import INTERNAL, SIGNED_IN, Json
from services.contracts.sentences import said
from services.sign_in import carried, credentials, half_way, invitations, letters, limits, passkeys, passwords, sessions, tokens, totp
from services.sign_in.choosing import Choosing
from services.sign_in.founding import Founding
from services.sign_in.models import Attempt, Challenge, Invitation, Session
from services.sign_in.oidc import Oidc
from services.sign_in.passkeys import Passkeys
from services.sign_in.posting import Posting
from services.sign_in.programs import Programs
from services.sign_in.provider_settings import ProviderSettings
from services.sign_in.rules import rules_of
from services.sign_in.second_factor import SecondFactor

NEVER = datetime.min.replace(tzinfo=UTC)


class Door(NamedTuple):
    """What somebody's own door asks for."""

    password_chosen_at: datetime
    has_totp: bool
    has_passkey: bool


class SignInService(Founding, Choosing, Posting, SecondFactor, Passkeys, ProviderSettings, Oidc, Programs):
    @rpc(needs=INTERNAL, unit=False)
    def sign_in(self, asking: Asking, email: str, password: str, address: str, otp: str = "") -> Json:
        attempt_id = limits.try_once(self.db, limits.SIGN_IN, email, address)
        person = self.access.person(email)
        known = replace(asking, tenant_id=person["tenant_id"], user_id=person["user_id"]) if person else None
        if not passwords.matches(self.password_of(known or Asking()), password) or known is None:
            self._record_failed(known, address)
            raise NotSignedIn(said("El correo o la contraseña no son correctos."))
        limits.take_back(self.db, attempt_id)
        return self._enter(known, otp, address)

    @rpc(needs=INTERNAL, unit=False)
    def second_step(self, asking: Asking, step: str, otp: str, address: str) -> Json:
        """After OtpNeeded: its `step` in place of the password."""
        known, changed_at = half_way.whose(self.db, step)
        if self._door_of(known).password_chosen_at.isoformat() != changed_at:
            raise half_way.over()
        return self._enter(known, otp, address)

    def _enter(self, known: Asking, otp: str, address: str) -> Json:
        """Whose password is right. Raises OtpNeeded, PasswordExpired and NotSignedIn."""
        door = self._door_of(known)
        if door.has_totp and not otp:
            self.record("otp_asked", known, known.user_id, address=address)
            ticket = half_way.ticket_of(self.db, known, door.password_chosen_at)
            raise OtpNeeded(said("Escriba el código de su aplicación, o uno de recuperación."), {"step": [ticket]})
        method = f"password, {self.prove(known, otp, address)}" if door.has_totp else "password"
        settings = self.access.settings_of(known.tenant_id)
        must_enrol = settings["requires_second_factor"] and not door.has_totp
        if must_enrol and door.has_passkey:
            self.turn_away(known, "password", address)
            raise NotSignedIn(
                said("Su despacho exige dos factores. Entre con su llave de acceso; si la ha perdido, hable con quien administra.")
            )
        if rules_of(settings).is_over(door.password_chosen_at, utc_now()):
            raise self._expired(known)
        self.admit(known, method, address)
        with self.db.begin(known) as db:
            return sessions.begin(db, known.tenant_id, known.user_id, is_enrolling=must_enrol)

    def _door_of(self, known: Asking) -> Door:
        with self.db.begin(known) as db:
            chosen_at, has_passkey = credentials.changed_at(db, known.user_id) or NEVER, passkeys.are_there(db, known.user_id)
            return Door(chosen_at, totp.is_on(db, known.user_id), has_passkey)

    def _expired(self, known: Asking) -> PasswordExpired:
        self.record("password_expired", known, known.user_id)
        with self.db.begin() as db:
            code = invitations.make_another(db, known.tenant_id, known.user_id, half_way.LASTS)
        return PasswordExpired(said("Su contraseña ha caducado. Elija otra."), {"code": [code]})

    @rpc(needs=INTERNAL, unit=False)
    def who(self, asking: Asking, credential: str) -> Json:
        with self.db.begin() as db:
            return tokens.whose(db, credential) if carried.is_token(credential) else sessions.whose(db, credential)

    @rpc(needs=SIGNED_IN, unit=False)
    def sessions(self, asking: Asking) -> list[Json]:
        asking.require_person()
        with self.db.begin() as db:
            return sessions.of_user(db, asking)

    @rpc(needs=SIGNED_IN, unit=False)
    def end_session(self, asking: Asking, session_id: str) -> None:
        asking.require_person()
        with self.db.begin() as db:
            sessions.find(db, asking, session_id)
        self.record("end_session", asking, session_id)
        with self.db.begin() as db:
            sessions.end_one(db, asking, session_id)

    @rpc(needs=INTERNAL, unit=False)
    def sign_out(self, asking: Asking, session: str) -> None:
        """A session that is over already is left at that."""
        with self.db.begin() as db:
            owner = sessions.owner_of(db, session)
        if owner is not None:
            self.record("sign_out", replace(asking, tenant_id=owner.tenant_id, user_id=owner.user_id), owner.user_id)
            with self.db.begin() as db:
                sessions.end(db, session)

    def _record_failed(self, known: Asking | None, address: str) -> None:
        """For an email that nobody has, the trail is asked too, to write nothing: it takes as long."""
        if known is None:
            self.audit.record([])
        else:
            self.record("sign_in_failed", known, known.user_id, address=address)

    # ── the end ────────────────────────────────────────────────────────────────────────────────────────────────────────────────

    @on(UserChanged)
    def end_access(self, db: UnitOfWork, fact: UserChanged) -> None:
        """Links that were sent to an address lead nowhere once the person has another, and who is in comes in again."""
        if not fact.is_active:
            tokens.revoke_all(db, fact.user_id)
        if not fact.is_active or "email" in fact.fields:
            sessions.end_all(db, fact.user_id)
            invitations.withdraw(db, fact.user_id)

    @every(seconds=600)
    def forget_what_ended(self) -> None:
        now = utc_now()
        with self.db.begin() as db:
            db.execute(delete(Session).where(Session.expires_at < now))
            db.execute(delete(Invitation).where(Invitation.expires_at < now))
            db.execute(delete(Challenge).where(Challenge.expires_at < now))
            db.execute(delete(Attempt).where(Attempt.at < now - limits.WINDOW))
            letters.forget(db)
