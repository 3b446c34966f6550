"""Clients and what hangs on them: groups, notifications."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from gateway import exports, session
from gateway.api.describing import describes
from gateway.api.shapes import listed
from services.contracts.errors import Away, NotFound
from services.contracts.schemas import checked
from services.contracts.schemas.clients import Client, ClientChanges, ClientGroups, ClientsExport, ClientsPage, GroupOfClient, NewClient
from services.contracts.schemas.notifications import Notification, NotificationsPage
from services.contracts.schemas.paging import paged

blueprint = Blueprint("clients", __name__)
USES = ("uses", "last_used_at")


@blueprint.get("/api/clients")
@describes("The clients that I may see", query=ClientsPage, answer=paged(Client))
def clients(page: dict[str, Any]) -> dict[str, Any]:
    with session.services() as ask:
        return ask.clients.clients(page)


@blueprint.post("/api/clients")
@describes("A new client", body=NewClient, answer=Client, status=201)
def register(body: dict[str, Any]) -> dict[str, Any]:
    with session.services() as ask:
        return ask.clients.register(body)


@blueprint.get("/api/clients/export.csv")
@describes("The same as a file that can be imported again; the trail has it first", query=ClientsExport, produces="text/csv")
def export(wanted: dict[str, Any]) -> Response:
    with session.services() as ask:
        return exported(ask.clients.export(wanted))


def exported(begun: dict[str, Any]) -> Response:
    return exports.csv("clientes", begun["head"], begun["client_ids"], lambda ask, some: ask.clients.export_rows(some))


@blueprint.get("/api/clients/<client_id>")
@describes("One client", answer=Client)
def client(client_id: str) -> dict[str, Any]:
    with session.services() as ask:
        found = ask.clients.client(client_id)
    return found | {"certificate": found["certificate"] and with_its_uses(client_id, found["certificate"])}


def with_its_uses(client_id: str, card: dict[str, Any]) -> dict[str, Any]:
    """How often it was used is known by the keyring; the card goes without while that is away, or has not yet heard who sees the client."""
    try:
        with session.services() as ask:
            kept = ask.keyring.certificates(client_id)
    except (Away, NotFound):
        return card
    return card | next(({name: one[name] for name in USES} for one in kept if one["id"] == card["id"]), {})


@blueprint.patch("/api/clients/<client_id>")
@describes("Change a client", body=ClientChanges, answer=Client)
def change(client_id: str, body: dict[str, Any]) -> dict[str, Any]:
    with session.services() as ask:
        return ask.clients.change(client_id, body)


@blueprint.delete("/api/clients/<client_id>")
@describes("Archive a client: nothing with legal weight is deleted", status=204)
def archive(client_id: str) -> None:
    with session.services() as ask:
        ask.clients.archive(client_id)


@blueprint.post("/api/clients/<client_id>/restore")
@describes("Bring an archived client back; 409 when its tax id is another client's by now", answer=Client)
def restore(client_id: str) -> dict[str, Any]:
    with session.services() as ask:
        return ask.clients.restore(client_id)


@blueprint.get("/api/clients/<client_id>/groups")
@describes("The groups that the client is in, among those that I may see", answer=listed(GroupOfClient))
def groups(client_id: str) -> dict[str, Any]:
    with session.services() as ask:
        return {"items": ask.clients.client(client_id)["groups"]}


@blueprint.put("/api/clients/<client_id>/groups")
@describes("Say which groups the client is in", body=ClientGroups, answer=listed(GroupOfClient))
def set_groups(client_id: str, body: dict[str, Any]) -> dict[str, Any]:
    with session.services() as ask:
        ask.clients.client(client_id)  # What may not be seen is not found, whatever is sent.
        if not ask.clients.set_groups(client_id, checked(ClientGroups, body)["group_ids"]):
            # Taken out of the last group that they share, the client is out of the asker's sight from here on.
            return {"items": []}
        return {"items": ask.clients.client(client_id)["groups"]}


@blueprint.get("/api/clients/<client_id>/notifications")
@describes("Every notification ever received for the client", query=NotificationsPage, answer=paged(Notification))
def notifications(client_id: str, page: dict[str, Any]) -> dict[str, Any]:
    with session.services() as ask:
        return ask.notifications.notifications(page | {"client": client_id})
