"""The portals of a firm: those that ship, changed, removed and restored, and its own."""

from __future__ import annotations

import pytest

from services.contracts.errors import Conflict, Invalid, NotAllowed, NotFound, StaleVersion
from tests.worlds import until

OWN = {
    "name": "Ayuntamiento de Vigo",
    "actions": [
        {"kind": "access", "url": "https://sede.vigo.example/entrar"},
        {"kind": "sign_test", "url": "https://firma.vigo.example:8443/"},
    ],
    "login_hosts": ["clave.gob.es", "Login.vigo.example."],
}
NAMES = [
    "Dirección electrónica habilitada (DEHú, ex 060)",
    "Dirección Electrónica Vial – DGT",
    "Seguridad Social – Sede electrónica",
    "Agencia Tributaria – Sede electrónica",
    "MINETUR",
    "GENCAT – Oficina Virtual de Tràmits",
    "Administración de Justicia – LexNET",
    "Bizkaia – Oficina virtual de Hacienda",
    "Sede electrónica de la Diputación Foral (Gipuzkoa; Araba)",
    "JustiziaNet – Administración de Justicia vasca",
]


@pytest.fixture
def firm(world):
    return world.firm()


def portals(person) -> dict[str, dict]:
    return {portal["id"]: portal for portal in person.mailbox_sync.portals()}


def test_a_new_firm_has_the_ten_that_ship_with_their_actions(firm):
    found = firm.as_user(firm.user("reader")).mailbox_sync.portals()
    kinds = {portal["id"]: [action["kind"] for action in portal["actions"]] for portal in found}
    assert [portal["name"] for portal in found] == NAMES
    assert (kinds["dehu"], kinds["tgss"], kinds["aeat"]) == (["access", "register"], ["access", "register"], ["access", "sign_test"])
    assert all(portal["is_shipped"] and not portal["is_changed"] and portal["version"] == 1 for portal in found)


def test_what_ships_would_be_accepted_from_a_firm(firm):
    for portal in firm.admin.mailbox_sync.portals():
        said = {name: portal[name] for name in ("name", "actions", "login_hosts")}
        same = firm.admin.mailbox_sync.change_portal(portal["id"], {"version": 1, **said})
        assert same == portal | {"version": 2}


def test_the_hosts_of_a_portal_are_those_of_its_addresses_and_its_login_each_once(firm):
    made = firm.admin.mailbox_sync.add_portal(OWN)
    assert made["hosts"] == ["clave.gob.es", "firma.vigo.example", "login.vigo.example", "sede.vigo.example"]
    assert portals(firm.admin)["dgt"]["hosts"] == ["clave.gob.es", "dgt.gob.es"]


def test_ones_own_portals_come_by_name_before_those_that_ship(firm):
    for name in ("Zamora", "Ávila", "albacete"):
        firm.admin.mailbox_sync.add_portal(OWN | {"name": name})
    assert [portal["name"] for portal in firm.admin.mailbox_sync.portals()][:3] == ["albacete", "Ávila", "Zamora"]


def test_a_shipped_portal_is_changed_for_this_firm_and_restored(world, firm):
    changed = firm.admin.mailbox_sync.change_portal("minetur", {"version": 1, "name": "Industria"})
    assert (changed["name"], changed["is_changed"], changed["version"]) == ("Industria", True, 2)
    assert portals(world.firm().admin)["minetur"]["name"] == "MINETUR"
    restored = firm.admin.mailbox_sync.restore_portal("minetur", {"version": 2})
    assert (restored["name"], restored["is_changed"], restored["version"]) == ("MINETUR", False, 3)


def test_a_shipped_portal_that_was_removed_can_be_brought_back(firm):
    firm.admin.mailbox_sync.remove_portal("lexnet", 1)
    assert "lexnet" not in portals(firm.admin)
    (removed,) = firm.admin.mailbox_sync.removed_portals()
    firm.admin.mailbox_sync.restore_portal("lexnet", {"version": removed["version"]})
    assert [portal["id"] for portal in firm.admin.mailbox_sync.portals()].index("lexnet") == 6
    assert firm.admin.mailbox_sync.removed_portals() == []


