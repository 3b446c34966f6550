"""Who sees and does what, over HTTP."""

from __future__ import annotations

import pytest

from tests.journeys.portfolio import a_company, notified, register, with_mailbox
from tests.visitors import wait_for


def test_a_user_sees_only_the_clients_of_their_groups(site):
    firm = site.firm()
    ours, theirs = firm.group("Nuestros"), firm.group("De otros")
    manager, reader = firm.user("manager", [ours]), firm.user("reader", [ours])
    seen, unseen = register(manager, a_company(), [ours]), register(manager, a_company(), [theirs])
    assert [client["id"] for client in reader.get("/api/clients").body["items"]] == [seen]
    assert reader.get(f"/api/clients/{unseen}").status == 404
    assert manager.get(f"/api/clients/{unseen}").status == 200


def test_a_user_finds_nothing_by_a_group_that_is_not_theirs(site):
    """Not even clients of theirs that are in it too, nor what came for them."""
    firm = site.firm()
    ours, theirs = firm.group("Nuestros"), firm.group("De otros")
    manager, operator = firm.user("manager", [ours]), firm.user("operator", [ours])
    with_mailbox(firm, manager, [ours, theirs], party=notified(site, "Requerimiento"))
    for path in ("/api/notifications", "/api/clients"):
        for person, group_id in ((operator, ours), (manager, theirs)):
            wait_for(person, path, lambda body: body["total"] == 1, group=group_id)
        assert operator.get(path, group=theirs).body["total"] == 0


def test_another_firms_client_is_not_found_in_the_very_words_of_one_that_does_not_exist(site):
    mine, other = site.firm(), site.firm()
    foreign = register(other.user("manager", [other.group("Todos")]), a_company())
    manager = mine.user("manager", [mine.group("Todos")])
    answers = [manager.get(f"/api/clients/{client_id}") for client_id in (foreign, "01a20c6e-0000-7000-8000-000000000000")]
    shown = [{name: value for name, value in answer.body.items() if name != "request_id"} for answer in answers]
    assert [answer.status for answer in answers] == [404, 404]
    assert shown[0] == shown[1]


@pytest.mark.parametrize(("role", "status"), [("administrator", 202), ("reader", 403), ("operator", 202), ("manager", 202)])
def test_only_whose_role_and_grant_allow_it_reads_a_mailbox_now(site, role, status):
    firm = site.firm()
    group = firm.group("Con permiso")
    manager = firm.user("manager", [group])
    client = with_mailbox(firm, manager, [group])
    person = firm.user(role, [group])
    wait_for(person, f"/api/mailboxes/{client.mailbox_id}", lambda body: body["may"]["sync"] == (status == 202))
    assert person.post(f"/api/mailboxes/{client.mailbox_id}/sync").status == status


def test_without_a_grant_on_the_body_a_manager_may_not_read_its_mailboxes(site):
    firm = site.firm()
    manager = firm.user("manager", [firm.group("Sin permiso", bodies=("tgss",))])
    client = with_mailbox(firm, manager)
    refused = manager.post(f"/api/mailboxes/{client.mailbox_id}/sync")
    assert (refused.status, refused.body["code"]) == (403, "not_allowed")


def test_what_one_may_not_see_is_not_found_before_ones_capability_is_judged(site):
    firm = site.firm()
    manager, reader = firm.user("manager", [firm.group("Uno")]), firm.user("reader", [firm.group("Dos")])
    client_id = register(manager, a_company())
    assert reader.delete(f"/api/clients/{client_id}").status == 404


def test_a_disabled_user_is_out_at_once(site):
    firm = site.firm()
    operator = firm.user("operator", [firm.group("Todos")])
    user_id = operator.get("/api/me").body["id"]
    version = firm.admin.get(f"/api/users/{user_id}").body["version"]
    assert firm.admin.patch(f"/api/users/{user_id}", {"is_active": False, "version": version}).status == 200
    assert operator.get("/api/clients").status == 401


def test_an_api_token_does_no_more_than_it_was_given(site):
    firm = site.firm()
    manager = firm.user("manager", [firm.group("Todos")])
    token = manager.post("/api/tokens", {"name": "lector", "capabilities": ["clients.all"]}).body["token"]
    program = site.visitor()
    program.http.headers["Authorization"] = f"Bearer {token}"
    register(manager, a_company())
    assert program.get("/api/clients").body["total"] == 1
    assert program.post("/api/clients", {"tax_id": a_company().tax_id, "name": "x"}).status == 403


