"""One person's view of everything, as the product gives it and as the oracle says it has to be."""

from __future__ import annotations

from itertools import product

from services.chassis.asking import Asking
from services.contracts.errors import Conflict, NotAllowed, NotFound, NotSignedIn
from tests.access import oracle
from tests.access.oracle import Facts
from tests.access.story import MAILBOX, Story, refused_with

VERBS, BODIES = ("sync", "open"), ("dehu", "tgss")
LISTS = {"clients": "clients", "mailbox_sync": "mailboxes", "notifications": "notifications", "teu_watcher": "edicts"}


def compare(story: Story, user: str) -> None:
    """Fails with what differs. Every event has had its effect before anybody looks."""
    story.house.deliver()
    facts, asking = story.now(), story.as_user(user)
    compare_checks(story, facts, user)
    if user in facts.active:
        compare_lists(story, facts, asking)
        compare_singles(story, facts, asking)
        compare_acts(story, facts, asking)
    else:
        for name, method in LISTS.items():
            assert refused_with(story.page, name, method, asking) is NotSignedIn, name


def compare_checks(story: Story, facts: Facts, user: str) -> None:
    """What `access` says at the moment of acting."""
    for verb in VERBS:
        wanted = oracle.may(facts, user, verb)
        own = sorted(client for client in facts.clients if facts.firm_of[client] == facts.firm_of[user])
        for client, body in product(own, BODIES):
            groups = sorted(group for one, group in facts.placed if one == client)
            answer = story.house.ask("access", story.as_user(user)).check(user, verb, body, groups)
            assert answer is ((client, body) in wanted), (user, verb, client, body)


def compare_lists(story: Story, facts: Facts, asking: Asking) -> None:
    seen = oracle.visible(facts, asking.user_id)
    live, gone = (story.page("clients", "clients", asking, archived=off) for off in ("false", "true"))
    assert {one["id"] for one in live} == seen - story.archived
    assert {one["id"] for one in gone} == seen & story.archived
    for name in ("mailbox_sync", "notifications", "teu_watcher"):
        assert {one["client_id"] for one in story.page(name, LISTS[name], asking)} == seen, name


def compare_singles(story: Story, facts: Facts, asking: Asking) -> None:
    """Looking at one: found exactly when it is listed, whichever firm it is of."""
    seen = oracle.visible(facts, asking.user_id)
    ids = {
        ("clients", "client"): {client: client for client in facts.clients},
        ("mailbox_sync", "mailbox"): story.mailbox_ids,
        ("notifications", "notification"): story.notification_ids,
        ("teu_watcher", "edict"): story.edict_ids,
    }
    for (name, method), of_client in ids.items():
        for client in facts.clients:
            refusal = refused_with(getattr(story.house.ask(name, asking), method), of_client[client])
            assert refusal is (None if client in seen else NotFound), (name, client)


def compare_acts(story: Story, facts: Facts, asking: Asking) -> None:
    """The buttons of each mailbox, and asking for it to be read: done, or refused for the first of the reasons."""
    seen, allowed = oracle.visible(facts, asking.user_id), {verb: oracle.may(facts, asking.user_id, verb) for verb in VERBS}
    for row in story.page("mailbox_sync", "mailboxes", asking):
        assert row["may"] == {verb: (row["client_id"], MAILBOX) in allowed[verb] for verb in VERBS}
    for client, mailbox_id in story.mailbox_ids.items():
        reasons = {NotFound: client not in seen, NotAllowed: (client, MAILBOX) not in allowed["sync"], Conflict: client in story.archived}
        reason = next((why for why, holds in reasons.items() if holds), None)
        assert refused_with(story.house.ask("mailbox_sync", asking).sync_now, mailbox_id) is reason, (client, reason)
