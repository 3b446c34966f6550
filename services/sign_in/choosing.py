"""Choosing a password: by invitation, or knowing the present one.

Trap: the answer of a unit of work is kept for a day when the call has an idempotency key. So whatever answers with a secret opens its own.
"""

from __future__ import annotations

from dataclasses import replace

from services.chassis.asking import Asking
from services.chassis.entrypoints import rpc
from services.contracts.errors import Invalid, NotAllowed, NotSignedIn
from services.contracts.rpc import INTERNAL, SIGNED_IN, Json
from services.contracts.sentences import said
from services.sign_in import credentials, invitations, letters, limits, passwords, sessions
from services.sign_in.part import Part
from services.sign_in.rules import rules_of

MAY_MORE = said(
    "Este usuario puede más que usted, y con el enlace entraría en su lugar. Envíeselo por correo, o pida a quien lleva la instalación que "
    "ejecute «casillero user invite»."
)


class Choosing(Part):
    @rpc(needs=INTERNAL, unit=False)
    def invite(self, asking: Asking, tenant_id: str, user_id: str) -> str:
        with self.db.begin() as db:
            return invitations.make(db, tenant_id, user_id)

    @rpc(needs="users.manage", unit=False, secret=True)
    def invite_user(self, asking: Asking, user_id: str, by: str = "") -> Json:
        """As `schemas.sessions.Invited`: the code goes by mail and is not shown, unless there is no mail or `by` is "link".

        A program is not shown a code: with it, it could sign in as that person. Where there is no mail it makes none. Nor is who may do
        less than that person, once the person has a password: what they did with it would stand in the trail as the person's.
        """
        asking.require_whole()
        by_mail = self.post.is_on and by != "link"
        if user_id == asking.user_id or by == "link":
            asking.require_person()
        self.access.user(user_id)
        if not by_mail and asking.is_program:
            return {"invitation": None, "mail": None}
        if not by_mail and not self.access.covers(user_id) and self.password_of(replace(asking, user_id=user_id)):
            raise NotAllowed(MAY_MORE)
        self.record("invite_user", asking, user_id, by="mail" if by_mail else "link")
        with self.db.begin() as db:
            code = invitations.make(db, asking.tenant_id, user_id)
            if not by_mail:
                return {"invitation": code, "mail": None}
            return {"invitation": None, "mail": letters.shown(letters.invite(db, asking, user_id, code))}

    @rpc(needs="users.manage", unit=False)
    def invitation(self, asking: Asking, user_id: str) -> Json:
        """As `schemas.sessions.InvitationState`."""
        self.access.user(user_id)
        with self.db.begin() as db:
            expires_at = invitations.ends_at(db, user_id)
            letter = letters.last_invitation(db, asking.tenant_id, user_id)
        return {"expires_at": expires_at and expires_at.isoformat(), "mail": letter and letters.shown(letter)}

    @rpc(needs=INTERNAL, unit=False)
    def is_invitation(self, asking: Asking, code: str, founding: bool) -> bool:
        with self.db.begin() as db:
            return invitations.is_good(db, code, founding=founding)

    @rpc(needs=INTERNAL, unit=False)
    def accept_invitation(self, asking: Asking, code: str, password: str, address: str = "") -> None:
        with self.db.begin() as db:
            invitation = invitations.find(db, code)
            invited = replace(asking, tenant_id=invitation.tenant_id, user_id=invitation.user_id)
        try:
            chosen = self._chosen(invited, password)
        except NotSignedIn as error:
            raise invitations.over() from error
        self.record("accept_invitation", invited, invited.user_id, address=address)
        with self.db.begin(invited) as db:
            invitations.find(db, code)
            credentials.set_password(db, invited.user_id, *chosen)

    @rpc(needs=SIGNED_IN, unit=False, keyed=False)
    def change_password(self, asking: Asking, current: str, password: str) -> Json:
        asking.require_person()
        attempt_id = limits.try_once(self.db, limits.FACTOR, asking.user_id, asking.user_id)
        if not passwords.matches(self.password_of(asking), current):
            raise Invalid.field("current", said("No es su contraseña actual."))
        limits.take_back(self.db, attempt_id)
        chosen = self._chosen(asking, password)
        self.record("change_password", asking, asking.user_id)
        with self.db.begin(asking) as db:
            credentials.set_password(db, asking.user_id, *chosen)
            return sessions.begin(db, asking.tenant_id, asking.user_id)

    def _chosen(self, who: Asking, password: str) -> tuple[str, int]:
        """The hash of a password that this person may choose, and how many old ones their firm remembers; raises Invalid, NotSignedIn."""
        theirs = self.access.asking(who)
        me, settings = theirs.me(), theirs.settings()
        rules = rules_of(settings)
        passwords.require_good(password, [me["email"], me["name"], me["tenant"]["name"]], rules)
        with self.db.begin(who) as db:
            former = credentials.former(db, who.user_id, rules.former)
        if any(passwords.matches(old, password) for old in former):
            raise Invalid(
                said("Elija otra contraseña."),
                {"password": [said("Es una de sus últimas {count} contraseñas. Elija otra.", count=rules.former)]},
            )
        return passwords.hashed(password), rules.former
