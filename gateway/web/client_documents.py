"""A client's documents in its window: a new one from a file, and each to download. What is shown of them is in `client_record`."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request
from flask_babel import gettext

from gateway import session
from gateway.documents import LARGEST_FORM, content_of, uploaded_document
from gateway.web.client_record import Beside, record_window
from gateway.web.client_window import address_of
from gateway.web.notices import then
from services.contracts.errors import Conflict, Invalid, TooLarge


def register(pages: Blueprint) -> None:
    pages.add_url_rule("/clientes/<client_id>/documentos", view_func=add_document, methods=["POST"])
    pages.add_url_rule("/documentos/<document_id>", view_func=document)


def add_document(client_id: str) -> Any:
    request.max_content_length = LARGEST_FORM
    try:
        made = uploaded_document(client_id)
    except (Invalid, TooLarge, Conflict) as refusal:
        beside = Beside.of(client_id)
        with session.services() as ask:
            return record_window(ask, ask.clients.client(client_id), beside, document_refusal=refusal)
    return then(f"{address_of(client_id)}#documents", gettext("Documento guardado: %(name)s", name=made["name"]))


def document(document_id: str) -> Any:
    return content_of(document_id)
