"""The trail, and what it takes to check it without trusting anybody."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from gateway import exports, session
from gateway.api.describing import describes
from services.contracts.schemas.audit import (
    Between,
    CheckpointWanted,
    ConsistencyProof,
    EntriesPage,
    Entry,
    InclusionProof,
    ShownCheckpoint,
)
from services.contracts.schemas.paging import paged

blueprint = Blueprint("audit", __name__)
UNSIGNED = (401, 403, 404, 409, 422, 429, 503)


@blueprint.get("/api/audit")
@describes("The entries of the firm's trail", query=EntriesPage, answer=paged(Entry))
def entries(page: dict[str, Any]) -> dict[str, Any]:
    with session.services() as ask:
        return ask.audit.entries(page)


@blueprint.get("/api/audit/checkpoint")
@describes(
    "The latest signed checkpoint of the trail, or one by its size", query=CheckpointWanted, answer=ShownCheckpoint, refusals=UNSIGNED
)
def checkpoint(wanted: dict[str, Any]) -> dict[str, Any]:
    with session.services() as ask:
        return ask.audit.checkpoint(wanted["size"])


@blueprint.get("/api/audit/proof/<entry_id>")
@describes("That an entry is in the trail of a checkpoint", query=CheckpointWanted, answer=InclusionProof, refusals=UNSIGNED)
def proof(entry_id: str, wanted: dict[str, Any]) -> dict[str, Any]:
    with session.services() as ask:
        return ask.audit.proof(entry_id, wanted["size"])


@blueprint.get("/api/audit/consistency")
@describes("That the trail of one checkpoint is the beginning of another's", query=Between, answer=ConsistencyProof, refusals=UNSIGNED)
def consistency(wanted: dict[str, Any]) -> dict[str, Any]:
    with session.services() as ask:
        return ask.audit.consistency(wanted["first"], wanted["second"])


@blueprint.get("/api/audit/export")
@describes("All of the trail, for a verifier; the trail has it first (docs/audit.md)", produces=exports.JSON_LINES)
def export() -> Response:
    with session.services() as ask:
        begun = ask.audit.export()
    return exports.json_lines("rastro", begun["line"], begun["size"], lambda ask, after: ask.audit.exported(after, begun["size"]))
