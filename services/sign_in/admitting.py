"""Letting in whoever has proved who they are without a password, by a passkey or at their firm's provider: what both have in common.

Invariant: the trail has it before they are in. Whoever is disabled, or whose firm is suspended, stays out however good their proof is.
"""

from __future__ import annotations

from typing import Any

from nameko.extensions import DependencyProvider

from services.chassis.asking import Asking
from services.chassis.foreign_hosts import ForeignHosts
from services.chassis.settings import Settings
from services.contracts.errors import NotSignedIn
from services.contracts.sentences import said
from services.sign_in import provider_rows
from services.sign_in.house_address import house_address
from services.sign_in.part import Part
from services.sign_in.providers import Providers


class Doorway(DependencyProvider):
    """What a process knows of its surroundings: its settings, and the providers that it has asked."""

    def setup(self) -> None:
        self.settings: Settings = self.container.config["settings"]
        self.providers = Providers(ForeignHosts(self.settings))

    def get_dependency(self, worker_ctx: Any) -> Doorway:
        return self

    def address(self, asked_at: str) -> str:
        """Raises Conflict, as `house_address`."""
        return house_address(self.settings.public_url, asked_at)


class Admitting(Part):
    doorway = Doorway()

    def admit(self, known: Asking, method: str, address: str) -> None:
        """Whoever it is may come in, which the trail now says. Raises NotSignedIn."""
        try:
            self.require_door(known, method)
            self.access.asking(known).scope()
        except NotSignedIn:
            self.turn_away(known, method, address)
            raise
        self.record("sign_in", known, known.user_id, address=address, method=method)

    def require_door(self, known: Asking, method: str) -> None:
        """Raises NotSignedIn where a firm lets its people in by its own provider only."""
        with self.db.begin(known) as db:
            provider = provider_rows.of_firm(db, known.tenant_id)
        if method != "oidc" and provider and provider.is_required and provider.emergency_user_id != known.user_id:
            raise NotSignedIn(said("Su despacho entra solo con su propio proveedor. Use «Entrar con el proveedor de su despacho»."))

    def turn_away(self, known: Asking, method: str, address: str) -> None:
        self.record("sign_in_failed", known, known.user_id, address=address, method=method)
