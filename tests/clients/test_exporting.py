"""An export: what one may see, filtered and sorted like the list, and in the trail before."""

from __future__ import annotations

import hashlib
import json

import pytest

from services.contracts.errors import Invalid
from tests import people


@pytest.fixture
def firm(world):
    return world.firm()


def register(firm, name: str, **more) -> str:
    return firm.admin.clients.register({"tax_id": people.tax_id(), "name": name, **more})["id"]


def test_an_export_holds_what_the_list_holds_in_its_order(firm):
    zoe, ana, _ = register(firm, "Zoe"), register(firm, "Ana"), register(firm, "Eva", watch_edicts=False)
    begun = firm.admin.clients.export({"flag": "watch_edicts", "sort": "-name"})
    assert begun["client_ids"] == [zoe, ana]
    lines = firm.admin.clients.export_rows(begun["client_ids"]).splitlines()
    assert [line.split(";")[1] for line in lines] == ["Zoe", "Ana"]


def test_the_parts_of_an_export_are_answered_under_the_one_key_of_its_request(firm):
    zoe, ana = register(firm, "Zoe"), register(firm, "Ana")
    caller = firm.as_user(firm.admin_id, idempotency_key="one request")
    assert [caller.clients.export_rows([one]).split(";")[1] for one in (zoe, ana)] == ["Zoe", "Ana"]


def test_an_export_that_is_repeated_under_its_key_is_in_the_trail_again(firm):
    register(firm, "Ana")
    caller = firm.as_user(firm.admin_id, idempotency_key="one request")
    assert caller.clients.export({}) == caller.clients.export({})
    assert firm.admin.audit.entries({"act": "clients_exported"})["total"] == 2


def test_an_export_is_in_the_trail_with_the_digest_of_its_list_and_no_name(firm):
    ids = [register(firm, "Ana"), register(firm, "Eva")]
    begun = firm.admin.clients.export({"q": "a"})
    assert begun["client_ids"] == [ids[0]]
    (entry,) = firm.admin.audit.entries({"act": "clients_exported"})["items"]
    digest = hashlib.sha256(json.dumps([ids[0]]).encode()).hexdigest()
    assert (entry["user_id"], entry["detail"]) == (firm.admin_id, {"count": 1, "sha256": digest})


def test_nobody_exports_a_client_or_a_group_that_they_may_not_see(firm):
    user_id = firm.user("reader")
    ours = firm.admin.access.create_group({"name": "Nuestro", "member_ids": [user_id]})["id"]
    theirs = firm.admin.access.create_group({"name": "De otros"})["id"]
    seen, unseen = register(firm, "Ana", group_ids=[ours, theirs]), register(firm, "Eva", group_ids=[theirs])
    reader = firm.as_user(user_id)
    assert reader.clients.export({})["client_ids"] == [seen]
    (line,) = reader.clients.export_rows([unseen, seen]).splitlines()
    assert line.endswith(";Nuestro")


def test_an_export_has_no_pages(firm):
    with pytest.raises(Invalid) as refused:
        firm.admin.clients.export({"page": 1, "page_size": 10})
    assert set(refused.value.errors) == {"page", "page_size"}
