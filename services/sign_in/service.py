"""What may be asked of sign-in, in the order in which a person meets it.

Trap: the answer of a unit of work is kept for a day when the call has an idempotency key. So whatever answers with a secret opens its own.
"""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import delete, select

from services.chassis.asking import Asking
from services.chassis.database import Database, UnitOfWork
from services.chassis.entrypoints import every, on, rpc
from services.chassis.promises import Promise
from services.chassis.service import Service
from services.contracts.errors import Invalid, NotSignedIn
from services.contracts.events import UserChanged
from services.contracts.message import utc_now
from services.contracts.rpc import INTERNAL, SIGNED_IN, Json
from services.contracts.schemas import checked
from services.contracts.schemas.sessions import Founder, NewToken
from services.sign_in import carried, invitations, limits, passwords, sessions, tokens
from services.sign_in.models import Attempt, Credential, Invitation, Model, Session, Token


class SignInService(Service):
    name = "sign_in"
    db = Database(Model)
    audit = Promise("audit")

    # ── passwords ──────────────────────────────────────────────────────────────────────────────────────────────────────────────

    @rpc(needs=INTERNAL, unit=False)
    def founding_code(self, asking: Asking) -> str:
        with self.db.begin() as db:
            return invitations.make(db, invitations.NOT_YET, invitations.NOT_YET)

    @rpc(needs=INTERNAL, unit=False)
    def found(self, asking: Asking, code: str, founder: Json) -> None:
        new = checked(Founder, founder)
        passwords.require_good(new["password"])
        with self.db.begin() as db:
            invitations.find(db, code, founding=True)
        password_hash = passwords.hashed(new["password"])
        made = self._founded(new)
        with self.db.begin(Asking(tenant_id=made["tenant_id"], user_id=made["user_id"])) as db:
            invitations.set_password(db, made["user_id"], password_hash)
            invitations.withdraw(db, invitations.NOT_YET)

    def _founded(self, new: Json) -> Json:
        """The first firm and its administrator; the same again for who was interrupted before their password was kept."""
        tenants, person = self.access.tenants(), self.access.person(new["email"])
        if not tenants:
            return self.access.create_tenant(new["tenant"], new["email"], new["name"])
        known = person and Asking(tenant_id=person["tenant_id"], user_id=person["user_id"])
        if len(tenants) > 1 or not known or self._password_of(known):
            raise Invalid.field("code", "Ya hay un despacho. Pida a quien administra sus usuarios que le invite.")
        return person

    @rpc(needs=INTERNAL, unit=False)
    def invite(self, asking: Asking, tenant_id: str, user_id: str) -> str:
        with self.db.begin() as db:
            return invitations.make(db, tenant_id, user_id)

    @rpc(needs="users.manage", unit=False, keyed=False)
    def invite_user(self, asking: Asking, user_id: str) -> str:
        self.access.user(user_id)
        self._record("invite_user", asking, user_id)
        with self.db.begin() as db:
            return invitations.make(db, asking.tenant_id, user_id)

    @rpc(needs=INTERNAL, unit=False)
    def accept_invitation(self, asking: Asking, code: str, password: str) -> None:
        passwords.require_good(password)
        with self.db.begin() as db:
            invitation = invitations.find(db, code)
            invited = replace(asking, tenant_id=invitation.tenant_id, user_id=invitation.user_id)
        password_hash = passwords.hashed(password)
        self._record("accept_invitation", invited, invited.user_id)
        with self.db.begin(invited) as db:
            invitations.find(db, code)
            invitations.set_password(db, invited.user_id, password_hash)

    @rpc(needs=SIGNED_IN, unit=False, keyed=False)
    def change_password(self, asking: Asking, current: str, password: str) -> Json:
        passwords.require_good(password)
        if not passwords.matches(self._password_of(asking), current):
            raise Invalid.field("current", "No es su contraseña actual.")
        password_hash = passwords.hashed(password)
        self._record("change_password", asking, asking.user_id)
        with self.db.begin(asking) as db:
            invitations.set_password(db, asking.user_id, password_hash)
            return sessions.begin(db, asking.tenant_id, asking.user_id)

    # ── sessions ───────────────────────────────────────────────────────────────────────────────────────────────────────────────

    @rpc(needs=INTERNAL, unit=False)
    def sign_in(self, asking: Asking, email: str, password: str, address: str) -> Json:
        attempt_id = limits.try_once(self.db, email, address)
        person = self.access.person(email)
        known = replace(asking, tenant_id=person["tenant_id"], user_id=person["user_id"]) if person else None
        is_right = passwords.matches(self._password_of(known) if known else None, password)
        if known is None or not is_right or not person["is_active"]:
            self._record_failed(known, address)
            raise NotSignedIn("El correo o la contraseña no son correctos.")
        self._record("sign_in", known, known.user_id, address=address)
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
            self._record("sign_out", replace(asking, tenant_id=owner.tenant_id, user_id=owner.user_id), owner.user_id)
            with self.db.begin() as db:
                sessions.end(db, session)

    def _password_of(self, who: Asking) -> str | None:
        with self.db.begin(who) as db:
            return db.scalar(select(Credential.password_hash).where(Credential.user_id == who.user_id))

    def _record(self, act: str, who: Asking, subject: str, **detail: str) -> None:
        """Committed in the trail before it happens and before anybody is told."""
        self.audit.record([{"tenant_id": who.tenant_id, "act": act, "user_id": who.user_id, "subject": subject, "detail": detail}])

    def _record_failed(self, known: Asking | None, address: str) -> None:
        """For an email that nobody has, the trail is asked too, to write nothing: it takes as long."""
        if known is None:
            self.audit.record([])
        else:
            self._record("sign_in_failed", known, known.user_id, address=address)

    # ── tokens of programs ─────────────────────────────────────────────────────────────────────────────────────────────────────

    @rpc(needs=SIGNED_IN, unit=False, keyed=False)
    def issue_token(self, asking: Asking, new_token: Json) -> Json:
        new = checked(NewToken, new_token)
        self._record("issue_token", asking, asking.user_id)
        with self.db.begin(asking) as db:
            return tokens.issue(db, asking, new)

    @rpc(needs=SIGNED_IN)
    def tokens(self, db: UnitOfWork, asking: Asking) -> list[Json]:
        return [tokens.described(token) for token in db.scalars(select(Token).where(Token.user_id == asking.user_id).order_by(Token.id))]

    @rpc(needs=SIGNED_IN, unit=False)
    def revoke_token(self, asking: Asking, token_id: str) -> None:
        with self.db.begin(asking) as db:
            tokens.find(db, asking, token_id)
        self._record("revoke_token", asking, token_id)
        with self.db.begin(asking) as db:
            tokens.revoke(db, tokens.find(db, asking, token_id))

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
            db.execute(delete(Attempt).where(Attempt.at < now - limits.WINDOW))
