"""A client's certificate in its window: a new one from a file, and removal. What is shown of them is in `client_record`."""

from __future__ import annotations

from typing import Any

from flask import Blueprint
from flask_babel import gettext

from gateway import session
from gateway.api.certificates import imported
from gateway.sentences import told
from gateway.web.client_record import Beside, record_window
from gateway.web.client_window import address_of
from gateway.web.notices import then
from services.contracts.errors import Invalid, TooLarge, TooMany


def register(pages: Blueprint) -> None:
    pages.add_url_rule("/clientes/<client_id>/certificados", view_func=import_certificate, methods=["POST"])
    pages.add_url_rule("/clientes/<client_id>/certificados/<certificate_id>/quitar", view_func=remove_certificate, methods=["POST"])


def import_certificate(client_id: str) -> Any:
    try:
        made = imported(client_id)
    except (Invalid, TooLarge, TooMany) as refusal:
        beside = Beside.of(client_id)
        with session.services() as ask:
            return record_window(ask, ask.clients.client(client_id), beside, certificate_refusal=refusal)
    sentences = [gettext("Certificado guardado."), *(told(warning["message"]) for warning in made["warnings"])]
    return then(address_of(client_id), " ".join(sentences))


def remove_certificate(client_id: str, certificate_id: str) -> Any:
    with session.services() as ask:
        ask.keyring.remove_certificate(client_id, certificate_id)
    return then(address_of(client_id), gettext("Certificado eliminado."))
