"""Files that a firm is moved in with: each is a job, of the service that owns what the file holds."""

from __future__ import annotations

import base64
from typing import Any

from flask import Blueprint, request

from gateway import session
from gateway.api.describing import describes
from services.contracts.csv_layouts import LAYOUTS, OWNERS, layout_of
from services.contracts.errors import Invalid
from services.contracts.schemas.jobs import Job

blueprint = Blueprint("imports", __name__)
FLAGS = {"true": True, "false": False, "": False}
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
    dry_run = FLAGS.get(form.get("dry_run", ""))
    if dry_run is None:
        raise Invalid.field("dry_run", "Solo se admite «true» o «false».")
    owner = OWNERS[layout_of(content, form.get("layout", ""))]
    with session.services() as ask:
        return getattr(ask, owner).import_file(base64.b64encode(content).decode(), form.get("layout", ""), dry_run)


def uploaded() -> bytes:
    file = request.files.get("file")
    if file is None:
        raise Invalid.field("file", "Adjunte el fichero en el campo «file» de un formulario multipart/form-data.")
    return file.read()


def only_known(names: Any) -> dict[str, str]:
    """The plain fields of the form; raises Invalid naming those that are not known, or repeated."""
    wrong = {name: ["Este dato no se conoce."] for name in (*request.form, *request.files) if name not in names}
    wrong |= {name: ["Está repetido."] for name, values in (*request.form.lists(), *request.files.lists()) if len(values) > 1}
    if wrong:
        raise Invalid("Hay datos que no son válidos.", wrong)
    return request.form.to_dict()
