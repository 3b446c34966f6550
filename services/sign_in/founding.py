"""The first firm of an installation and its administrator, over a link that the first start prints.

Invariant: there is one founder. Who was interrupted between the firm and their password goes on with the same link.
"""

from __future__ import annotations

from services.chassis.asking import Asking
from services.chassis.entrypoints import rpc
from services.contracts.errors import Invalid
from services.contracts.rpc import INTERNAL, Json
from services.contracts.schemas import checked
from services.contracts.schemas.sessions import Founder
from services.contracts.sentences import said
from services.sign_in import credentials, invitations, passwords
from services.sign_in.part import Part


class Founding(Part):
    @rpc(needs=INTERNAL, unit=False)
    def founding_code(self, asking: Asking) -> str:
        with self.db.begin() as db:
            return invitations.make(db, invitations.NOT_YET, invitations.NOT_YET)

    @rpc(needs=INTERNAL, unit=False)
    def found(self, asking: Asking, code: str, founder: Json) -> None:
        new = checked(Founder, founder)
        passwords.require_good(new["password"], [new["email"], new["name"], new["tenant"]])
        with self.db.begin() as db:
            invitations.find(db, code, founding=True)
        password_hash = passwords.hashed(new["password"])
        made = self._founded(new)
        with self.db.begin(Asking(tenant_id=made["tenant_id"], user_id=made["user_id"])) as db:
            credentials.set_password(db, made["user_id"], password_hash)
            invitations.withdraw(db, invitations.NOT_YET)

    def _founded(self, new: Json) -> Json:
        """The first firm and its administrator; the same again for who was interrupted before their password was kept."""
        tenants, person = self.access.tenants(), self.access.person(new["email"])
        if not tenants:
            return self.access.create_tenant(new["tenant"], new["email"], new["name"])
        known = person and Asking(tenant_id=person["tenant_id"], user_id=person["user_id"])
        if len(tenants) > 1 or not known or self.password_of(known):
            raise Invalid.field("code", said("Ya hay un despacho. Pida a quien administra sus usuarios que le invite."))
        return person
