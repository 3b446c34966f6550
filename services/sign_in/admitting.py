"""Letting in whoever has proved who they are without a password, by a passkey or at their firm's provider: what both have in common.

Invariant: the trail has it before they are in. Whoever is disabled, or whose firm is suspended, stays out however good their proof is.
"""

from __future__ import annotations

from typing import Any

from nameko.extensions import DependencyProvider

from services.chassis.asking import Asking
from services.chassis.settings import Settings
from services.contracts.errors import NotSignedIn
from services.sign_in.house_address import house_address
from services.sign_in.part import Part


class Doorway(DependencyProvider):
    """What a process knows of its surroundings: its settings."""

    def setup(self) -> None:
        self.settings: Settings = self.container.config["settings"]

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
            self.access.asking(known).scope()
        except NotSignedIn:
            self.turn_away(known, method, address)
            raise
        self.record("sign_in", known, known.user_id, address=address, method=method)

    def turn_away(self, known: Asking, method: str, address: str) -> None:
        self.record("sign_in_failed", known, known.user_id, address=address, method=method)
