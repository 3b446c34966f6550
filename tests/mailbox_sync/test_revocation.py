"""Rights that are lost, and mailboxes withdrawn, between one step and the next: the next step of what is already running does not happen.

The body's pages are handed over by the test, which takes the right away while page 1 is on its way: nothing depends on time. The ticket
for the certificate is judged in `tests/keyring/test_releasing.py`, a job's next part in `tests/chassis/test_jobs.py`.
"""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from services.chassis.asking import NOBODY, Asking
from services.contracts.events import CertificateImported, CertificateRemoved
from services.contracts.message import new_id, utc_now
from services.mailbox_sync import claims
from services.mailbox_sync.claims import LeaseLost
from services.mailbox_sync.completing import Waiting
from services.mailbox_sync.connecting import Page
from services.mailbox_sync.keys import refused
from services.mailbox_sync.preparing import prepare
from services.mailbox_sync.worker import Desk, NotAllowedAnyMore, SyncWorker
from tests import people
from tests.in_process import Asked, House

GRANTS = [{"body": "dehu", "verbs": ["sync"]}]


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    return House(tmp_path_factory.mktemp("revocation"), ["access", "clients", "mailbox_sync"])


class Office:
    """A firm with an operator whose group lets them read the mailboxes of one client, and a worker that is moved by hand."""

    def __init__(self, house: House):
        self.house = house
        made = house.ask("access").create_tenant(f"despacho {new_id()}", f"{new_id()}@example.org")
        self.admin = Asking(tenant_id=made["tenant_id"], user_id=made["user_id"])
        self.access = house.ask("access", self.admin)
        self.group = self.access.create_group({"name": "Consultas", "grants": GRANTS})["id"]
        new = {"email": f"{new_id()}@example.org", "name": "Persona", "role": "operator", "group_ids": [self.group]}
        self.operator = Asking(tenant_id=self.admin.tenant_id, user_id=self.access.create_user(new)["id"])
        self.client = house.ask("clients", self.admin).register({"tax_id": people.tax_id(), "name": "x", "group_ids": [self.group]})["id"]
        house.deliver()
        self.certify()
        self.mailbox = house.ask("mailbox_sync", self.admin).add_mailbox(self.client, {"body": "dehu"})["id"]
        self.worker = SyncWorker()
        self.worker.db, self.worker.desk = house.stores["mailbox_sync"], Desk()
        self.worker.access, self.worker.desk.read = Asked(house, "access", NOBODY), Waiting(4)

    def certify(self) -> None:
        """As the keyring would tell it."""
        now, self.certificate = utc_now(), new_id()
        dates = {"not_before": now - timedelta(days=1), "not_after": now + timedelta(days=300)}
        self.hear(CertificateImported(certificate_id=self.certificate, client_id=self.client, tax_id="", **dates))

    def hear(self, fact: CertificateImported | CertificateRemoved) -> None:
        keep = self.house.worker("mailbox_sync", self.admin)
        with self.house.stores["mailbox_sync"].begin(self.admin) as db:
            type(keep).keep_certificates.__wrapped__(keep, db, fact)

    def asked(self):
        """The check that the operator asked for, claimed and prepared as the worker does."""
        self.house.ask("mailbox_sync", self.operator).sync_now(self.mailbox)
        return self.due()

    def due(self):
        """The check that is due, also if nobody asked for it."""
        with self.worker.db.begin() as db:
            (check,) = prepare(db, claims.claim(db, "worker", 1))
        return check

    # ── ways to withdraw the mailbox ───────────────────────────────────────────────────────────────────────────────────────────

    def the_mailbox_is_paused(self) -> None:
        mailboxes = self.house.ask("mailbox_sync", self.admin)
        mailboxes.change_mailbox(self.mailbox, {"state": "paused", "version": mailboxes.mailbox(self.mailbox)["version"]})

    def the_client_is_archived(self) -> None:
        self.house.ask("clients", self.admin).archive(self.client)
        self.house.deliver()

    def the_client_is_switched_off(self) -> None:
        clients = self.house.ask("clients", self.admin)
        clients.change(self.client, {"receives_notifications": False, "version": clients.client(self.client)["version"]})
        self.house.deliver()

    def the_certificate_is_removed(self) -> None:
        self.hear(CertificateRemoved(certificate_id=self.certificate, client_id=self.client))

    # ── ways to lose the right ─────────────────────────────────────────────────────────────────────────────────────────────────

    def the_grant_is_taken(self) -> None:
        self.access.change_group(self.group, {"grants": [], "version": self.access.group(self.group)["version"]})

    def the_member_leaves(self) -> None:
        self.changed(group_ids=[])

    def the_user_is_disabled(self) -> None:
        self.changed(is_active=False)

    def the_role_is_another(self) -> None:
        self.changed(role="reader")

    def the_group_is_deleted(self) -> None:
        self.access.delete_group(self.group, self.access.group(self.group)["version"])

    def the_client_is_moved(self) -> None:
        self.house.ask("clients", self.admin).set_groups(self.client, [])
        self.house.deliver()

    def the_firm_is_suspended(self) -> None:
        self.house.ask("access").suspend_tenant(self.admin.tenant_id)

    def nothing(self) -> None:
        """For comparison."""

    def changed(self, **changes) -> None:
        user_id = self.operator.user_id
        self.access.change_user(user_id, changes | {"version": self.access.user(user_id)["version"]})


