"""What was found stands in the inbox once, with its deadline, whatever is repeated and in whatever order it comes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from services.chassis.asking import Asking
from services.contracts.events import ClientFacts, ClientsRegistered, EdictsMatched
from services.contracts.message import new_id
from services.notifications.models import KnownClient
from tests import people
from tests.notifications.found import edict, notice
from tests.worlds import until


def test_a_notice_is_filed_as_the_body_wrote_it_with_its_deadline(inbox):
    sent = notice("2026-0001")
    inbox.hear(inbox.found(sent))
    filed = inbox.one()
    assert (filed["reference"], filed["subject"], filed["holder_tax_id"]) == ("2026-0001", "Requerimiento  de pago ", sent.holder_tax_id)
    assert (filed["source"], filed["body"], filed["kind"], filed["client_id"]) == ("mailbox", "dehu", "notification", inbox.client_id)
    assert (filed["issuer"], filed["available_at"]) == ({"code": "L01150300", "name": "Concello da Coruña"}, "2026-09-29T08:15:00+00:00")
    assert (filed["read_by"], filed["body_state"], filed["processing_state"]) == ("2026-10-09", "available", "pending")
    (deadline,) = filed["deadlines"]
    assert (deadline["kind"], deadline["on"], deadline["rule"]) == ("read_by", "2026-10-09", "l39-2015-43.2")
    assert inbox.admin.notifications.notification(filed["id"]) == filed


def test_a_notice_seen_twice_is_filed_once(inbox):
    sent = notice()
    inbox.hear(inbox.found(sent), copies=5)
    inbox.hear(inbox.found(sent, sent, notice()))
    until(lambda: len(inbox.items()) == 2)
    assert all(item["version"] == 1 for item in inbox.items())


def test_the_same_identifier_of_another_origin_is_another_notice(inbox):
    inbox.hear(inbox.found(notice("77"), notice("77", origin_code="2")))
    until(lambda: len(inbox.items()) == 2)


def test_a_known_notice_takes_over_the_state_that_the_body_gives_it(inbox):
    sent = notice()
    inbox.hear(inbox.found(sent))
    inbox.one()
    inbox.hear(inbox.found(replace(sent, body_state="accepted", subject="otro")), copies=5)
    item = inbox.one(body_state="accepted")
    assert (item["subject"], item["processing_state"], item["version"]) == (sent.subject, "pending", 1)


def test_a_notice_of_an_archived_client_is_its_that_is_registered_anew(inbox):
    sent = notice()
    inbox.hear(inbox.found(sent))
    inbox.one()
    tax_id = inbox.admin.clients.client(inbox.client_id)["tax_id"]
    inbox.admin.clients.archive(inbox.client_id)
    anew = inbox.admin.clients.register({"tax_id": tax_id, "name": "Núñez e Hijos, otra vez"})["id"]
    until(lambda: knows_as_archived(inbox))
    inbox.hear(inbox.found(sent, client_id=anew), copies=5)
    assert inbox.one(client=anew)["reference"] == sent.reference
    until(lambda: pending_of(inbox, anew) == 1 and pending_of(inbox, inbox.client_id) == 0, "both are counted")


def test_a_notice_is_its_holders_once_the_client_that_had_the_holders_tax_id_has_another(inbox):
    """Somebody typed the tax id of another person, whose mailbox was read for it."""
    tax_id = inbox.admin.clients.client(inbox.client_id)["tax_id"]
    sent = notice(holder_tax_id=tax_id)
    inbox.hear(inbox.found(sent))
    inbox.one()
    inbox.admin.clients.change(inbox.client_id, {"version": 1, "tax_id": people.tax_id()})
    holder = inbox.admin.clients.register({"tax_id": tax_id, "name": "Pedro"})["id"]
    until(lambda: known_tax_id(inbox, inbox.client_id) not in ("", tax_id) and known_tax_id(inbox, holder) == tax_id, "both are heard of")
    inbox.hear(inbox.found(sent, client_id=holder), copies=5)
    assert inbox.one(client=holder)["reference"] == sent.reference
    until(lambda: pending_of(inbox, holder) == 1 and pending_of(inbox, inbox.client_id) == 0, "both are counted")


def test_a_notice_that_two_clients_are_told_of_stays_with_the_first(inbox):
    sent = notice()
    other = inbox.admin.clients.register({"tax_id": people.tax_id(), "name": "Otra"})["id"]
    inbox.hear(inbox.found(sent))
    inbox.one()
    inbox.hear(inbox.found(sent, client_id=other))
    inbox.settled()
    assert inbox.one(q=sent.reference)["client_id"] == inbox.client_id


def knows_as_archived(inbox) -> bool:
    with inbox.world.store("notifications").begin(Asking(tenant_id=inbox.firm.tenant_id)) as db:
        return db.get_one(KnownClient, inbox.client_id).is_archived


def known_tax_id(inbox, client_id: str) -> str:
    with inbox.world.store("notifications").begin(Asking(tenant_id=inbox.firm.tenant_id)) as db:
        found = db.get(KnownClient, client_id)
        return found.tax_id if found else ""


def pending_of(inbox, client_id: str) -> int:
    return inbox.admin.clients.client(client_id)["pending"]


def test_a_state_reported_earlier_that_comes_late_is_ignored(inbox):
    sent = notice()
    late = inbox.found(replace(sent, body_state="available"))
    inbox.hear(inbox.found(replace(sent, body_state="accepted")))
    inbox.one()
    inbox.hear(late, at=datetime(2026, 1, 1, tzinfo=UTC))
    inbox.settled()
    assert inbox.one(client=inbox.client_id)["body_state"] == "accepted"


def test_the_end_that_the_body_gives_wins_over_a_computed_one(inbox):
    inbox.hear(inbox.found(notice(expires_at=datetime(2026, 10, 5, 21, 59, 59, tzinfo=UTC))))
    assert (inbox.one()["read_by"], inbox.one()["deadlines"][0]["rule"]) == ("2026-10-05", "body-own-date")


def test_a_communication_has_no_deadline(inbox):
    inbox.hear(inbox.found(notice(kind="communication")))
    assert (inbox.one()["read_by"], inbox.one()["deadlines"]) == (None, [])


def test_an_edict_is_filed_once_for_each_client_that_it_names(inbox):
    other = inbox.admin.clients.register({"tax_id": people.tax_id(), "name": "Otra"})["id"]
    named = edict(inbox.client_id)
    inbox.hear(EdictsMatched(edicts=(named, named, replace(named, client_id=other))), copies=5)
    until(lambda: len(inbox.items()) == 2)
    item = inbox.one(client=inbox.client_id)
    assert (item["source"], item["body"], item["kind"], item["reference"]) == ("edict", "teu", "edict", named.edict_id)
    assert [(deadline["kind"], deadline["on"]) for deadline in item["deadlines"]] == [
        ("deemed_notified", "2026-09-21"),
        ("pay_or_allege_by", "2026-10-11"),
    ]
    assert item["read_by"] == "2026-10-11"


def test_a_tax_edict_is_to_be_read_by_the_day_to_appear(inbox):
    inbox.hear(EdictsMatched(edicts=(edict(inbox.client_id, regime="tax"),)))
    assert inbox.one()["read_by"] == "2026-09-16"


def test_a_row_that_ends_in_the_middle_of_a_term_adds_none(inbox):
    whole = "Plazo de diez días hábiles, contados desde el siguiente al de esta publicación."
    inbox.hear(EdictsMatched(edicts=(edict(inbox.client_id, row="12345678Z: plazo de diez días", terms=whole),)))
    assert [(one["kind"], one["on"]) for one in inbox.one()["deadlines"]] == [
        ("answer_by", "2026-09-15"),
        ("deemed_notified", "2026-09-21"),
        ("pay_or_allege_by", "2026-10-11"),
    ]


def test_an_edict_of_a_regime_that_no_rule_knows_is_filed_without_deadline(inbox):
    inbox.hear(EdictsMatched(edicts=(edict(inbox.client_id, regime="maritime"),)))
    assert (inbox.one()["read_by"], inbox.one()["deadlines"]) == (None, [])


def test_a_notice_of_a_client_that_is_not_known_yet_is_filed_and_seen_by_its_group_later(inbox):
    user_id = inbox.firm.user("operator")
    group_id = inbox.admin.access.create_group({"name": "Laboral", "member_ids": [user_id]})["id"]
    operator, client_id = inbox.firm.as_user(user_id), new_id()
    inbox.hear(inbox.found(notice(), client_id=client_id))
    inbox.one()
    assert inbox.items(operator) == []
    inbox.hear(registered(client_id, group_id, version=2))
    until(lambda: inbox.items(operator))


def test_groups_that_come_late_do_not_bring_a_client_back_into_sight(inbox):
    user_id = inbox.firm.user("operator")
    group_id = inbox.admin.access.create_group({"name": "Laboral", "member_ids": [user_id]})["id"]
    client_id = new_id()
    inbox.hear(inbox.found(notice(), client_id=client_id))
    inbox.hear(registered(client_id, new_id(), version=5))
    inbox.hear(registered(client_id, group_id, version=4), copies=5)
    inbox.hear(registered(client_id, new_id(), version=6, name="Última"))
    until(lambda: inbox.items(q="última"))
    assert inbox.items(inbox.firm.as_user(user_id)) == []


def registered(client_id: str, group_id: str, version: int, name: str = "Ana") -> ClientsRegistered:
    flags = {"receives_notifications": True, "watch_edicts": True, "is_archived": False}
    facts = ClientFacts(client_id=client_id, tax_id=people.tax_id(), name=name, group_ids=(group_id,), version=version, **flags)
    return ClientsRegistered(clients=(facts,))
