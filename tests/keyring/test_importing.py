"""Certificates in both worlds: imported, listed, removed, and nothing of the key or its password left lying."""

from __future__ import annotations

import base64
from pathlib import Path

import psycopg2
import pytest
from sqlalchemy import select

from gateway.handing_over import hand_over
from services.chassis.asking import Asking
from services.contracts.errors import Invalid, NotAllowed, NotFound, TooLarge
from services.contracts.message import new_id
from services.keyring.models import Certificate, Key
from tests import people
from tests.keyring.identities import ENCRYPTIONS, PASSWORD, certificate, key_of, name, pem, person, pkcs8, pkcs12
from tests.worlds import until


@pytest.mark.parametrize("encryption", ENCRYPTIONS)
def test_an_imported_certificate_shows_what_it_is(desk, encryption):
    tax_id = people.tax_id()
    client_id = desk.client(tax_id)
    made = desk.imported(client_id, tax_id, encryption)
    assert (made["tax_id"], made["state"], made["uses"], made["last_used_at"], made["warnings"]) == (tax_id, "valid", 0, None, [])
    assert desk.firm.admin.keyring.certificates(client_id) == [{key: value for key, value in made.items() if key != "warnings"}]


def test_the_client_shows_the_card_of_what_was_imported(desk):
    client_id = desk.client()
    made = desk.imported(client_id)
    until(lambda: desk.firm.admin.clients.client(client_id)["certificate"], "the client has heard of its certificate")
    shown = desk.firm.admin.clients.client(client_id)["certificate"]
    assert shown["subject"] and shown == {name: made[name] for name in shown}


def test_the_same_file_twice_is_one_certificate(desk):
    client_id, file = desk.client(), person(desk.folder, people.tax_id())
    first, second = (hand_over(desk.firm.admin, client_id, file, PASSWORD) for _ in range(2))
    assert first["id"] == second["id"] and second["warnings"][-1]["code"] == "already_imported"
    assert len(desk.firm.admin.keyring.certificates(client_id)) == 1


def test_a_certificate_with_another_nif_is_accepted_with_a_warning(desk):
    made = desk.imported(desk.client(), people.tax_id())
    assert [warning["code"] for warning in made["warnings"]] == ["other_tax_id"]


def test_the_firm_has_certificates_of_its_own(desk):
    made = desk.imported("", people.company_tax_id())
    assert (made["client_id"], made["warnings"]) == ("", [])
    assert [one["id"] for one in desk.firm.admin.keyring.certificates("")] == [made["id"]]


def test_an_expired_certificate_is_named(desk):
    file = person(desk.folder, people.tax_id(), days=-2)
    with pytest.raises(Invalid) as refused:
        hand_over(desk.firm.admin, desk.client(), file, PASSWORD)
    assert "caducó" in refused.value.errors["file"][0]


def test_a_wrong_password_is_named_and_nothing_is_kept(desk):
    client_id, file = desk.client(), person(desk.folder, people.tax_id())
    with pytest.raises(Invalid) as refused:
        hand_over(desk.firm.admin, client_id, file, "otra")
    assert set(refused.value.errors) == {"password"}
    assert desk.firm.admin.keyring.certificates(client_id) == []


def test_a_file_that_is_no_base64_is_named(desk):
    with pytest.raises(Invalid) as refused:
        hand_over(desk.firm.admin, desk.client(), "ñ", PASSWORD)
    assert set(refused.value.errors) == {"file"}


def test_a_file_over_100_kb_is_not_read(desk):
    with pytest.raises(TooLarge):
        hand_over(desk.firm.admin, desk.client(), base64.b64encode(bytes(100_003)).decode(), PASSWORD)


def test_a_client_that_one_may_not_see_is_not_found_whatever_one_may_do(desk):
    client_id = desk.client()
    operator = desk.firm.as_user(desk.firm.user("operator"))
    for call in (operator.keyring.certificates, lambda of: hand_over(operator, of, "", PASSWORD)):
        with pytest.raises(NotFound):
            call(client_id)
        with pytest.raises(NotFound):
            call(new_id())


