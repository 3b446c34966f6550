"""Who is asking, for which tenant: the context that travels in the headers of every call beside its arguments."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any, Self

from nameko.extensions import DependencyProvider

from services.contracts.errors import NotAllowed
from services.contracts.rpc import Scope
from services.contracts.sentences import said

READS_ONLY = "clients.all"  # Sees what its owner sees; the gateway lets it ask nothing that changes something.
BROWSER, PROGRAM = "session", "token"
NOTHING = Scope(user_id="", capabilities=frozenset(), group_ids=frozenset(), grants=frozenset())


@dataclass(frozen=True, kw_only=True)
class Asking:
    """`only` narrows the capabilities of whoever comes with an API token: names separated by spaces, empty for all of the user's.

    `came_with` is the session or token that was shown, as `session <id>` or `token <id>`; empty for who acts inside the system.
    """

    tenant_id: str = ""
    user_id: str = ""
    request_id: str = ""
    idempotency_key: str = ""
    only: str = ""
    came_with: str = ""
    traceparent: str = ""
    scope: Scope = NOTHING

    @classmethod
    def from_headers(cls, headers: dict[str, Any]) -> Self:
        return cls(**{name: headers[name] for name in HEADERS if headers.get(name)})

    def to_headers(self) -> dict[str, str]:
        return {name: getattr(self, name) for name in HEADERS if getattr(self, name)}

    def without_key(self) -> Self:
        """The same, for a call that the idempotency key is not about."""
        return replace(self, idempotency_key="") if self.idempotency_key else self

    def within(self, scope: Scope) -> Self:
        if self.only:
            scope = replace(scope, capabilities=scope.capabilities & frozenset(self.only.split()))
        return replace(self, scope=scope)

    @property
    def is_program(self) -> bool:
        return self.came_with.startswith(PROGRAM)

    def require_person(self) -> None:
        """Raises NotAllowed for a program: what lets somebody in is decided by that person, signed in."""
        if self.is_program:
            raise NotAllowed(said("Esto no se hace con un token. Entre en Casillero con su navegador."))

    def require_whole(self) -> None:
        """Raises NotAllowed for a token with some of its owner's capabilities: by people and roles it could give itself the others."""
        if self.only:
            raise NotAllowed(
                said("Un token limitado no administra personas ni roles. Use uno con todos sus permisos, o entre con su navegador.")
            )

    def require(self, capability: str) -> None:
        """Raises NotAllowed unless the user's role (and token) has the capability."""
        if capability not in self.scope.capabilities:
            raise NotAllowed(
                said(
                    "Su rol no le permite hacer esto (falta «{capability}»). Pídaselo a quien administra los usuarios de su despacho.",
                    capability=capability,
                )
            )


def narrowing(capabilities: list[str] | None) -> str:
    """How `only` is written. No capabilities, for a token that only reads, must not look like all of them."""
    return "" if capabilities is None else " ".join(capabilities) or READS_ONLY


HEADERS = tuple(field.name for field in fields(Asking) if field.name != "scope")
NOBODY = Asking()


class WhoAsks(DependencyProvider):
    """Gives a service `self.asking`."""

    def get_dependency(self, worker_ctx: Any) -> Asking:
        return Asking.from_headers(worker_ctx.data)
