"""Documents of clients on their way: part by part to the service that seals them, and from it. Nothing holds a whole one in memory.

Trap: a form with a file is read into a temporary file without a name, which the system frees when the request ends.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from typing import IO, Any, Final

from flask import Response, request

from gateway import session
from gateway.exports import sent
from services.contracts.errors import Invalid, NotAllowed
from services.contracts.schemas.documents import LARGEST, PART_BYTES
from services.contracts.sentences import said

NEEDS: Final = "notifications.process"
LARGEST_FORM = LARGEST + 100_000
"""With the parts of the form around the file."""


def uploaded_document(client_id: str) -> dict[str, Any]:
    """Keep the file of the form with the client; the answer is the document. Raises Invalid, and RequestEntityTooLarge while it is read."""
    session.signed_in()
    file = request.files.get("file")
    if file is None or not file.filename:
        raise Invalid.field("file", said("Adjunte el fichero en el campo «file» de un formulario multipart/form-data."))
    name = file.filename.replace("\\", "/").rpartition("/")[2]
    with session.services() as ask:
        return keep(ask, client_id, {"name": name}, file.stream)


def require_keeping(ask: Any) -> None:
    """For who first reads what is to be kept, where reading leaves a trace. Raises NotAllowed; `keep` does as well."""
    if NEEDS not in ask.access.me()["capabilities"]:
        raise NotAllowed(
            said(
                "Su rol no le permite hacer esto (falta «{capability}»). Pídaselo a quien administra los usuarios de su despacho.",
                capability=NEEDS,
            )
        )


def keep(ask: Any, client_id: str, new: dict[str, str], file: IO[bytes]) -> dict[str, Any]:
    begun = ask.notifications.add_document(client_id, new)
    digest, size = hashlib.sha256(), 0
    for number, part in enumerate(iter(lambda: file.read(PART_BYTES), b"")):
        ask.notifications.add_part(begun["id"], number, base64.b64encode(part).decode())
        digest.update(part)
        size += len(part)
    if not size:
        raise Invalid.field("file", said("El fichero está vacío."))
    return ask.notifications.finish_document(begun["id"], {"size": size, "sha256": digest.hexdigest()})


def content_of(document_id: str) -> Response:
    """Each part is asked for when the one before has left, on behalf of who may still see the client."""
    asking, pool = session.signed_in(), session.pool()
    with pool.services(asking) as ask:
        document = ask.notifications.read_document(document_id)

    def parts() -> Iterator[bytes]:
        for number in range(document["parts"]):
            with pool.services(asking) as ask:
                part = ask.notifications.document_part(document_id, number)
            yield base64.b64decode(part)

    response = sent(document["name"], "application/octet-stream", parts())
    response.content_length = document["size"]
    return response