def test_every_release_of_a_certificate_is_in_the_trail(site):
    firm = site.firm()
    manager = firm.user("manager", [firm.group("Todos")])
    client = with_mailbox(firm, manager)
    wait_for(manager, f"/api/mailboxes/{client.mailbox_id}", lambda body: body["last_complete_check_at"])
    uses = manager.get("/api/audit", act="certificate_used").body["items"]
    assert uses, manager.get("/api/audit").body
    assert {use["detail"]["mailbox_id"] for use in uses} == {client.mailbox_id}


def test_a_removed_certificate_is_gone_from_the_list_and_is_not_found_again(site):
    firm = site.firm()
    manager = firm.user("manager", [firm.group("Todos")])
    client = with_mailbox(firm, manager)
    wait_for(manager, f"/api/mailboxes/{client.mailbox_id}", lambda body: body["last_complete_check_at"])
    path = f"/api/clients/{client.id}/certificates"
    (certificate,) = manager.get(path).body["items"]
    assert manager.delete(f"{path}/{certificate['id']}").status == 204
    assert manager.get(path).body["items"] == []
    assert manager.delete(f"{path}/{certificate['id']}").status == 404


def test_a_group_has_its_members_grants_and_clients_and_its_members_see_them(site):
    firm = site.firm()
    manager = firm.user("manager", [firm.group("Otro")])
    client_id = register(manager, a_company())
    grants = [{"body": "dehu", "verbs": ["open", "sync"]}]
    made = manager.post("/api/groups", {"name": "Norte", "description": "", "grants": grants, "client_ids": [client_id]})
    assert (made.status, made.body["client_ids"]) == (201, [client_id])
    operator = firm.user("operator", [made.body["id"]])
    shown = operator.get(f"/api/groups/{made.body['id']}")
    assert (shown.status, shown.body["client_ids"], shown.body["grants"]) == (200, [client_id], grants)
    assert operator.get(f"/api/clients/{client_id}").status == 200
    emptied = manager.patch(f"/api/groups/{made.body['id']}", {"client_ids": [], "version": shown.body["version"]})
    assert (emptied.status, emptied.body["client_ids"]) == (200, [])
    assert operator.get(f"/api/clients/{client_id}").status == 404


def test_who_would_not_see_a_groups_clients_is_refused_before_anything_changes(site):
    firm = site.firm()
    firm.admin.post("/api/roles", {"name": "Grupos", "capabilities": ["groups.manage", "clients.write"]})
    person, group_id = firm.user("Grupos"), firm.group("Sur")
    refused = person.patch(f"/api/groups/{group_id}", {"name": "Oeste", "client_ids": [], "version": 1})
    assert (refused.status, person.get(f"/api/groups/{group_id}").body["name"]) == (403, "Sur")
    assert person.post("/api/groups", {"name": "Este", "description": "", "client_ids": []}).status == 403
    mine = {"name": "Este", "description": "", "client_ids": [], "member_ids": [person.get("/api/me").body["id"]]}
    assert person.post("/api/groups", mine).status == 201


def test_lists_of_people_are_sorted_and_filtered(site):
    firm = site.firm()
    firm.group("B"), firm.group("A")
    assert [group["name"] for group in firm.admin.get("/api/groups", sort="name").body["items"]] == ["A", "B"]
    assert firm.admin.get("/api/users", role="administrator").body["total"] == 1
    assert {grant["body"] for grant in firm.admin.get("/api/grants").body["items"]} == {"dehu"}


def test_a_group_of_a_client_that_is_not_there_is_neither_made_nor_changed(site):
    firm = site.firm()
    unknown = ["01a20c6e-0000-7000-8000-000000000000"]
    assert firm.admin.post("/api/groups", {"name": "Sur", "description": "", "client_ids": unknown}).status == 422
    group_id = firm.group("Sur")
    refused = firm.admin.patch(f"/api/groups/{group_id}", {"name": "Oeste", "client_ids": unknown, "version": 1})
    assert (refused.status, set(refused.body["errors"])) == (422, {"client_ids"})
    assert firm.admin.get(f"/api/groups/{group_id}").body["name"] == "Sur"
