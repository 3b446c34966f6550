"""A mailbox is read from end to end: the real keyring, the real connector, the sandbox's DEHú."""

from __future__ import annotations

import base64

import pytest
from sqlalchemy import select

from gateway.handing_over import hand_over
from services.chassis.asking import Asking
from services.mailbox_sync.models import Coverage, Model
from tests import people
from tests.mailbox_sync.offices import PASSWORD, Office
from tests.worlds import until


@pytest.fixture
def office(world, bodies) -> Office:
    return Office(world, bodies)


def told(office: Office, topic: str) -> int:
    """How many events of this firm were decided."""
    with office.world.store("mailbox_sync").begin() as db:
        rows = db.scalars(select(Model.Outgoing.envelope).where(Model.Outgoing.topic == f"mailbox_sync.{topic}"))
        return sum(row["tenant_id"] == office.firm.tenant_id for row in rows)


def test_every_page_of_a_mailbox_is_read_and_kept(office):
    holder = office.readable(notices=120)
    mailbox = office.checked(holder)
    assert (mailbox["state"], mailbox["error"]) == ("active", None)
    assert len(office.known(holder)) == 120


def test_a_mailbox_that_the_body_says_is_empty_was_checked(office):
    holder = office.readable()
    assert office.checked(holder)["covered_since"]
    assert office.known(holder) == []


def test_a_reading_by_hand_tells_how_far_it_came(office):
    holder = office.readable(notices=120)
    office.checked(holder)
    sync = office.sync(holder)
    assert (sync["state"], sync["pages_read"], sync["total_pages"]) == ("done", 3, 3)
    assert (sync["notices_seen"], sync["notices_new"], sync["error"]) == (120, 0, None)


def test_a_notice_listed_again_is_not_told_again(office):
    holder = office.readable(notices=2)
    office.checked(holder)
    office.sync(holder)
    assert told(office, "notices_found") == 1


def test_only_the_new_notice_is_told_at_the_next_reading(office):
    holder = office.readable(notices=2)
    office.checked(holder)
    office.bodies.notice(holder.tax_id, holder.name, "Requerimiento nuevo")
    assert office.sync(holder)["notices_new"] == 1
    assert told(office, "notices_found") == 2


def test_each_complete_check_is_an_entry_of_the_ledger_without_a_gap(office):
    holder = office.readable(notices=60)
    first = office.checked(holder)
    office.sync(holder)
    with office.world.store("mailbox_sync").begin(Asking(tenant_id=office.firm.tenant_id)) as db:
        one, other = db.scalars(select(Coverage).where(Coverage.mailbox_id == holder.mailbox_id).order_by(Coverage.until)).all()
    assert (one.pages_read, one.total_pages, one.notices) == (2, 2, 60)
    assert (other.since, other.certificate_id) == (one.until, one.certificate_id)
    assert office.mailbox(holder)["covered_since"] == first["covered_since"]


def test_the_firms_certificate_reads_the_mailboxes_of_many_clients(office):
    firm_tax_id = people.company_tax_id()
    company = {"tax_id": firm_tax_id, "name": "DESPACHO SL"}
    file = office.bodies.certificate(people.tax_id(), "GARCÍA, EVA", PASSWORD, company=company, key="shared")
    hand_over(office.ask, "", base64.b64encode(file).decode(), PASSWORD)
    holders = [office.client() for _ in range(2)]
    office.bodies.registration(firm_tax_id, [holder.tax_id for holder in holders])
    until(lambda: all(office.knows("keyring", "clients", holder.client_id) for holder in holders))
    opened = [office.with_mailbox(holder, via="firm_certificate") for holder in holders]
    assert all(office.checked(holder)["error"] is None for holder in opened)


def test_a_mailbox_without_a_certificate_says_so_and_is_read_when_one_comes(office):
    holder = office.with_mailbox(office.client())
    assert (office.in_trouble(holder)["error"]["code"], office.mailbox(holder)["state"]) == ("certificate_missing", "unreadable")
    office.certify(holder)
    assert (office.checked(holder)["state"], office.mailbox(holder)["error"]) == ("active", None)


def test_a_client_without_power_for_the_firm_reads_in_plain_words_what_is_missing(office):
    firm_tax_id = people.company_tax_id()
    file = office.bodies.certificate(
        people.tax_id(), "SOLER, IU", PASSWORD, company={"tax_id": firm_tax_id, "name": "OTRO SL"}, key="shared"
    )
    hand_over(office.ask, "", base64.b64encode(file).decode(), PASSWORD)
    holder = office.client()
    until(lambda: office.knows("keyring", "clients", holder.client_id))
    mailbox = office.in_trouble(office.with_mailbox(holder, via="firm_certificate"))
    assert mailbox["state"] == "unreadable" and "apoder" in mailbox["error"]["message"]
    assert mailbox["last_complete_check_at"] is None


def test_all_of_a_clients_mailboxes_decide_its_last_complete_check(office):
    holder = office.readable(notices=1)
    office.checked(holder)
    client = until(lambda: (found := office.ask.clients.client(holder.client_id))["last_complete_check_at"] and found)
    assert client["last_complete_check_at"] == office.mailbox(holder)["last_complete_check_at"]
