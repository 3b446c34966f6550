"""What may be asked of sign-in: who somebody is, from the door to the end. How they got their keys is in the parts.

    founding    the first firm and its administrator
    choosing    passwords: invited, changed
    posting     letters with links, for who is invited or forgot
    passkeys    authenticators in place of passwords
    oidc        a firm's own sign-in provider, and provider_settings which one that is
    programs    API tokens

Invariant: whoever is let in or turned away is in the trail before they are told.
"""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import delete

from services.chassis.asking import Asking
from services.chassis.database import UnitOfWork
from services.chassis.entrypoints import every, on, rpc
from services.contracts.errors import NotSignedIn
from services.contracts.events import UserChanged
from services.contracts.message import utc_now
from services.contracts.rpc import INTERNAL, Json
from services.sign_in import carried, invitations, letters, limits, passwords, sessions, tokens
from services.sign_in.choosing import Choosing
from services.sign_in.founding import Founding
from services.sign_in.models import Attempt, Challenge, Invitation, Session
from services.sign_in.oidc import Oidc
from services.sign_in.passkeys import Passkeys
from services.sign_in.posting import Posting
from services.sign_in.programs import Programs
from services.sign_in.provider_settings import ProviderSettings


class SignInService(Founding, Choosing, Posting, Passkeys, ProviderSettings, Oidc, Programs):
    @rpc(needs=INTERNAL, unit=False)
    def sign_in(self, asking: Asking, email: str, password: str, address: str) -> Json:
        attempt_id = limits.try_once(self.db, limits.SIGN_IN, email, address)
        person = self.access.person(email)
        known = replace(asking, tenant_id=person["tenant_id"], user_id=person["user_id"]) if person else None
        is_right = passwords.matches(self.password_of(known) if known else None, password)
        if known is None or not is_right or not person["is_active"]:
            self._record_failed(known, address)
            raise NotSignedIn("El correo o la contraseña no son correctos.")
        self.record("sign_in", known, known.user_id, address=address)
        limits.take_back(self.db, attempt_id)
        with self.db.begin(known) as db:
            return sessions.begin(db, known.tenant_id, known.user_id)

    @rpc(needs=INTERNAL, unit=False)
    def who(self, asking: Asking, credential: str) -> Json:
        with self.db.begin() as db:
            return tokens.whose(db, credential) if carried.is_token(credential) else sessions.whose(db, credential)

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
        if not fact.is_active:
            sessions.end_all(db, fact.user_id)
            tokens.revoke_all(db, fact.user_id)
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
