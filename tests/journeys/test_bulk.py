"""Many clients at once over HTTP: groups, flags and mailboxes, by ids or by the filters of the list."""

from __future__ import annotations

from tests.journeys.portfolio import a_company, register
from tests.visitors import wait_for

OVER = ("done", "failed")


def done(person, **action) -> dict:
    answer = person.post("/api/clients/bulk", action)
    assert answer.status == 202, answer
    return wait_for(person, f"/api/jobs/{answer.body['id']}", lambda job: job["state"] in OVER)


def test_many_clients_are_grouped_flagged_and_given_mailboxes(site):
    firm = site.firm()
    group = firm.group("Todos")
    manager = firm.user("manager", [group])
    ids = [register(manager, a_company()) for _ in range(3)]
    assert done(manager, ids=ids, action="add_to_groups", group_ids=[group])["counts"] == {"changed": 3}
    assert done(manager, filter={"group": group}, action="set_flags", watch_edicts=False)["counts"] == {"changed": 3}
    assert done(manager, filter={"group": group}, action="add_mailboxes", bodies=["dehu"], via="firm_certificate")["counts"] == {
        "created": 3
    }
    assert manager.get("/api/mailboxes").body["total"] == 3
    assert done(manager, filter={"flag": "-watch_edicts"}, action="sync")["counts"] == {"created": 3}
    assert done(manager, ids=ids[:1], action="archive")["counts"] == {"changed": 1}


def test_a_bulk_action_is_refused_with_every_bad_field_and_for_want_of_a_right(site):
    firm = site.firm()
    refused = firm.admin.post("/api/clients/bulk", {"action": "add_mailboxes", "bodies": ["nowhere"], "group_ids": ["x"]})
    assert (refused.status, set(refused.body["errors"])) == (422, {"ids", "filter", "bodies.0", "group_ids"})
    assert firm.admin.post("/api/clients/bulk", {"action": "sync", "filter": {}}).status == 422
    assert firm.user("reader").post("/api/clients/bulk", {"action": "archive", "filter": {}}).status == 403
