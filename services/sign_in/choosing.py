"""Choosing a password: by invitation, or knowing the present one.

Trap: the answer of a unit of work is kept for a day when the call has an idempotency key. So whatever answers with a secret opens its own.
"""

from __future__ import annotations

from dataclasses import replace

from services.chassis.asking import Asking
from services.chassis.entrypoints import rpc
from services.contracts.errors import Invalid
from services.contracts.rpc import INTERNAL, SIGNED_IN, Json
from services.sign_in import invitations, passwords, sessions
from services.sign_in.part import Part


class Choosing(Part):
    @rpc(needs=INTERNAL, unit=False)
    def invite(self, asking: Asking, tenant_id: str, user_id: str) -> str:
        with self.db.begin() as db:
            return invitations.make(db, tenant_id, user_id)

    @rpc(needs="users.manage", unit=False, keyed=False)
    def invite_user(self, asking: Asking, user_id: str) -> str:
        self.access.user(user_id)
        self.record("invite_user", asking, user_id)
        with self.db.begin() as db:
            return invitations.make(db, asking.tenant_id, user_id)

    @rpc(needs=INTERNAL, unit=False)
    def accept_invitation(self, asking: Asking, code: str, password: str) -> None:
        passwords.require_good(password)
        with self.db.begin() as db:
            invitation = invitations.find(db, code)
            invited = replace(asking, tenant_id=invitation.tenant_id, user_id=invitation.user_id)
        password_hash = passwords.hashed(password)
        self.record("accept_invitation", invited, invited.user_id)
        with self.db.begin(invited) as db:
            invitations.find(db, code)
            invitations.set_password(db, invited.user_id, password_hash)

    @rpc(needs=SIGNED_IN, unit=False, keyed=False)
    def change_password(self, asking: Asking, current: str, password: str) -> Json:
        passwords.require_good(password)
        if not passwords.matches(self.password_of(asking), current):
            raise Invalid.field("current", "No es su contraseña actual.")
        password_hash = passwords.hashed(password)
        self.record("change_password", asking, asking.user_id)
        with self.db.begin(asking) as db:
            invitations.set_password(db, asking.user_id, password_hash)
            return sessions.begin(db, asking.tenant_id, asking.user_id)
