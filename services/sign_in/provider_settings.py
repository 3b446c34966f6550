"""A firm's own sign-in provider: what it is, set by who manages the firm's settings and its users alike.

Trap: whoever chooses the provider decides who gets in as whom. So it takes the right to manage users too, and a kept secret never goes to
another provider than the one that it was given for.
"""

from __future__ import annotations

from services.chassis.asking import Asking
from services.chassis.database import UnitOfWork
from services.chassis.entrypoints import rpc
from services.chassis.foreign_hosts import HostAway, HostRefused
from services.contracts.errors import Invalid, NotFound
from services.contracts.rpc import Json
from services.contracts.schemas import checked
from services.contracts.schemas.oidc import NewProvider
from services.contracts.sentences import said
from services.sign_in import provider_rows, sessions
from services.sign_in.admitting import Admitting
from services.sign_in.id_tokens import BadToken
from services.sign_in.models import Provider
from services.sign_in.providers import BadProvider


class ProviderSettings(Admitting):
    @rpc(needs="settings.manage")
    def provider(self, db: UnitOfWork, asking: Asking, origin: str) -> Json:
        return provider_rows.described(found(db), self.doorway.address(origin))

    @rpc(needs="settings.manage", unit=False, keyed=False)
    def set_provider(self, asking: Asking, new_provider: Json, origin: str) -> Json:
        asking.require_person()
        asking.require("users.manage")
        house = self.doorway.address(origin)
        with self.db.begin(asking) as db:
            sessions.require_recent(db, asking)
        new = checked(NewProvider, new_provider, self._faults)
        with self.db.begin(asking) as db:
            secret = new.get("client_secret") or kept_secret(db, new)
        self.record("change_provider", asking, asking.tenant_id)
        with self.db.begin(asking) as db:
            return provider_rows.described(provider_rows.keep(db, new, secret), house)

    @rpc(needs="settings.manage", unit=False)
    def remove_provider(self, asking: Asking) -> None:
        asking.require_person()
        asking.require("users.manage")
        with self.db.begin(asking) as db:
            found(db)
        self.record("remove_provider", asking, asking.tenant_id)
        with self.db.begin(asking) as db:
            provider_rows.forget(db)

    def _faults(self, new: Json) -> dict[str, list[str]]:
        """What is named and does not exist, by field."""
        faults = {"issuer": self._faults_of_issuer(new["issuer"]) if "issuer" in new else []}
        if new.get("new_users_role") and new["new_users_role"] not in [role["name"] for role in self.access.roles()]:
            faults["new_users_role"] = [said("No es un rol de su despacho.")]
        if new.get("emergency_user_id") and not self._is_active(new["emergency_user_id"]):
            faults["emergency_user_id"] = [said("No es un usuario activo de su despacho.")]
        return faults

    def _faults_of_issuer(self, issuer: str) -> list[str]:
        try:
            self.doorway.providers.check(issuer)
        except (HostRefused, HostAway, BadProvider) as error:
            return [str(error)]
        except BadToken:
            return [said("El proveedor no publica ninguna clave con la que firme.")]
        return []

    def _is_active(self, user_id: str) -> bool:
        try:
            return self.access.user(user_id)["is_active"]
        except NotFound:
            return False


def found(db: UnitOfWork) -> Provider:
    provider = provider_rows.of_firm(db, db.asking.tenant_id)
    if provider is None:
        raise NotFound()
    return provider


def kept_secret(db: UnitOfWork, new: Json) -> str:
    """Raises Invalid when there is none for this client at this provider."""
    provider = provider_rows.of_firm(db, db.asking.tenant_id)
    if provider is None or (provider.issuer, provider.client_id) != (new["issuer"], new["client_id"]):
        raise Invalid.field("client_secret", said("Falta este dato: es el secreto que su proveedor dio para este identificador."))
    return provider_rows.secret_of(db, provider)
