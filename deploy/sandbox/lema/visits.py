"""One request on its way through LEMA: who asks what (`Visit`), what comes back (`Reply`), and the pieces that answers share."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..mailboxes import MADRID, Document, Notice, UnknownNotice
from ..pages import one_page_pdf
from ..world import World
from .attachments import Attachment
from .codes import Refused
from .shapes import Asking
from .xml import Writer

BODY = "dehu"


@dataclass(frozen=True)
class Visit:
    """One verified request: who asks what of the world, and the faults that strike it."""

    world: World
    asking: Asking
    certificate: str
    struck: dict[str, Any]


@dataclass(frozen=True)
class Reply:
    """An answer's XML, its code, and the file that goes with it."""

    xml: str
    attachment: Attachment | None = None
    mtom: bool = False
    code: str = "200"


def shown(instant: datetime) -> str:
    """An instant as the answers of LEMA write it: Madrid's time with its offset."""
    return instant.astimezone(MADRID).isoformat(timespec="seconds")


def item_of(visit: Visit, absent: str) -> Notice:
    """The item asked for, when this certificate may know of it. Raises Refused `absent`."""
    try:
        notice = visit.world.mailboxes.find(BODY, visit.asking.get("identificador"))
    except UnknownNotice:
        raise Refused(absent) from None
    is_addressee = visit.certificate == notice.addressee_tax_id
    may_know = is_addressee or visit.world.registrations.may_ask_for(visit.certificate, notice.holder_tax_id)
    if str(notice.origin_code) != visit.asking.get("codigoOrigen") or not may_know:
        raise Refused(absent)
    return notice


def same_person(visit: Visit, field: str) -> None:
    """Raises Refused 4101 unless `field` is the certificate's own NIF."""
    if visit.asking.get(field) != visit.certificate:
        raise Refused("4101", field)


def documents_of(notice: Notice) -> tuple[Document, ...]:
    """The files put with the notice, or one made of its subject."""
    made = one_page_pdf([notice.issuer.name, notice.subject, f"{notice.holder_name} - {notice.holder_tax_id}", notice.reference])
    return notice.documents or (Document("notificacion.pdf", "application/pdf", made),)


def result_of(write: Writer, notice: Notice) -> tuple[str, ...]:
    """The children that open an answer about one item."""
    return (
        write("codigoRespuesta", "200"),
        write("descripcionRespuesta", "OK"),
        write("identificador", notice.reference),
        write("codigoOrigen", notice.origin_code),
    )


def hash_of(write: Writer, visit: Visit, document: Document) -> str:
    """Base64 of the hexadecimal SHA-256, as the official examples have it."""
    content = document.content + b"?" if "wrong_hash" in visit.struck else document.content
    shown_hash = base64.b64encode(hashlib.sha256(content).hexdigest().encode()).decode()
    return write.tree("hashDocumento", write("hash", shown_hash), write("algoritmoHash", "sha256"))


def annexes_of(write: Writer, notice: Notice) -> str:
    """The references by which annexes are asked for; nothing without annexes."""
    if not notice.annexes:
        return ""
    references = (
        write.tree(
            "anexoReferencia",
            write("nombre", annex.name),
            write("mimeType", bare(annex.mime)),
            write("referenciaDocumento", base64.b64encode(annex.reference.encode()).decode()),
        )
        for annex in notice.annexes
    )
    return write.tree("anexos", write.tree("anexosReferencia", *references))


def bare(mime: str) -> str:
    """A PDF's type is the bare word `pdf` in the official samples."""
    return "pdf" if mime == "application/pdf" else mime
