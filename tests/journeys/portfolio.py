"""A client of a firm with a certificate and a DEHú mailbox, as every story starts."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

from deploy.sandbox.people import Party, invent_company
from tests.sites import Firm
from tests.visitors import Person
from tests.worlds import numbers

PASSWORD = "una clave del certificado"


@dataclass
class Client:
    party: Party
    id: str
    mailbox_id: str


def a_company() -> Party:
    return invent_company(Random(f"journey {next(numbers)}"))


def register(person: Person, party: Party, group_ids: list[str] = (), **more: Any) -> str:
    made = person.post("/api/clients", {"tax_id": party.tax_id, "name": party.name, "group_ids": list(group_ids), **more})
    assert made.status == 201, made
    return made.body["id"]


def with_mailbox(firm: Firm, manager: Person, group_ids: list[str] = (), via: str = "own_certificate") -> Client:
    """Registered, certificate imported, mailbox added."""
    party = a_company()
    client_id = register(manager, party, group_ids)
    file = firm.site.sandbox.certificate(party.tax_id, party.name, PASSWORD, key="shared")
    imported = manager.upload(f"/api/clients/{client_id}/certificates", file, PASSWORD)
    assert imported.status == 201, imported
    added = manager.post(f"/api/clients/{client_id}/mailboxes", {"body": "dehu", "via": via})
    assert added.status == 201, added
    return Client(party, client_id, added.body["id"])


def sync_now(person: Person, client: Client) -> str:
    """Ask for the mailbox to be read; the sync's id."""
    asked = person.post(f"/api/mailboxes/{client.mailbox_id}/sync")
    assert asked.status == 202, asked
    return asked.body["id"]
