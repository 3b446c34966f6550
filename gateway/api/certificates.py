"""Certificates of a client and of the firm."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from flask import Blueprint, request

from gateway import session
from gateway.api.describing import describes
from gateway.api.shapes import listed
from gateway.api.uploads import dry_run_of, only_known, uploaded
from gateway.certificate_zips import entries_of
from gateway.handing_over import hand_over, hand_over_many
from services.contracts.errors import Invalid
from services.contracts.schemas.certificates import Certificate, ImportedCertificate
from services.contracts.schemas.jobs import Job
from services.contracts.sentences import said

blueprint = Blueprint("certificates", __name__)
FORM = {"file": {"type": "string", "format": "binary"}, "password": {"type": "string"}}
MANY = {
    "file": {"type": "string", "format": "binary"},
    "password": {"type": "string", "default": ""},
    "passwords": {"type": "string", "format": "binary", "default": ""},
    "dry_run": {"type": "boolean", "default": False},
}
FIRM = ""


def imported(client_id: str) -> dict[str, Any]:
    file = request.files.get("file")
    if file is None:
        raise Invalid.field("file", said("Adjunte el fichero .p12 o .pfx del certificado."))
    with session.services() as ask:
        return hand_over(ask, client_id, base64.b64encode(file.read()).decode(), request.form.get("password", ""))


@blueprint.get("/api/clients/<client_id>/certificates")
@describes("The client's certificates", answer=listed(Certificate))
def of_client(client_id: str) -> dict[str, Any]:
    with session.services() as ask:
        return {"items": ask.keyring.certificates(client_id)}


@blueprint.post("/api/clients/<client_id>/certificates")
@describes(
    "Import the client's certificate from a PKCS#12 file",
    multipart=FORM,
    answer=ImportedCertificate,
    status=201,
    refusals=(401, 403, 404, 413, 422, 429, 503),
)
def import_for_client(client_id: str) -> dict[str, Any]:
    return imported(client_id)


@blueprint.delete("/api/clients/<client_id>/certificates/<certificate_id>")
@describes("Remove a certificate: its key is destroyed", status=204)
def remove_from_client(client_id: str, certificate_id: str) -> None:
    with session.services() as ask:
        ask.keyring.remove_certificate(client_id, certificate_id)


@blueprint.get("/api/certificates")
@describes("The firm's own certificates", answer=listed(Certificate))
def of_firm() -> dict[str, Any]:
    with session.services() as ask:
        return {"items": ask.keyring.certificates(FIRM)}


@blueprint.post("/api/certificates")
@describes(
    "Import the firm's own certificate",
    multipart=FORM,
    answer=ImportedCertificate,
    status=201,
    refusals=(401, 403, 404, 413, 422, 429, 503),
)
def import_for_firm() -> dict[str, Any]:
    return imported(FIRM)


@blueprint.delete("/api/certificates/<certificate_id>")
@describes("Remove one of the firm's certificates", status=204)
def remove_from_firm(certificate_id: str) -> None:
    with session.services() as ask:
        ask.keyring.remove_certificate(FIRM, certificate_id)


@blueprint.post("/api/certificates/import")
@describes(
    "Import the certificates of many clients from a ZIP; each is its client's whose NIF it carries",
    multipart=MANY,
    answer=Job,
    status=202,
    refusals=(401, 403, 413, 422, 429, 503),
)
def import_many() -> dict[str, Any]:
    content, form, beside = uploaded(), only_known(MANY), request.files.get("passwords")
    entries = entries_of(content, form.get("password", ""), beside.read() if beside else None)
    with session.services() as ask:
        return hand_over_many(ask, entries, hashlib.sha256(content).hexdigest(), dry_run_of(form))
