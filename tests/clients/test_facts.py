"""What other services report: the newest wins, in whatever order and however often it comes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from services.contracts.events import (
    CertificateImported,
    CertificateRemoved,
    ClientCount,
    ClientsCounted,
    GroupChanged,
    MailboxChecked,
    MailboxesChanged,
)
from services.contracts.message import new_id, utc_now
from tests import people
from tests.facts import publish
from tests.worlds import until

AT = datetime(2026, 3, 1, 9, tzinfo=UTC)


@pytest.fixture
def firm(world):
    firm = world.firm()
    firm.client_id = firm.admin.clients.register({"tax_id": people.tax_id(), "name": "Ana"})["id"]
    firm.hear = lambda fact, **more: publish(world, firm.tenant_id, fact, **more)
    firm.client = lambda: firm.admin.clients.client(firm.client_id)
    return firm


def counted(firm, pending: int, minutes: int) -> ClientsCounted:
    counted_at = AT + timedelta(minutes=minutes)
    count = ClientCount(client_id=firm.client_id, pending=pending, nearest_read_by=date(2026, 3, pending), counted_at=counted_at)
    unknown = ClientCount(client_id=new_id(), pending=1, nearest_read_by=None, counted_at=AT)
    return ClientsCounted(counts=(unknown, count))


def checked(client_id: str, hours: int, oldest: datetime | None) -> MailboxChecked:
    complete_at = AT + timedelta(hours=hours)
    return MailboxChecked(mailbox_id=new_id(), client_id=client_id, body="dehu", complete_at=complete_at, client_complete_at=oldest)


def hear_of_mailbox(firm, change: str, body: str, hours: int) -> None:
    fact = MailboxesChanged(mailbox_ids=(new_id(),), client_id=firm.client_id, body=body, change=change)
    firm.hear(fact, at=AT + timedelta(hours=hours))


def last_check(firm) -> str | None:
    return firm.client()["last_complete_check_at"]


def codes(firm) -> list[str]:
    return [warning["code"] for warning in firm.client()["warnings"]]


def imported(firm, days: int) -> CertificateImported:
    now, tax_id = utc_now(), firm.client()["tax_id"]
    ends = now + timedelta(days=days)
    said = {"tax_id": tax_id, "not_before": now, "not_after": ends, "subject": f"CN=ANA - {tax_id}", "issuer": "CN=FNMT", "serial": "0a1b"}
    return CertificateImported(certificate_id=new_id(), client_id=firm.client_id, **said)


def removed(fact: CertificateImported) -> CertificateRemoved:
    return CertificateRemoved(certificate_id=fact.certificate_id, client_id=fact.client_id)


def test_the_newest_count_wins_over_one_that_comes_late(firm):
    firm.hear(counted(firm, 3, minutes=2))
    firm.hear(counted(firm, 9, minutes=1), copies=5)
    firm.hear(counted(firm, 4, minutes=3))
    until(lambda: firm.client()["pending"] == 4)
    assert firm.client()["nearest_read_by"] == "2026-03-04"


def test_the_oldest_complete_check_of_the_newest_report_is_shown(firm):
    firm.hear(checked(firm.client_id, 2, AT + timedelta(hours=1)))
    until(lambda: last_check(firm) == "2026-03-01T10:00:00+00:00")
    firm.hear(checked(firm.client_id, 1, AT), copies=5)
    firm.hear(checked(firm.client_id, 3, None))
    until(lambda: last_check(firm) is None)


def test_a_client_with_another_tax_id_has_no_complete_check_until_one_is_made_for_it(firm):
    firm.hear(checked(firm.client_id, 1, AT))
    until(lambda: last_check(firm))
    firm.admin.clients.change(firm.client_id, {"tax_id": people.tax_id(), "version": firm.client()["version"]})
    assert last_check(firm) is None


def test_a_client_with_a_new_mailbox_has_no_complete_check_until_that_one_is_read(firm):
    another = firm.admin.clients.register({"tax_id": people.tax_id(), "name": "Bea"})["id"]
    firm.hear(checked(firm.client_id, 1, AT))
    until(lambda: last_check(firm))
    hear_of_mailbox(firm, "added", "tgss", hours=3)
    until(lambda: last_check(firm) is None)
    firm.hear(checked(firm.client_id, 2, AT), copies=5)
    firm.hear(checked(another, 2, AT))
    until(lambda: firm.admin.clients.client(another)["last_complete_check_at"])
    assert last_check(firm) is None
    firm.hear(checked(firm.client_id, 4, AT))
    until(lambda: last_check(firm) == AT.isoformat())


def test_a_client_keeps_its_complete_check_when_a_mailbox_goes_and_has_none_when_the_last_one_does(firm):
    for body in ("dehu", "tgss"):
        hear_of_mailbox(firm, "added", body, hours=0)
    until(lambda: codes(firm) == ["social_security_without_number"])
    firm.hear(checked(firm.client_id, 1, AT))
    until(lambda: last_check(firm))
    hear_of_mailbox(firm, "removed", "tgss", hours=2)
    until(lambda: codes(firm) == [])
    assert last_check(firm) == AT.isoformat()
    hear_of_mailbox(firm, "removed", "dehu", hours=3)
    until(lambda: last_check(firm) is None)


def test_a_mailbox_of_which_one_hears_late_takes_no_complete_check_away(firm):
    firm.hear(checked(firm.client_id, 1, AT))
    until(lambda: last_check(firm))
    hear_of_mailbox(firm, "added", "tgss", hours=0)
    until(lambda: codes(firm) == ["social_security_without_number"])
    assert last_check(firm) == AT.isoformat()


def test_the_card_is_the_certificate_valid_the_longest(firm):
    short, long = imported(firm, 30), imported(firm, 300)
    for fact in (long, short):
        firm.hear(fact, copies=5)
    until(lambda: firm.client()["certificate"] and firm.client()["certificate"]["id"] == long.certificate_id)
    firm.hear(removed(long), copies=5)
    until(lambda: firm.client()["certificate"]["id"] == short.certificate_id)
    assert firm.client()["certificate"]["state"] == "expiring"
    assert [warning["code"] for warning in firm.client()["warnings"]] == ["certificate_expires_in_30"]
    assert firm.admin.clients.clients({"certificate": "expiring"})["total"] == 1
    assert firm.admin.clients.clients({"certificate": "valid,none,expired"})["total"] == 0


def test_the_card_says_whose_the_certificate_is_and_who_issued_it(firm):
    fact = imported(firm, 300)
    firm.hear(fact)
    until(lambda: firm.client()["certificate"])
    shown = {"id": fact.certificate_id, "tax_id": fact.tax_id, "subject": fact.subject, "issuer": fact.issuer, "serial": fact.serial}
    dates = {"not_before": fact.not_before.isoformat(), "not_after": fact.not_after.isoformat(), "state": "valid"}
    assert firm.client()["certificate"] == shown | dates
    (listed,) = firm.admin.clients.clients({})["items"]
    assert listed["certificate"] == shown | dates


def test_a_removal_that_comes_before_its_import_stands(firm):
    early, last = imported(firm, 300), imported(firm, 200)
    firm.hear(removed(early))
    firm.hear(early)
    firm.hear(last)
    until(lambda: firm.client()["certificate"] is not None)
    assert firm.client()["certificate"]["id"] == last.certificate_id


def test_a_social_security_mailbox_without_number_warns(firm):
    def changed(what: str) -> MailboxesChanged:
        return MailboxesChanged(mailbox_ids=(new_id(),), client_id=firm.client_id, body="tgss", change=what)

    firm.hear(changed("added"))
    until(lambda: [warning["code"] for warning in firm.client()["warnings"]] == ["social_security_without_number"])
    firm.hear(changed("removed"))
    until(lambda: firm.client()["warnings"] == [])


def test_a_certificate_of_another_does_not_warn_where_a_mailbox_is_entered_by_a_power(firm):
    def said(via: str, minutes: int) -> None:
        fact = MailboxesChanged(mailbox_ids=(new_id(),), client_id=firm.client_id, body="dehu", change="changed", via=via)
        firm.hear(fact, at=utc_now() + timedelta(minutes=minutes))

    firm.hear(replace(imported(firm, 300), tax_id=people.tax_id()))
    until(lambda: codes(firm) == ["certificate_of_another"])
    said("power", minutes=2)
    until(lambda: codes(firm) == [])
    said("own_certificate", minutes=1)
    said("own_certificate", minutes=3)
    until(lambda: codes(firm) == ["certificate_of_another"])


def test_an_older_name_of_a_group_does_not_come_back(firm):
    group_id = firm.admin.access.create_group({"name": "Tercera"})["id"]
    firm.admin.clients.set_groups(firm.client_id, [group_id])
    for name, version in (("Quinta", 5), ("Cuarta", 4), ("Sexta", 6)):
        firm.hear(GroupChanged(group_id=group_id, change="changed", name=name, version=version))
        if version == 4:
            assert firm.client()["groups"][0]["name"] != "Cuarta"
    until(lambda: firm.client()["groups"][0]["name"] == "Sexta")


def test_facts_of_another_firm_do_not_touch_a_client(world, firm):
    publish(world, world.firm().tenant_id, counted(firm, 8, minutes=9))
    firm.hear(counted(firm, 2, minutes=1))
    until(lambda: firm.client()["pending"] == 2)
