"""The trail."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from gateway import session
from gateway.api.describing import describes
from services.contracts.schemas.audit import EntriesPage, Entry
from services.contracts.schemas.paging import paged

blueprint = Blueprint("audit", __name__)


@blueprint.get("/api/audit")
@describes("The entries of the firm's trail", query=EntriesPage, answer=paged(Entry))
def entries(page: dict[str, Any]) -> dict[str, Any]:
    with session.services() as ask:
        return ask.audit.entries(page)
