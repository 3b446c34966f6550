"""The Tablón Edictal Único: what named a client, and which days were read."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from gateway import session
from gateway.api.describing import describes
from services.contracts.schemas import checked
from services.contracts.schemas.edicts import Coverage, Edict, EdictsPage, ReadDay, ReadingJob, Source
from services.contracts.schemas.paging import paged

blueprint = Blueprint("edicts", __name__)


@blueprint.get("/api/edicts")
@describes("The edicts that name clients whom I may see", query=EdictsPage, answer=paged(Edict))
def edicts(page: dict[str, Any]) -> dict[str, Any]:
    with session.services() as ask:
        return ask.teu_watcher.edicts(page)


@blueprint.get("/api/edicts/coverage")
@describes("Which days were read whole, and the gaps", answer=Coverage)
def coverage() -> dict[str, Any]:
    with session.services() as ask:
        return ask.teu_watcher.coverage()


@blueprint.get("/api/edicts/source")
@describes("Whether the bulletin is read, and why not", answer=Source)
def source() -> dict[str, Any]:
    with session.services() as ask:
        return ask.teu_watcher.source()


@blueprint.get("/api/edicts/<edict_id>")
@describes("One edict, with the row that names the client", answer=Edict)
def edict(edict_id: str) -> dict[str, Any]:
    with session.services() as ask:
        return ask.teu_watcher.edict(edict_id)


@blueprint.post("/api/edicts/read")
@describes("Read one day of the bulletin now", body=ReadDay, answer=ReadingJob, status=202)
def read(body: dict[str, Any]) -> dict[str, Any]:
    checked(ReadDay, body)
    with session.services() as ask:
        return ask.teu_watcher.read_day(body["date"])