def test_a_portal_of_ones_own_is_changed_and_removed_for_good(firm):
    made = firm.admin.mailbox_sync.add_portal(OWN)
    changed = firm.admin.mailbox_sync.change_portal(made["id"], {"version": 1, "login_hosts": []})
    assert (changed["hosts"], changed["name"]) == (["firma.vigo.example", "sede.vigo.example"], OWN["name"])
    with pytest.raises(Conflict):
        firm.admin.mailbox_sync.restore_portal(made["id"], {"version": 2})
    firm.admin.mailbox_sync.remove_portal(made["id"], 2)
    assert made["id"] not in portals(firm.admin) and firm.admin.mailbox_sync.removed_portals() == []


def test_an_old_version_of_a_portal_changes_nothing(firm):
    firm.admin.mailbox_sync.change_portal("aeat", {"version": 1, "name": "Hacienda"})
    ask = firm.admin.mailbox_sync
    for call in (
        lambda: ask.change_portal("aeat", {"version": 1, "name": "Otra"}),
        lambda: ask.remove_portal("aeat", 1),
        lambda: ask.restore_portal("aeat", {"version": 1}),
    ):
        with pytest.raises(StaleVersion):
            call()
    assert portals(firm.admin)["aeat"]["name"] == "Hacienda"


def test_every_bad_field_of_a_portal_is_named_at_once(firm):
    wrong = {
        "name": "",
        "actions": [{"kind": "buy", "url": "http://sede.dgt.gob.es"}, {"url": "https://10.0.0.1/"}],
        "login_hosts": ["clave.gob.es", "localhost"],
        "colour": "red",
    }
    with pytest.raises(Invalid) as refused:
        firm.admin.mailbox_sync.add_portal(wrong)
    below = {"actions.0.kind", "actions.0.url", "actions.1.kind", "actions.1.url"}
    assert set(refused.value.errors) == {"name", "login_hosts.1", "colour", *below}


def test_a_portal_without_an_action_is_none(firm):
    for actions in ([], None):
        with pytest.raises(Invalid):
            firm.admin.mailbox_sync.add_portal(OWN | {"actions": actions})


@pytest.mark.parametrize("role", ["manager", "operator", "reader"])
def test_portals_are_changed_only_by_who_looks_after_the_settings(firm, role):
    made = firm.admin.mailbox_sync.add_portal(OWN)
    ask = firm.as_user(firm.user(role)).mailbox_sync
    for call in (
        lambda: ask.add_portal(OWN),
        lambda: ask.change_portal(made["id"], {"version": 1}),
        lambda: ask.remove_portal("dehu", 1),
        lambda: ask.restore_portal("dehu", {"version": 1}),
        lambda: ask.removed_portals(),
    ):
        with pytest.raises(NotAllowed):
            call()
    assert made["id"] in portals(firm.as_user(firm.user(role)))


def test_a_portal_of_another_firm_does_not_exist(world, firm):
    made = world.firm().admin.mailbox_sync.add_portal(OWN)
    assert made["id"] not in portals(firm.admin)
    for portal_id in (made["id"], "nada", "'; --"):
        with pytest.raises(NotFound):
            firm.admin.mailbox_sync.change_portal(portal_id, {"version": 1, "name": "Mío"})


def test_the_trail_says_where_a_changed_list_lets_a_browser_go(firm):
    made = firm.admin.mailbox_sync.add_portal(OWN)
    firm.admin.mailbox_sync.remove_portal(made["id"], 1)
    until(lambda: firm.admin.audit.entries({"subject": made["id"]})["total"] == 2)
    details = {entry["detail"]["change"]: entry["detail"] for entry in firm.admin.audit.entries({"subject": made["id"]})["items"]}
    assert set(details) == {"created", "removed"}
    assert details["created"] == {"change": "created", "hosts": made["hosts"], "version": 1}