def test_who_sees_a_client_but_may_not_manage_certificates_only_looks(desk):
    user_id = desk.firm.user("operator")
    group = desk.firm.admin.access.create_group({"name": "Laboral", "member_ids": [user_id]})
    client_id = desk.client(group_ids=[group["id"]])
    made, operator = desk.imported(client_id), desk.firm.as_user(user_id)
    assert [one["id"] for one in operator.keyring.certificates(client_id)] == [made["id"]]
    with pytest.raises(NotAllowed):
        hand_over(operator, client_id, "", PASSWORD)
    with pytest.raises(NotAllowed):
        operator.keyring.remove_certificate(client_id, made["id"])
    with pytest.raises(NotAllowed):
        operator.keyring.certificates("")


def test_another_firm_finds_neither_client_nor_certificate(desk, world):
    client_id = desk.client()
    made, stranger = desk.imported(client_id), world.firm().admin
    for call in (lambda: stranger.keyring.certificates(client_id), lambda: stranger.keyring.remove_certificate(client_id, made["id"])):
        with pytest.raises(NotFound):
            call()


def test_a_certificate_is_removed_from_its_own_client_only(desk):
    made, another = desk.imported(desk.client()), desk.client()
    with pytest.raises(NotFound):
        desk.firm.admin.keyring.remove_certificate(another, made["id"])


def test_a_removed_certificate_has_no_key_any_more_and_may_come_again(desk, world):
    client_id, file = desk.client(), person(desk.folder, people.tax_id())
    made = hand_over(desk.firm.admin, client_id, file, PASSWORD)
    desk.firm.admin.keyring.remove_certificate(client_id, made["id"])
    with world.store("keyring").begin(Asking(tenant_id=desk.firm.tenant_id)) as db:
        assert db.scalars(select(Key).where(Key.certificate_id == made["id"])).all() == []
        assert db.get(Certificate, made["id"]).removed_at is not None
    with pytest.raises(NotFound):
        desk.firm.admin.keyring.remove_certificate(client_id, made["id"])
    assert hand_over(desk.firm.admin, client_id, file, PASSWORD)["id"] != made["id"]


def test_import_and_removal_reach_the_trail(desk):
    client_id = desk.client()
    made = desk.imported(client_id)
    desk.firm.admin.keyring.remove_certificate(client_id, made["id"])
    acts = until(lambda: {entry["act"] for entry in desk.firm.admin.audit.entries({"subject": made["id"]})["items"]} or None)
    until(lambda: len(desk.firm.admin.audit.entries({"subject": made["id"]})["items"]) == 2)
    assert acts <= {"keyring.certificate_imported", "keyring.certificate_removed"}


def test_neither_key_nor_password_lies_in_the_files_of_the_database(desk, world):
    made = certificate(key_of("a key of this test"), name(CN="CANARIO"))
    client_id, password = desk.client(), f"canario-{new_id()}"
    file = pkcs12(desk.folder, pem(key_of("a key of this test"), made), password=password)
    hand_over(desk.firm.admin, client_id, base64.b64encode(file).decode(), password)
    der, prime = pkcs8("a key of this test"), key_of("a key of this test").private_numbers().p
    needles = [der[200:400], base64.b64encode(der[201:399]), prime.to_bytes(128, "big"), password.encode(), b"CANARIO-control"]
    found = [needle for path in database_files(world) for needle in needles if needle in path.read_bytes()]
    assert found == []
    assert any(made.fingerprint(made.signature_hash_algorithm).hex().encode() in path.read_bytes() for path in database_files(world))


def database_files(world) -> list[Path]:
    """All of them, journals too."""
    if world.kind == "embedded":
        return [path for path in world.settings.data_dir.iterdir() if ".db" in path.name]
    connection = psycopg2.connect(world.settings.migrate_url)
    cursor = connection.cursor()
    cursor.execute("show data_directory")
    (folder,) = cursor.fetchone()
    connection.close()
    return [path for path in Path(folder).rglob("*") if path.is_file()]
