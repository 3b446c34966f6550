"""An id of another firm is answered like one that does not exist: by every call, wherever an id can stand. In one's own firm, so is what is
out of one's sight.

Each call of the description is made twice, once with an id that somebody else really has and once with one that nobody has; status, headers
and body have to be the same but for the number of the request. What is tried, and with what, comes from the description alone.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import pytest

from services.contracts.message import new_id
from tests.journeys.described import UUID, Call, Description, seen_by
from tests.journeys.portfolio import Client, notified, sync_now, with_mailbox
from tests.sites import DEPLOYED_IN_FULL, WORLDS_OF_ONE_QUESTION
from tests.visitors import Answer, Person, wait_for

# In one's own firm the rule is the same one, so `make test` asks between firms and `make test-full` also within one.
HIDDEN = pytest.mark.parametrize("hidden", ["houses", pytest.param("sides", marks=pytest.mark.full)])
PASSING = {"Date", "X-Request-Id"}
MOST_KINDS = 6
OF_CLIENTS = ("client_id", "mailbox_id", "notification_id", "group_id")


@dataclass
class House:
    """A firm with something of everything, the person who looks, and the ids that its people see."""

    person: Person
    client: Client
    ids: dict[str, set[str]]

    def one(self, name: str) -> str:
        return min(self.ids.get(name, {new_id()}))


def with_everything(firm, manager: Person, group: str) -> tuple[Client, str]:
    """A client of the group, read by hand, with a notification; and that reading."""
    client = with_mailbox(firm, manager, [group], party=notified(firm.site, "Requerimiento"))
    sync = sync_now(manager, client)
    wait_for(manager, f"/api/syncs/{sync}", lambda body: body["state"] == "done")
    wait_for(manager, "/api/notifications", lambda body: body["items"], client=client.id)
    return client, sync


def furnished(site, description: Description) -> House:
    firm = site.firm()
    group = firm.group("Todos")
    firm.user("operator", [group])
    manager = firm.user("manager", [group])
    client, sync = with_everything(firm, manager, group)
    firm.admin.post("/api/tokens", {"name": "programa"})
    firm.admin.post("/api/clients/views", {"name": "Vista", "query": {}, "is_shared": True})
    ids = {"sync_id": {sync}}
    for person in (firm.admin, manager):
        for name, values in seen_by(person, description).items():
            ids.setdefault(name, set()).update(values)
    return House(firm.admin, client, ids)


@pytest.fixture(scope="module")
def description(site):
    return Description(site.visitor().get("/api/openapi.json").body)


@pytest.fixture(scope="module")
def houses(site, description):
    """Mine and the other one."""
    return furnished(site, description), furnished(site, description)


@pytest.fixture(scope="module")
def sides(site, description):
    """An operator of some clients, and the ids in the same firm that are out of their sight."""
    firm = site.firm()
    mine, others = firm.group("Mis clientes"), firm.group("De otros")
    manager, operator = firm.user("manager", [mine, others]), firm.user("operator", [mine])
    client, own_sync = with_everything(firm, manager, mine)
    hidden, sync = with_everything(firm, manager, others)
    seen, all_of_them = (seen_by(person, description) for person in (operator, manager))
    out_of_sight = {name: all_of_them[name] - seen.get(name, set()) for name in OF_CLIENTS} | {"sync_id": {sync}}
    out_of_sight["certificate_id"] = {one["id"] for one in manager.get(f"/api/clients/{hidden.id}/certificates").body["items"]}
    assert all(out_of_sight.values()), out_of_sight
    return House(operator, client, seen | {"sync_id": {own_sync}}), House(manager, hidden, out_of_sight)


def candidates(house: House, name: str) -> list[str]:
    """Ids of the house that could be meant by a parameter; of a name that no list shows, one of every kind."""
    stem = name if name.endswith("_id") else f"{name.removesuffix('s')}_id"
    known = house.ids.get({"member_id": "user_id", "assignee_id": "user_id", "subject_id": "client_id"}.get(stem, stem))
    return [min(known)] if known else [min(ids) for ids in itertools.islice(house.ids.values(), MOST_KINDS)]


def unknown_like(real: str) -> str:
    return UUID.sub(lambda found: new_id(), real)


def said(answer: Answer, ids: set[str]) -> tuple:
    """All of an answer but the number of the request, and without the id that was sent."""
    headers = {name: value for name, value in answer.headers.items() if name not in PASSING}
    body = {**answer.body, "request_id": ""} if isinstance(answer.body, dict) else answer.body
    text = str(body)
    for each in ids:
        text = text.replace(each, "<sent>")
    return answer.status, headers, text


def differences(mine: House, call: Call, description: Description, sent: list[dict[str, Any]]) -> str | None:
    """The same call with a real foreign id and with an unknown one: `path`, `query` and `fields` of each."""
    answers = []
    for each in sent:
        body = None if call.body is None else description.sample(call.body) | current(mine, call, each["path"]) | each["fields"]
        answer = mine.person.call(call.method, call.at(each["path"]), params=each["query"], json=body)
        answers.append(said(answer, each["ids"]))
    return None if answers[0] == answers[1] else f"{call.method} {call.path} {sent[0]}: {answers[0]} ≠ {answers[1]}"


def current(mine: House, call: Call, own: dict[str, str]) -> dict[str, Any]:
    """The version that a change of this resource has to carry, so that the change gets as far as looking at the id."""
    if call.method != "PATCH":
        return {}
    shown = mine.person.get(call.at(own)).body
    return {"version": shown["version"]} if isinstance(shown, dict) and "version" in shown else {}


def asked(path: dict[str, str], ids: set[str], query: dict | None = None, fields: dict | None = None) -> dict[str, Any]:
    return {"path": path, "ids": ids, "query": query or {}, "fields": fields or {}}


@pytest.mark.parametrize("site", WORLDS_OF_ONE_QUESTION, indirect=True)
@HIDDEN
def test_a_hidden_id_in_an_address_is_answered_like_an_unknown_one(description, request, hidden):
    mine, other = request.getfixturevalue(hidden)
    found, tried = [], 0
    for call in (call for call in description.calls if call.names):
        own = {name: mine.one(name) for name in call.names}
        for name in call.names:
            for real in candidates(other, name):
                pair = [asked(own | {name: value}, {value}) for value in (real, unknown_like(real))]
                found.append(differences(mine, call, description, pair))
                tried += 1
    assert [each for each in found if each] == []
    assert tried >= len({call.path for call in description.calls if call.names})


@DEPLOYED_IN_FULL
@HIDDEN
def test_a_hidden_id_in_a_filter_is_answered_like_an_unknown_one(description, request, hidden):
    mine, other = request.getfixturevalue(hidden)
    found = []
    for call in (call for call in description.calls if call.queries and call.method == "GET"):
        own = {name: mine.one(name) for name in call.names}
        for name in call.queries:
            for real in candidates(other, name):
                pair = [asked(own, {value}, query={name: value}) for value in (real, unknown_like(real))]
                found.append(differences(mine, call, description, pair))
    assert len(found) > 20
    assert [each for each in found if each] == []


@DEPLOYED_IN_FULL
def test_a_foreign_id_in_a_body_is_answered_like_an_unknown_one(description, houses):
    mine, other = houses
    found = []
    for call in description.calls:
        own = {name: mine.one(name) for name in call.names}
        for name, is_list in description.id_fields(call):
            for real in candidates(other, name):
                pair = [asked(own, {value}, fields={name: [value] if is_list else value}) for value in (real, unknown_like(real))]
                found.append(differences(mine, call, description, pair))
    assert len(found) > 5
    assert [each for each in found if each] == []


@DEPLOYED_IN_FULL
def test_whatever_is_asked_of_a_foreign_resource_it_is_not_found(description, houses):
    mine, other = houses
    told = {}
    for call in (call for call in description.calls if call.names == ("client_id",) and not call.is_upload):
        body = None if call.body is None else description.sample(call.body)
        answer = mine.person.call(call.method, call.at({"client_id": other.client.id}), json=body)
        if (answer.status, answer.body.get("code")) != (404, "not_found"):
            told[f"{call.method} {call.path}"] = answer.status
    assert told == {}
