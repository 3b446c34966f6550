"""The progress of a reading as server-sent events."""

from __future__ import annotations

import json

from tests.journeys.portfolio import sync_now, with_mailbox


def test_a_reading_is_followed_live_until_it_is_done(site):
    firm = site.firm()
    manager = firm.user("manager", [firm.group("Todos")])
    client = with_mailbox(firm, manager)
    stream = manager.get(f"/api/syncs/{sync_now(manager, client)}/events")
    states = [json.loads(line.removeprefix("data: "))["state"] for line in stream.body.splitlines() if line.startswith("data: ")]
    assert stream.headers["Content-Type"].startswith("text/event-stream")
    assert states[-1] == "done"


def test_the_progress_of_another_firm_is_not_found(site):
    firm, other = site.firm(), site.firm()
    manager = firm.user("manager", [firm.group("Todos")])
    sync_id = sync_now(manager, with_mailbox(firm, manager))
    assert other.user("manager", [other.group("Todos")]).get(f"/api/syncs/{sync_id}/events").status == 404
