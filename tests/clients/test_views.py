"""Saved views: one's own, and those lent to the firm."""

from __future__ import annotations

import pytest

from services.contracts.errors import Conflict, Invalid, NotAllowed, NotFound, StaleVersion
from tests import people
from tests.worlds import until

QUERY = {"q": "norte", "filters": {"certificate": "expiring,expired", "read_by_before": "2026-03-01"}, "sort": "-pending,name"}


@pytest.fixture
def firm(world):
    """`ana` and `eva` are operators."""
    firm = world.firm()
    firm.ana, firm.eva = firm.as_user(firm.user("operator")), firm.as_user(firm.user("operator"))
    return firm


def save(person, name: str = "Lo urgente", **more) -> dict:
    return person.clients.save_view({"name": name, "query": QUERY, **more})


def test_a_view_is_kept_with_its_question_and_asked_again(firm):
    made = save(firm.ana)
    assert firm.ana.clients.views() == [made]
    assert (made["query"]["filters"]["read_by_before"], made["query"]["columns"]) == ("2026-03-01", [])
    asked = made["query"]["filters"] | {name: made["query"][name] for name in ("q", "sort")}
    assert firm.ana.clients.clients(asked)["total"] == 0


def test_ones_own_view_is_not_there_for_others(firm):
    made = save(firm.ana)
    assert firm.eva.clients.views() == []
    for ask in (lambda: firm.eva.clients.change_view(made["id"], {"version": 1}), lambda: firm.eva.clients.remove_view(made["id"])):
        with pytest.raises(NotFound):
            ask()


def test_a_shared_view_is_seen_by_the_firm_and_changed_by_its_owner(firm):
    made = save(firm.ana, is_shared=True)
    assert firm.eva.clients.views() == [made | {"is_mine": False}]
    with pytest.raises(NotAllowed):
        firm.eva.clients.change_view(made["id"], {"version": 1, "name": "Otro"})
    changed = firm.ana.clients.change_view(made["id"], {"version": 1, "name": "Otro", "is_shared": False})
    assert (changed["name"], changed["version"], changed["query"]) == ("Otro", 2, made["query"])
    assert firm.eva.clients.views() == []


def test_a_view_says_how_many_clients_it_holds_for_who_asks(firm):
    for who, name in ((firm.admin, "Norte"), (firm.admin, "Norteña"), (firm.admin, "Sur")):
        who.clients.register({"tax_id": people.tax_id(), "name": name})
    made = [
        firm.admin.clients.save_view({"name": name, "query": query, "is_shared": True})["id"]
        for name, query in (("Todos", {}), ("Norte", {"q": "norte"}), ("Archivados", {"filters": {"archived": True}}))
    ]
    assert [firm.admin.clients.sizes_of_views()[view_id] for view_id in made] == [3, 2, 0]
    assert set(firm.eva.clients.sizes_of_views().values()) == {0}


def test_who_looks_after_the_settings_removes_shared_views_of_others(firm):
    made = save(firm.ana, is_shared=True)
    firm.admin.clients.remove_view(made["id"])
    assert firm.ana.clients.views() == []


def test_views_of_another_firm_do_not_exist(world, firm):
    foreign = save(world.firm().admin, is_shared=True)
    assert firm.admin.clients.views() == []
    with pytest.raises(NotFound):
        firm.admin.clients.remove_view(foreign["id"])


def test_a_name_is_ones_own_once(firm):
    first, second = save(firm.ana), save(firm.ana, "Otra")
    save(firm.eva)
    for ask in (lambda: save(firm.ana), lambda: firm.ana.clients.change_view(second["id"], {"version": 1, "name": first["name"]})):
        with pytest.raises(Conflict):
            ask()


def test_an_old_version_of_a_view_changes_nothing(firm):
    made = save(firm.ana)
    firm.ana.clients.change_view(made["id"], {"version": 1, "query": {"q": "sur"}})
    with pytest.raises(StaleVersion):
        firm.ana.clients.change_view(made["id"], {"version": 1, "name": "Otro"})
    assert [(view["name"], view["query"]["q"]) for view in firm.ana.clients.views()] == [("Lo urgente", "sur")]


def test_a_question_that_the_list_would_refuse_is_refused_by_field(firm):
    wrong = {"filters": {"certificate": "old", "phone": "1"}, "sort": "shoe_size", "columns": ["shoe_size"], "page": 2}
    with pytest.raises(Invalid) as refused:
        firm.ana.clients.save_view({"name": "", "query": wrong})
    below = ("filters.certificate", "filters.phone", "sort", "columns.0", "page")
    assert set(refused.value.errors) == {"name", *(f"query.{field}" for field in below)}


def test_saving_a_view_is_in_the_trail(firm):
    made = save(firm.ana, is_shared=True)
    until(lambda: firm.admin.audit.entries({"subject": made["id"]})["total"] == 1)
    (entry,) = firm.admin.audit.entries({"subject": made["id"]})["items"]
    assert (entry["act"], entry["detail"]) == ("clients.view_changed", {"change": "created", "is_shared": True, "version": 1})
