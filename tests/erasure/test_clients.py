"""A client is erased: nothing of it is left anywhere, nothing late brings it back, nobody else loses anything."""

from __future__ import annotations

import pytest

from services.contracts.errors import Conflict, Invalid, NotAllowed, NotFound
from services.contracts.schemas.erasing import GROUNDS
from tests import people
from tests.erasure.stocked import Stock, in_files, send_again, stored, words_stored
from tests.worlds import until

CONFIRMED = {"reason": "objection"}


def test_nothing_of_an_erased_client_is_left_in_any_service(erased_client):
    assert set(erased_client.held) >= {"clients", "keyring", "mailbox_sync", "teu_watcher", "notifications"}
    assert erased_client.stock.is_gone()
    with pytest.raises(NotFound):
        erased_client.stock.admin.clients.client(erased_client.stock.client_id)


def test_the_private_key_of_an_erased_client_is_destroyed(erased_client):
    certificate_id = erased_client.stock.certificate_id
    held = {row for row in erased_client.held["keyring"] if row.startswith(("certificates ", "keys ")) and certificate_id in row}
    assert len(held) == 2 and not held & set(stored(erased_client.stock.world, "keyring"))


def test_no_file_of_a_database_holds_a_word_of_an_erased_client(erased_client):
    until(lambda: not in_files(erased_client.stock), "no word is left in any file")
    assert in_files(erased_client.other)


def test_what_is_heard_late_of_an_erased_client_brings_nothing_back(erased_client):
    stock = erased_client.stock
    assert {envelope["topic"] for envelope in erased_client.late} >= {"clients.clients_registered", "keyring.certificate_imported"}
    send_again(stock.world, erased_client.late)
    after = Stock(stock.world, stock.bodies, stock.firm)
    assert after.is_everywhere() and stock.is_gone()


def test_other_clients_of_the_firm_lose_nothing(erased_client):
    assert words_stored(erased_client.other) == erased_client.before
    assert erased_client.other.is_everywhere()


def test_the_trail_says_who_erased_whom_and_on_which_ground_before_it_happens(erased_client):
    stock = erased_client.stock
    (entry,) = stock.admin.audit.entries({"act": "erase_client"})["items"]
    assert (entry["user_id"], entry["subject"], entry["detail"]) == (stock.firm.admin_id, stock.client_id, {"reason": "consent_withdrawn"})
    (done,) = until(lambda: stock.admin.audit.entries({"act": "clients.clients_erased"})["items"], "the fact is in the trail too")
    assert done["seq"] > entry["seq"] and done["subject"] == stock.client_id


def test_only_an_archived_client_is_erased(world):
    firm, tax_id = world.firm(), people.tax_id()
    client_id = firm.admin.clients.register({"tax_id": tax_id, "name": "Vive"})["id"]
    with pytest.raises(Conflict, match="Archívelo"):
        firm.admin.clients.erase(client_id, CONFIRMED | {"tax_id": tax_id})
    assert firm.admin.audit.entries({"act": "erase_client"})["total"] == 0


def test_a_wrong_tax_id_and_a_free_reason_are_named_at_once(world):
    firm = world.firm()
    client_id = firm.admin.clients.register({"tax_id": people.tax_id(), "name": "Vive"})["id"]
    firm.admin.clients.archive(client_id)
    with pytest.raises(Invalid) as refused:
        firm.admin.clients.erase(client_id, {"tax_id": people.tax_id(), "reason": "Lo pide ella"})
    assert set(refused.value.errors) == {"tax_id", "reason"}
    assert all(ground in refused.value.errors["reason"][0] for ground in GROUNDS)


def test_who_may_not_say_what_holds_for_the_firm_erases_nobody(world):
    firm, tax_id = world.firm(), people.tax_id()
    client_id = firm.admin.clients.register({"tax_id": tax_id, "name": "Vive"})["id"]
    firm.admin.clients.archive(client_id)
    with pytest.raises(NotAllowed):
        firm.as_user(firm.user("manager")).clients.erase(client_id, CONFIRMED | {"tax_id": tax_id})
    with pytest.raises(NotFound):
        firm.as_user(firm.user("operator")).clients.erase(client_id, CONFIRMED | {"tax_id": tax_id})


def test_the_tax_id_may_be_typed_as_people_type_it(world):
    firm, tax_id = world.firm(), people.tax_id()
    client_id = firm.admin.clients.register({"tax_id": tax_id, "name": "Vive"})["id"]
    firm.admin.clients.archive(client_id)
    firm.admin.clients.erase(client_id, CONFIRMED | {"tax_id": f" {tax_id[:-1].lower()}-{tax_id[-1].lower()} "})
    assert firm.admin.clients.clients({"archived": True})["total"] == 0


def test_a_client_with_a_short_name_takes_no_view_along_that_only_has_its_letters(world):
    firm, tax_id = world.firm(), people.tax_id()
    client_id = firm.admin.clients.register({"tax_id": tax_id, "name": "Or"})["id"]
    firm.admin.clients.save_view({"name": "Importantes por orden", "query": {"sort": "-name"}})
    firm.admin.clients.archive(client_id)
    firm.admin.clients.erase(client_id, CONFIRMED | {"tax_id": tax_id})
    assert len(firm.admin.clients.views()) == 1


def test_a_saved_view_that_names_the_client_goes_and_others_stay(world):
    firm, tax_id = world.firm(), people.tax_id()
    client_id = firm.admin.clients.register({"tax_id": tax_id, "name": "Úrsula Peña"})["id"]
    for name, query in (("La de Úrsula Peña", {}), ("Suya", {"q": tax_id.lower()}), ("Otra", {"q": "Benito"})):
        firm.admin.clients.save_view({"name": name, "query": query})
    firm.admin.clients.archive(client_id)
    firm.admin.clients.erase(client_id, CONFIRMED | {"tax_id": tax_id})
    assert [view["name"] for view in firm.admin.clients.views()] == ["Otra"]
