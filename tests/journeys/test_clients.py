"""Clients over HTTP: found, changed by two at once, archived and brought back, handed out as a file, looked at by saved views."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from tests.journeys.portfolio import a_company, register
from tests.visitors import wait_for


def manager_of(site):
    firm = site.firm()
    return firm, firm.user("manager", [firm.group("Todos")])


def at_once(calls: list[Callable[[], int]]) -> list[int]:
    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result() for future in [pool.submit(call) for call in calls]]


def exported(person, **query) -> list[dict[str, str]]:
    answer = person.get("/api/clients/export.csv", **query)
    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/csv; charset=utf-8"), answer
    assert answer.headers["Content-Disposition"] == "attachment; filename=clientes.csv"
    return list(csv.DictReader(io.StringIO(answer.body.removeprefix("\ufeff")), delimiter=";"))


def test_who_comes_with_an_old_version_is_told_what_is_new(site):
    _, manager = manager_of(site)
    path = f"/api/clients/{register(manager, a_company())}"
    assert manager.patch(path, {"version": 1, "postal_address": {"city": "Lugo"}, "email": "ana@bufete.example"}).status == 200
    refused = manager.patch(path, {"version": 1, "notes": "mías"})
    assert (refused.status, refused.body["code"], set(refused.body["errors"])) == (409, "stale_version", {"email", "postal_address"})
    assert manager.get(path).body["notes"] == ""


def test_of_many_changes_of_one_version_at_once_one_holds(site):
    _, manager = manager_of(site)
    path = f"/api/clients/{register(manager, a_company())}"
    changes = [lambda number=number: manager.patch(path, {"version": 1, "notes": str(number)}).status for number in range(6)]
    assert sorted(at_once(changes)) == [200, *[409] * 5]
    assert manager.get(path).body["version"] == 2


def test_an_archived_client_comes_back_unless_its_tax_id_is_in_use_again(site):
    firm, manager = manager_of(site)
    party = a_company()
    path = f"/api/clients/{register(manager, party)}"
    assert manager.delete(path).status == 204
    reader = firm.user("reader", [group["id"] for group in manager.get("/api/me").body["groups"]])
    assert reader.post(f"{path}/restore").status == 404
    restored = manager.post(f"{path}/restore")
    assert (restored.status, restored.body["archived"]) == (200, False)
    assert manager.delete(path).status == 204
    register(manager, party)
    assert manager.post(f"{path}/restore").status == 409


def test_a_search_for_a_wildcard_is_no_search_for_everything(site):
    _, manager = manager_of(site)
    register(manager, a_company())
    assert [manager.get("/api/clients", q=query).body["total"] for query in ("%", "_", "")] == [0, 0, 1]


def test_an_export_holds_what_was_filtered_and_no_formula(site):
    _, manager = manager_of(site)
    evil = manager.post("/api/clients", {"tax_id": a_company().tax_id, "name": "=cmd|'/c calc'!A1", "notes": "una; dos\ntres"}).body
    register(manager, a_company(), watch_edicts=False)
    (row,) = exported(manager, flag="watch_edicts", sort="-name")
    assert (row["tax_id"], row["name"], row["notes"]) == (evil["tax_id"], "'=cmd|'/c calc'!A1", "una; dos\ntres")
    assert len(exported(manager)) == 2


def test_an_export_is_in_the_trail_before_it_is_sent_and_refused_ones_are_not(site):
    firm, manager = manager_of(site)
    register(manager, a_company())
    assert manager.get("/api/clients/export.csv", page=2).status == 422
    assert site.visitor().get("/api/clients/export.csv").status == 401
    assert manager.get("/api/audit", act="clients_exported").body["total"] == 0
    exported(manager)
    (entry,) = manager.get("/api/audit", act="clients_exported").body["items"]
    assert (entry["detail"]["count"], len(entry["detail"]["sha256"])) == (1, 64)


def test_chosen_clients_are_exported_in_the_order_in_which_they_are_named(site):
    firm, manager = manager_of(site)
    ids = [register(manager, a_company()) for _ in range(3)]
    foreign = register(site.firm().admin, a_company())
    answer = manager.post("/api/clients/bulk", {"ids": [ids[2], foreign, ids[0]], "action": "export"})
    rows = list(csv.DictReader(io.StringIO(answer.body.removeprefix("\ufeff")), delimiter=";"))
    wanted = [manager.get(f"/api/clients/{client_id}").body["tax_id"] for client_id in (ids[2], ids[0])]
    assert (answer.status, [row["tax_id"] for row in rows]) == (200, wanted)


def test_a_view_is_saved_shared_changed_and_removed(site):
    firm, manager = manager_of(site)
    made = manager.post("/api/clients/views", {"name": "Caducan", "query": {"filters": {"certificate": "expiring"}}, "is_shared": True})
    assert made.status == 201, made
    path, reader = f"/api/clients/views/{made.body['id']}", firm.user("reader")
    assert [view["name"] for view in reader.get("/api/clients/views").body["items"]] == ["Caducan"]
    assert reader.delete(path).status == 403
    assert manager.patch(path, {"version": 1, "is_shared": False}).body["version"] == 2
    assert (reader.delete(path).status, reader.get("/api/clients/views").body["items"]) == (404, [])
    assert manager.delete(path).status == 204


def test_a_client_whose_group_is_deleted_is_seen_by_who_sees_all_and_warns(site):
    firm, manager = manager_of(site)
    group_id = firm.group("Pasajero")
    operator = firm.user("operator", [group_id])
    client_id = register(manager, a_company(), [group_id])
    assert operator.get(f"/api/clients/{client_id}").status == 200
    version = manager.get(f"/api/groups/{group_id}").body["version"]
    assert manager.call("DELETE", f"/api/groups/{group_id}", params={"version": version}).status == 204
    body = wait_for(manager, f"/api/clients/{client_id}", lambda body: body["warnings"])
    assert ([warning["code"] for warning in body["warnings"]], body["groups"]) == (["in_no_group"], [])
    assert operator.get(f"/api/clients/{client_id}").status == 404
