"""The settings of the firm, and its logo."""

from __future__ import annotations

import base64
from typing import Any

from flask import Blueprint, Response, request

from gateway import session
from gateway.api.describing import describes
from services.contracts.errors import Invalid
from services.contracts.schemas.settings import Settings, SettingsChanges
from services.contracts.sentences import said

blueprint = Blueprint("settings", __name__)
FORM = {"file": {"type": "string", "format": "binary"}}


@blueprint.get("/api/settings")
@describes("The settings of the firm", answer=Settings)
def settings() -> dict[str, Any]:
    with session.services() as ask:
        return ask.access.settings()


@blueprint.patch("/api/settings")
@describes("Change the settings of the firm", body=SettingsChanges, answer=Settings)
def change_settings(body: dict[str, Any]) -> dict[str, Any]:
    with session.services() as ask:
        require_read(ask, body.get("default_mailboxes"))
        return ask.access.change_settings(body)


def require_read(ask: Any, mailboxes: Any) -> None:
    """Raises Invalid for a body that is not read yet: its mailboxes would not be added, and the firm would believe that they are."""
    wanted = mailboxes if isinstance(mailboxes, list) else []
    named = [(number, str(one.get("body"))) for number, one in enumerate(wanted) if isinstance(one, dict)]
    unread = {body["id"]: body["name"] for body in ask.mailbox_sync.bodies() if not body["is_read"]} if named else {}
    faults = {
        f"default_mailboxes.{number}.body": [said("Los buzones de {body} aún no se leen.", body=unread[id])]
        for number, id in named
        if id in unread
    }
    if faults:
        raise Invalid(said("Hay datos que no son válidos."), faults)


@blueprint.get("/api/settings/logo")
@describes("The logo of the firm, PNG or JPEG", produces="image/*")
def logo() -> Response:
    with session.services() as ask:
        found = ask.access.logo()
    return Response(base64.b64decode(found["content_base64"]), mimetype=found["media_type"])


@blueprint.put("/api/settings/logo")
@describes("Set the logo of the firm: PNG or JPEG of at most 200 kB", multipart=FORM, answer=Settings)
def set_logo() -> dict[str, Any]:
    file = request.files.get("file")
    if file is None:
        raise Invalid.field("file", said("Adjunte la imagen, PNG o JPEG."))
    with session.services() as ask:
        return ask.access.set_logo(base64.b64encode(file.read()).decode())


@blueprint.delete("/api/settings/logo")
@describes("Remove the logo of the firm", answer=Settings)
def remove_logo() -> dict[str, Any]:
    with session.services() as ask:
        return ask.access.remove_logo()
