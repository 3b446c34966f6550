"""The mailboxes that a firm wants for each new client are there when the client is, once."""

from __future__ import annotations

import base64

import pytest
from sqlalchemy import select

from services.chassis.asking import Asking
from services.mailbox_sync.models import Firm
from tests import people
from tests.jobs import ended
from tests.worlds import until

DEHU = {"body": "dehu", "via": "firm_certificate"}


@pytest.fixture
def firm(world):
    """A firm that wants a mailbox at DEHú, and one at a body that is not read yet, for each new client."""
    firm = world.firm()
    wants(world, firm, [DEHU, {"body": "lexnet", "via": "own_certificate"}])
    return firm


def wants(world, firm, mailboxes: list[dict]) -> None:
    """Set it, and wait until mailbox_sync has heard of it."""
    version = firm.admin.access.settings()["version"]
    firm.admin.access.change_settings({"version": version, "default_mailboxes": mailboxes})
    until(lambda: kept(world, firm) == mailboxes, "the settings are kept")


def kept(world, firm) -> list[dict] | None:
    with world.store("mailbox_sync").begin(Asking(tenant_id=firm.tenant_id)) as db:
        return db.scalar(select(Firm.default_mailboxes))


def mailboxes_of(firm, client_id: str) -> list[tuple[str, str, str | None]]:
    found = firm.admin.mailbox_sync.mailboxes({"client": client_id})["items"]
    return [(box["body"], box["via"], box["next_check_at"] and "due") for box in found]


def register(firm, **more) -> str:
    return firm.admin.clients.register({"tax_id": people.tax_id(), "name": "Nuevo", **more})["id"]


def test_a_new_client_has_the_mailboxes_that_the_firm_wants_and_can_be_read(firm):
    client_id = register(firm)
    until(lambda: mailboxes_of(firm, client_id), "the client has its mailbox")
    assert [(body, via) for body, via, _ in mailboxes_of(firm, client_id)] == [("dehu", "firm_certificate")]


def test_a_client_that_receives_no_notifications_has_them_and_they_are_not_read(firm):
    client_id = register(firm, receives_notifications=False)
    until(lambda: mailboxes_of(firm, client_id) == [("dehu", "firm_certificate", None)], "the client has its mailbox, at rest")


def test_clients_out_of_a_file_have_them_too(firm):
    rows = "\n".join(["tax_id;name", *(f"{people.tax_id()};Cliente" for _ in range(3))])
    job = firm.admin.clients.import_file(base64.b64encode(rows.encode()).decode(), "", False)
    assert ended(firm.admin.clients, job)["counts"] == {"created": 3}
    until(lambda: firm.admin.mailbox_sync.mailboxes({})["total"] == 3, "each client has its mailbox")


def test_a_mailbox_that_was_removed_does_not_come_back_when_the_client_changes(firm):
    client_id = register(firm)
    until(lambda: mailboxes_of(firm, client_id), "the client has its mailbox")
    firm.admin.mailbox_sync.remove_mailbox(firm.admin.mailbox_sync.mailboxes({"client": client_id})["items"][0]["id"])
    firm.admin.clients.change(client_id, {"version": 1, "name": "Otro"})
    after = register(firm)
    until(lambda: mailboxes_of(firm, after), "what came later was heard of")
    assert mailboxes_of(firm, client_id) == []


def test_a_firm_that_wants_none_any_more_has_none_for_its_next_client(world, firm):
    wants(world, firm, [])
    client_id = register(firm)
    until(lambda: firm.admin.mailbox_sync.mailboxes({"client": client_id})["total"] == 0, "the client is known")
    assert mailboxes_of(firm, client_id) == []
