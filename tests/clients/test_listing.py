"""The list: searched without accents, filtered, sorted, paged."""

from __future__ import annotations

import pytest

from services.contracts.errors import Invalid
from tests import people


@pytest.fixture(scope="module")
def firm(world):
    """Three clients, the second with both flags off, the third archived; `group` holds the first."""
    firm = world.firm()
    firm.group = firm.admin.access.create_group({"name": "Laboral"})["id"]
    register = firm.admin.clients.register
    register({"tax_id": people.tax_id(), "name": "Álvarez Pérez, Ana", "email": "ana@bufete.example", "group_ids": [firm.group]})
    register({"tax_id": people.tax_id(), "name": "Zubía, S.L.", "receives_notifications": False, "watch_edicts": False})
    firm.admin.clients.archive(register({"tax_id": people.tax_id(), "name": "Muñoz"})["id"])
    return firm


def names(firm, **page) -> list[str]:
    return [item["name"].split(",")[0] for item in firm.admin.clients.clients(page)["items"]]


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ({}, ["Álvarez Pérez", "Zubía"]),
        ({"sort": "-name"}, ["Zubía", "Álvarez Pérez"]),
        ({"sort": "tax_id"}, ["Álvarez Pérez", "Zubía"]),
        ({"sort": "-pending,-nearest_read_by,last_complete_check_at,name"}, ["Álvarez Pérez", "Zubía"]),
        ({"q": "perez al"}, ["Álvarez Pérez"]),
        ({"q": "BUFETE.EX"}, ["Álvarez Pérez"]),
        ({"q": "zu"}, ["Zubía"]),
        ({"q": "bía"}, ["Zubía"]),
        ({"q": "ia"}, []),
        ({"q": "munoz"}, []),
        ({"q": "%"}, []),
        ({"q": "_"}, []),
        ({"q": "  "}, ["Álvarez Pérez", "Zubía"]),
        ({"archived": True}, ["Muñoz"]),
        ({"pending": True}, []),
        ({"pending": False}, ["Álvarez Pérez", "Zubía"]),
        ({"stale_hours": 24}, ["Álvarez Pérez", "Zubía"]),
        ({"read_by_before": "2030-01-01"}, []),
        ({"warning": "edicts_off"}, ["Zubía"]),
        ({"warning": "in_no_group,notifications_off"}, ["Zubía"]),
        ({"sort": "certificate,-created_at"}, ["Zubía", "Álvarez Pérez"]),
        ({"flag": "watch_edicts"}, ["Álvarez Pérez"]),
        ({"flag": "-receives_notifications,-watch_edicts"}, ["Zubía"]),
        ({"certificate": "none"}, ["Álvarez Pérez", "Zubía"]),
        ({"certificate": "valid,expiring,expired"}, []),
        ({"page": 2, "page_size": 1}, ["Zubía"]),
        ({"page": 9}, []),
    ],
)
def test_the_list_holds_what_was_asked_for(firm, page, expected):
    assert names(firm, **page) == expected


def test_the_list_is_filtered_by_group(firm):
    assert names(firm, group=firm.group) == ["Álvarez Pérez"]


def test_a_group_that_one_may_not_know_of_finds_nothing(firm):
    user_id = firm.user("operator")
    firm.admin.access.create_group({"name": "Otro", "member_ids": [user_id]})
    both = firm.admin.access.create_group({"name": "Ambos", "member_ids": [user_id]})["id"]
    ana = firm.admin.clients.clients({"q": "alvarez"})["items"][0]["id"]
    firm.admin.clients.set_groups(ana, [firm.group, both])
    operator = firm.as_user(user_id)
    assert operator.clients.clients({"group": both})["total"] == 1
    assert operator.clients.clients({"group": firm.group})["total"] == 0
    firm.admin.clients.set_groups(ana, [firm.group])


def test_a_group_is_as_large_as_the_list_of_its_clients(firm):
    archived = firm.admin.clients.clients({"archived": True})["items"][0]["id"]
    mixed = firm.admin.access.create_group({"name": "Mezclado"})["id"]
    for client_id in (archived, *(client["id"] for client in firm.admin.clients.clients({})["items"])):
        firm.admin.clients.set_groups(client_id, [*firm.admin.clients.groups_of(client_id), mixed])
    groups = [firm.group, mixed, "unknown"]
    assert firm.admin.clients.sizes_of_groups(groups) == {firm.group: 1, mixed: 2, "unknown": 0}
    outsider = firm.as_user(firm.user("operator"))
    assert outsider.clients.sizes_of_groups(groups) == dict.fromkeys(groups, 0)


def test_a_client_is_found_by_its_tax_id_however_it_is_written(firm):
    tax_id = firm.admin.clients.clients({})["items"][1]["tax_id"]
    assert names(firm, q=f"{tax_id[:2]}.{tax_id[2:5]}.{tax_id[5:8]}-{tax_id[8].lower()}") == ["Zubía"]


def test_the_total_counts_all_pages(firm):
    listed = firm.admin.clients.clients({"page_size": 1})
    assert (listed["total"], listed["page"], listed["page_size"], len(listed["items"])) == (2, 1, 1, 1)


def test_an_unknown_filter_or_sort_is_refused_by_name(firm):
    with pytest.raises(Invalid) as refused:
        firm.admin.clients.clients({"sort": "shoe_size", "certificate": "old", "phone": "1", "page_size": 201})
    assert set(refused.value.errors) == {"sort", "certificate", "phone", "page_size"}


@pytest.mark.parametrize("page", [1, 2, 3])
def test_a_search_counts_all_pages_also_beyond_the_last(firm, page):
    listed = firm.admin.clients.clients({"page": page, "page_size": 1})
    searched = firm.admin.clients.clients({"q": "20", "page": page, "page_size": 1})
    assert (searched["total"], [item["id"] for item in searched["items"]]) == (2, [item["id"] for item in listed["items"]])
