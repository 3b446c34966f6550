"""Certificates of many clients from one ZIP: each to the client whose NIF it carries, none twice, nothing of them left lying."""

from __future__ import annotations

import base64
import hashlib

import pytest
from sqlalchemy import select

from gateway.certificate_zips import Entry
from gateway.handing_over import boxed, hand_over_many
from services.chassis.asking import Asking
from services.contracts.errors import Invalid, NotAllowed
from services.keyring.models import Model
from tests import people
from tests.jobs import ended, outcomes
from tests.keyring.identities import PASSWORD, certificate, key_of, name, pem, person, pkcs12

DIGEST = hashlib.sha256(b"zip").hexdigest()


def registered(desk, tax_id: str = "", **more) -> tuple[str, str]:
    """Id and NIF of a client that the keyring need not know of yet."""
    tax_id = tax_id or people.tax_id()
    return desk.firm.admin.clients.register({"tax_id": tax_id, "name": "Cliente", **more})["id"], tax_id


def file(desk, tax_id: str) -> bytes:
    return base64.b64decode(person(desk.folder, tax_id))


def imported(who, *entries: Entry, dry_run: bool = False) -> dict:
    return ended(who.keyring, hand_over_many(who, list(entries), DIGEST, dry_run))


def told(who, job: dict) -> list[tuple[str, str, list[str]]]:
    return [(one["name"], one["outcome"], sorted(one["errors"])) for one in outcomes(who.keyring, job)]


def test_each_certificate_goes_to_the_client_whose_nif_it_carries(desk):
    pairs = [registered(desk) for _ in range(2)]
    entries = [Entry(f"{number}.p12", file(desk, tax_id), PASSWORD) for number, (_, tax_id) in enumerate(pairs)]
    job = imported(desk.firm.admin, *entries)
    assert [(one["outcome"], one["subject_id"]) for one in outcomes(desk.firm.admin.keyring, job)] == [
        ("created", client_id) for client_id, _ in pairs
    ]
    assert [desk.firm.admin.keyring.certificates(client_id)[0]["tax_id"] for client_id, _ in pairs] == [tax_id for _, tax_id in pairs]


def test_the_same_zip_twice_is_once(desk):
    client_id, tax_id = registered(desk)
    entry = Entry("a.p12", file(desk, tax_id), PASSWORD)
    assert imported(desk.firm.admin, entry)["counts"] == {"created": 1}
    assert imported(desk.firm.admin, entry)["counts"] == {"unchanged": 1}
    assert len(desk.firm.admin.keyring.certificates(client_id)) == 1


def test_what_is_wrong_with_one_is_said_of_it_and_stops_no_other(desk):
    _, tax_id = registered(desk)
    expired = pkcs12(desk.folder, pem(key_of("rsa"), certificate(key_of("rsa"), name(serialNumber=f"IDCES-{tax_id}"), days=-1)))
    entries = [
        Entry("damaged.p12", b"nothing", PASSWORD),
        Entry("locked.p12", file(desk, tax_id), "otra"),
        Entry("nobody.p12", file(desk, people.tax_id()), PASSWORD),
        Entry("expired.p12", expired, PASSWORD),
        Entry("large.p12", fault={"file": ["Pasa de 100 kB."]}),
        Entry("good.p12", file(desk, tax_id), PASSWORD),
    ]
    assert told(desk.firm.admin, imported(desk.firm.admin, *entries)) == [
        ("damaged.p12", "refused", ["file"]),
        ("locked.p12", "refused", ["password"]),
        ("nobody.p12", "refused", ["file"]),
        ("expired.p12", "refused", ["file"]),
        ("large.p12", "refused", ["file"]),
        ("good.p12", "created", []),
    ]


def test_of_a_dry_run_no_certificate_stays(desk):
    client_id, tax_id = registered(desk)
    assert imported(desk.firm.admin, Entry("a.p12", file(desk, tax_id), PASSWORD), dry_run=True)["counts"] == {"would_create": 1}
    assert desk.firm.admin.keyring.certificates(client_id) == []


def test_nothing_of_the_files_is_left_when_the_job_is_over(desk):
    _, tax_id = registered(desk)
    imported(desk.firm.admin, Entry("a.p12", file(desk, tax_id), PASSWORD), Entry("b.p12", b"nothing", PASSWORD))
    with desk.world.store("keyring").begin(Asking(tenant_id=desk.firm.tenant_id)) as db:
        assert db.scalars(select(Model.JobPart)).all() == []


def test_a_box_for_many_does_not_open_where_one_is_imported(desk):
    client_id, tax_id = registered(desk)
    box = boxed(desk.firm.admin.keyring.door(), Entry("a.p12", file(desk, tax_id), PASSWORD))["box"]
    with pytest.raises(Invalid):
        desk.firm.admin.keyring.import_certificate(client_id, box)


def test_only_who_manages_certificates_imports_them(desk):
    operator = desk.firm.as_user(desk.firm.user("operator"))
    with pytest.raises(NotAllowed):
        hand_over_many(operator, [Entry("a.p12", b"x", PASSWORD)], DIGEST, False)
