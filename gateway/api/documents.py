"""Documents that the firm's people keep with a client."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from gateway import session
from gateway.api.describing import describes
from gateway.api.shapes import listed
from gateway.documents import LARGEST_FORM, content_of, uploaded_document
from services.contracts.schemas.documents import Document

blueprint = Blueprint("documents", __name__)
FORM = {"file": {"type": "string", "format": "binary"}}


@blueprint.get("/api/clients/<client_id>/documents")
@describes("The client's documents, newest first", answer=listed(Document))
def of_client(client_id: str) -> dict[str, Any]:
    with session.services() as ask:
        return {"items": ask.notifications.documents(client_id)}


@blueprint.post("/api/clients/<client_id>/documents")
@describes(
    "Keep a document with the client, sealed at rest; at most 50 MB",
    multipart=FORM,
    answer=Document,
    status=201,
    largest=LARGEST_FORM,
    refusals=(401, 403, 404, 413, 422, 429, 503),
)
def add(client_id: str) -> dict[str, Any]:
    return uploaded_document(client_id)


@blueprint.get("/api/documents/<document_id>/content")
@describes("The document itself; the trail has who read it", produces="application/octet-stream")
def content(document_id: str) -> Response:
    return content_of(document_id)