WAYS = [
    Office.the_grant_is_taken,
    Office.the_member_leaves,
    Office.the_user_is_disabled,
    Office.the_role_is_another,
    Office.the_group_is_deleted,
    Office.the_client_is_moved,
    Office.the_firm_is_suspended,
]
WITHDRAWALS = [
    Office.the_mailbox_is_paused,
    Office.the_client_is_archived,
    Office.the_client_is_switched_off,
    Office.the_certificate_is_removed,
]


def read(office: Office, lose) -> list[int]:
    """The pages that the body was asked for; the right is lost while page 1 is on its way."""
    asked: list[int] = []

    def pages():
        for number in (1, 2, 3):
            asked.append(number)
            if number == 1:
                lose(office)
            yield Page(number, 3, 0, (), "0" * 64)

    office.worker._store_all(office.asked(), pages(), threading.Event())
    return asked


def test_who_keeps_the_right_has_every_page_read(house):
    assert read(Office(house), Office.nothing) == [1, 2, 3]


@pytest.mark.parametrize("lose", WAYS, ids=lambda way: way.__name__)
def test_the_page_after_the_right_was_lost_is_never_asked_for(house, lose):
    office, reached = Office(house), []
    with pytest.raises(NotAllowedAnyMore):
        read(office, lambda one: reached.append(1) or lose(one))
    assert reached == [1]
    assert office.worker.desk.read._queue.empty()


def begin(office: Office, check, lose) -> None:
    """Its certificate was released before; it is not used."""
    lose(office)
    try:
        office.worker._read_whole(check, {}, threading.Event())
    finally:
        assert check.asked_s is None


@pytest.mark.parametrize("lose", WAYS, ids=lambda way: way.__name__)
def test_what_waits_in_the_queue_is_not_begun_for_who_has_lost_the_right(house, lose):
    office = Office(house)
    with pytest.raises(NotAllowedAnyMore):
        begin(office, office.asked(), lose)


@pytest.mark.parametrize("withdraw", WITHDRAWALS, ids=lambda way: way.__name__)
def test_what_waits_in_the_queue_is_not_begun_once_it_is_withdrawn_though_nobody_asked_for_it(house, withdraw):
    office = Office(house)
    with pytest.raises(LeaseLost):
        begin(office, office.due(), withdraw)


def test_a_key_that_is_refused_to_who_has_lost_the_right_is_no_fault_of_the_mailbox(house):
    office = Office(house)
    with pytest.raises(NotAllowedAnyMore):
        office.worker._read_whole(office.asked(), refused({"code": "not_allowed", "message": "…"}), threading.Event())
