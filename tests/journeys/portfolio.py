"""A client of a firm with a certificate and a DEHú mailbox, as every story starts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from random import Random
from typing import Any

from deploy.sandbox.people import Party, invent_company
from tests.sites import Firm, Site
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


def register(person: Person, party: Party, group_ids: Iterable[str] = (), **more: Any) -> str:
    made = person.post("/api/clients", {"tax_id": party.tax_id, "name": party.name, "group_ids": list(group_ids), **more})
    assert made.status == 201, made
    return made.body["id"]


def notified(site: Site, *subjects: str, **more: Any) -> Party:
    """A company for whom a notice of each subject waits at the body."""
    party = a_company()
    for subject in subjects:
        site.sandbox.notice(party.tax_id, party.name, subject, **more)
    return party


def with_mailbox(
    firm: Firm, manager: Person, group_ids: Iterable[str] = (), via: str = "own_certificate", party: Party | None = None
) -> Client:
    """Registered, certificate imported, mailbox added; it is read at once, so what that reading has to find must be at the body before."""
    party = party or a_company()
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
