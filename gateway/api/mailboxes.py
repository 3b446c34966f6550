"""Mailboxes, and reading one now."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from gateway import live, session
from gateway.api.describing import describes
from gateway.api.shapes import listed
from gateway.sentences import error_told
from services.contracts.schemas.mailboxes import Mailbox, MailboxChanges, MailboxesPage, NewMailbox, Sync
from services.contracts.schemas.paging import paged

blueprint = Blueprint("mailboxes", __name__)
MOST_PER_CLIENT = {"page": 1, "page_size": 200}


@blueprint.get("/api/clients/<client_id>/mailboxes")
@describes("The client's mailboxes", answer=listed(Mailbox))
def of_client(client_id: str) -> dict[str, Any]:
    with session.services() as ask:
        return {"items": ask.mailbox_sync.mailboxes(MOST_PER_CLIENT | {"client": client_id})["items"]}


@blueprint.post("/api/clients/<client_id>/mailboxes")
@describes("Read another mailbox of the client", body=NewMailbox, answer=Mailbox, status=201)
def add(client_id: str, body: dict[str, Any]) -> dict[str, Any]:
    with session.services() as ask:
        return ask.mailbox_sync.add_mailbox(client_id, body)


@blueprint.get("/api/mailboxes")
@describes("The mailboxes that I may see", query=MailboxesPage, answer=paged(Mailbox))
def mailboxes(page: dict[str, Any]) -> dict[str, Any]:
    with session.services() as ask:
        return ask.mailbox_sync.mailboxes(page)


@blueprint.get("/api/mailboxes/<mailbox_id>")
@describes("One mailbox", answer=Mailbox)
def mailbox(mailbox_id: str) -> dict[str, Any]:
    with session.services() as ask:
        return ask.mailbox_sync.mailbox(mailbox_id)


@blueprint.patch("/api/mailboxes/<mailbox_id>")
@describes("Pause or resume a mailbox, or change how it is entered", body=MailboxChanges, answer=Mailbox)
def change(mailbox_id: str, body: dict[str, Any]) -> dict[str, Any]:
    with session.services() as ask:
        return ask.mailbox_sync.change_mailbox(mailbox_id, body)


@blueprint.delete("/api/mailboxes/<mailbox_id>")
@describes("Stop reading a mailbox; what it brought stays", status=204)
def remove(mailbox_id: str) -> None:
    with session.services() as ask:
        ask.mailbox_sync.remove_mailbox(mailbox_id)


@blueprint.post("/api/mailboxes/<mailbox_id>/sync")
@describes("Read the mailbox now", answer=Sync, status=202)
def sync_now(mailbox_id: str) -> dict[str, Any]:
    with session.services() as ask:
        return ask.mailbox_sync.sync_now(mailbox_id)


@blueprint.get("/api/syncs/<sync_id>")
@describes("How far the reading is", answer=Sync)
def sync(sync_id: str) -> dict[str, Any]:
    with session.services() as ask:
        return error_told(ask.mailbox_sync.sync(sync_id))


@blueprint.get("/api/syncs/<sync_id>/events")
@describes("The same as server-sent events, until it is done or failed", answer=Sync, produces="text/event-stream")
def sync_events(sync_id: str) -> Response:
    with session.services() as ask:
        first = ask.mailbox_sync.sync(sync_id)
    return live.stream(first, lambda ask: ask.mailbox_sync.sync(sync_id), ended=lambda sync: sync["state"] in ("done", "failed"))
