"""Notices and edicts as mailboxes and the TEU would give them, and a firm that hears of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from services.contracts.events import FoundNotice, MatchedEdict, NoticesFound, PublicBody
from services.contracts.message import new_id
from tests import people
from tests.facts import publish
from tests.worlds import until

AVAILABLE_AT = datetime(2026, 9, 29, 8, 15, tzinfo=UTC)


class Inbox:
    """A firm with one client."""

    def __init__(self, world: Any):
        self.world, self.firm = world, world.firm()
        self.admin = self.firm.admin
        self.client_id = self.admin.clients.register({"tax_id": people.tax_id(), "name": "Núñez e Hijos"})["id"]

    def hear(self, fact: Any, **more: Any) -> None:
        publish(self.world, self.firm.tenant_id, fact, **more)

    def found(self, *notices: FoundNotice, client_id: str = "") -> NoticesFound:
        return NoticesFound(mailbox_id=new_id(), client_id=client_id or self.client_id, body="dehu", notices=notices)

    def items(self, user: Any = None, **page: Any) -> list[dict]:
        return (user or self.admin).notifications.notifications(page)["items"]

    def one(self, **page: Any) -> dict:
        """The only notification that fits, as soon as it is there."""
        (item,) = until(lambda: self.items(**page))
        return item

    def settled(self) -> None:
        """All notices sent so far have been dealt with: one of another client that came after them is there."""
        marker = new_id()
        self.hear(self.found(notice(marker), client_id=marker))
        until(lambda: self.items(q=marker))


def notice(reference: str = "", **more: Any) -> FoundNotice:
    given: dict[str, Any] = {"origin_code": "1", "kind": "notification", "subject": "Requerimiento  de pago ", "available_at": AVAILABLE_AT}
    given |= {"holder_tax_id": people.tax_id()}
    issuer, root = PublicBody(code="L01150300", name="Concello da Coruña"), PublicBody(code="L01", name="Administración local")
    return FoundNotice(reference=reference or new_id(), issuer=issuer, issuer_root=root, **{**given, **more})


def edict(client_id: str, **more: Any) -> MatchedEdict:
    given = {"edict_id": f"BOE-N-2026-{new_id()[-6:]}", "published_on": (AVAILABLE_AT - timedelta(days=28)).date(), "regime": "traffic"}
    named = {"issuer": "Ayuntamiento de Lugo", "title": "Anuncio de notificación", "holder_tax_id": people.tax_id(), "row": "", "url": ""}
    return MatchedEdict(client_id=client_id, **{**given, **named, **more})
