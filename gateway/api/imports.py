"""Files that a firm is moved in with: each is a job, of the service that owns what the file holds."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from gateway import session
from gateway.api.describing import describes
from gateway.api.uploads import dry_run_of, only_known, uploaded
from gateway.handing_over import hand_over_rows
from services.contracts.csv_layouts import LAYOUTS
from services.contracts.schemas.jobs import Job

blueprint = Blueprint("imports", __name__)
FORM = {
    "file": {"type": "string", "format": "binary"},
    "dry_run": {"type": "boolean", "default": False},
    "layout": {"type": "string", "enum": ["", *LAYOUTS], "default": ""},
}


@blueprint.post("/api/clients/import")
@describes(
    "Import a CSV of clients, groups or users, in our own layout or those of other managers; a dry run says what would become of each row",
    multipart=FORM,
    answer=Job,
    status=202,
    refusals=(401, 403, 413, 422, 429, 503),
)
def import_file() -> dict[str, Any]:
    content, form = uploaded(), only_known(FORM)
    dry_run = dry_run_of(form)
    with session.services() as ask:
        return hand_over_rows(ask, content, form.get("layout", ""), dry_run)
