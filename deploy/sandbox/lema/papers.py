"""The operations on one item: the legal act (`PeticionAcceso`) and the papers that follow it.

Invariant: only `open_notice` changes a notice's state, and it does so through `Mailboxes.open`, which records the act. The state is
looked at before the act and the act is refused by its own answer when another request was faster.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from datetime import timedelta

from ..mailboxes import EXPIRED, PENDING, Document, Notice, UnknownNotice
from ..pages import one_page_pdf
from .attachments import Attachment, as_one, attached
from .codes import WORDS, Refused
from .listings import BODY, Visit, shown
from .xml import LEMA, XOP, Writer


@dataclass(frozen=True)
class Reply:
    """An answer's XML and the file that goes with it."""

    xml: str
    attachment: Attachment | None = None
    mtom: bool = False
    code: str = "200"


def peticion_acceso(visit: Visit) -> Reply:
    """RespuestaPeticionAcceso: the notice is opened, with legal effect, and its document handed over."""
    notice = _item(visit, "4201")
    _same_person(visit, "nifReceptor")
    if visit.asking.get("evento") != "1":
        raise Refused("4208")
    if visit.asking.values["concepto"] != notice.subject:
        raise Refused("4204")
    if notice.state == PENDING and visit.world.mailboxes.open(notice, "PeticionAcceso", visit.certificate):
        return _opened(visit, notice)
    if notice.opened_elsewhere:
        return _opened_elsewhere(notice)
    if notice.state == EXPIRED:
        raise Refused("4310")
    raise Refused("4209" if notice.is_notification else "4210")


def consulta_anexos(visit: Visit) -> Reply:
    """RespuestaConsultaAnexos: one annex of an item that was opened."""
    notice = _done(visit, _item(visit, "4201"))
    _same_person(visit, "nifReceptor")
    write = Writer("ns1")
    if not notice.annexes:
        return Reply(
            write.answer(
                "RespuestaConsultaAnexos",
                LEMA + "respuestaConsultaAnexos",
                write("codigoRespuesta", "3015"),
                write("descripcionRespuesta", WORDS["3015"]),
            ),
            code="3015",
        )
    wanted = _from_base64(visit.asking.get("referencia"), "4215")
    annex = next((annex for annex in notice.annexes if annex.reference == wanted), None)
    if annex is None:
        raise Refused("4214")
    file = attached(annex)
    return Reply(
        write.answer(
            "RespuestaConsultaAnexos",
            LEMA + "respuestaConsultaAnexos",
            write("codigoRespuesta", "200"),
            write("descripcionRespuesta", "Consulta realizada con éxito"),
            write.tree("documento", write("nombre", annex.name), write.file(file.content_id), write("mimeType", _bare(annex.mime))),
        ),
        file,
    )


def consulta_acuse_pdf(visit: Visit) -> Reply:
    """RespuestaConsultaAcusePdf: the receipt of an item that is done, expired ones too."""
    notice = _item(visit, "4223")
    _same_person(visit, "nifReceptor")
    if notice.state == PENDING:
        raise Refused("4308")
    _in_time(visit, notice)
    csv = visit.asking.get("csvResguardo")
    if not csv:
        csv = _from_base64(visit.asking.get("referencia"), "4222")
    if csv != notice.csv:
        raise Refused("4219" if visit.asking.get("csvResguardo") else "4221")
    receipt = Document(
        f"CERTIFICACION_PDF_{notice.reference}.pdf",
        "application/pdf",
        one_page_pdf(["Acuse (sandbox)", notice.subject, notice.state, shown(notice.done_at or notice.available_at), notice.csv]),
    )
    file, write = attached(receipt), Writer("ns1")
    return Reply(
        write.answer(
            "RespuestaConsultaAcusePdf",
            LEMA + "respuestaConsultaAcusePdf",
            write("codigoRespuesta", "200"),
            write("descripcionRespuesta", "Consulta realizada con éxito"),
            write.tree(
                "acusePdf",
                write("nombreAcuse", receipt.name),
                write.file(file.content_id),
                write("mimeType", receipt.mime),
                write("metadatos", notice.csv),
            ),
        ),
        file,
    )


def consulta_realizadas(visit: Visit) -> Reply:
    """RespuestaConsultaRealizadas: the document again, at most three times and not after 16 days; its hash is the official form."""
    notice = _item(visit, "4201")
    settings = visit.world.settings
    if visit.asking.values["concepto"] != notice.subject:
        raise Refused("4204")
    _done(visit, notice, in_time=False)
    if notice.opened_elsewhere:
        raise Refused("4307")
    done_at = notice.done_at or notice.available_at
    if done_at < visit.world.clock.now() - timedelta(days=settings.realized_days):
        raise Refused("4224", shown(done_at))
    if not visit.world.mailboxes.read_again(notice, settings.reads):
        raise Refused("4225")
    document, write = as_one(_documents(notice)), Writer("cre")
    file = attached(document)
    content = (
        f'<cre:contenido><cre:contenido contentType="{document.mime}"><xop:Include xmlns:xop="{XOP}" href="cid:{file.content_id}">'
        f"</xop:Include></cre:contenido>{write('tipoMIME', document.mime)}</cre:contenido>"
    )
    return Reply(
        write.answer(
            "RespuestaConsultaRealizadas",
            LEMA + "consultaRealizadas",
            *_result(write, notice),
            write("postal", "false"),
            write("fechaUltimoEstado", shown(done_at)),
            write.tree(
                "documento", write("nombre", document.name), content, _hash(write, visit, document), write("mimeType", document.mime)
            ),
            _annexes(write, notice),
        ),
        file,
        mtom=True,
    )


def _opened(visit: Visit, notice: Notice) -> Reply:
    document, write = as_one(_documents(notice)), Writer("ns1")
    file = attached(document)
    return Reply(
        write.answer(
            "RespuestaPeticionAcceso",
            LEMA + "respuestaPeticionAcceso",
            *_result(write, notice),
            write("fechaEvento", shown(notice.done_at or visit.world.clock.now())),
            write.tree(
                "documento",
                write("nombre", document.name),
                write.file(file.content_id),
                _hash(write, visit, document),
                write("mimeType", document.mime),
                write("csvResguardo", notice.csv),
            ),
            _annexes(write, notice),
        ),
        file,
    )


def _opened_elsewhere(notice: Notice) -> Reply:
    """4307 as the official example shows it: a normal answer with the document, its children in no namespace."""
    document, bare = as_one(_documents(notice)), Writer("")
    file = attached(document)
    children = (
        bare("codigoRespuesta", "4307"),
        bare("descripcionRespuesta", "Comparecencia no realizada: Envío comparecido por otra vía"),
        bare("identificador", notice.reference),
        bare("codigoOrigen", notice.origin_code),
        bare("fechaEvento", shown(notice.done_at or notice.available_at)),
        bare.tree("documento", bare("nombre", document.name), bare.file(file.content_id)),
    )
    return Reply(Writer("ns1").answer("RespuestaPeticionAcceso", LEMA + "respuestaPeticionAcceso", *children), file, code="4307")


def _item(visit: Visit, absent: str) -> Notice:
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


def _same_person(visit: Visit, field: str) -> None:
    if visit.asking.get(field) != visit.certificate:
        raise Refused("4101", field)


def _done(visit: Visit, notice: Notice, *, in_time: bool = True) -> Notice:
    if notice.state == PENDING:
        raise Refused("4308")
    if notice.state == EXPIRED:
        raise Refused("4309")
    if in_time:
        _in_time(visit, notice)
    return notice


def _in_time(visit: Visit, notice: Notice) -> None:
    """Annexes and receipt are refused a settable time after the item was made available; by default never."""
    limit = visit.world.settings.papers_within_s
    if limit is not None and visit.world.clock.now() > notice.available_at + timedelta(seconds=limit):
        raise Refused("4309")


def _documents(notice: Notice) -> tuple[Document, ...]:
    made = one_page_pdf([notice.issuer.name, notice.subject, f"{notice.holder_name} - {notice.holder_tax_id}", notice.reference])
    return notice.documents or (Document("notificacion.pdf", "application/pdf", made),)


def _result(write: Writer, notice: Notice) -> tuple[str, ...]:
    return (
        write("codigoRespuesta", "200"),
        write("descripcionRespuesta", "OK"),
        write("identificador", notice.reference),
        write("codigoOrigen", notice.origin_code),
    )


def _hash(write: Writer, visit: Visit, document: Document) -> str:
    """Base64 of the hexadecimal SHA-256, as the official examples have it."""
    content = document.content + b"?" if "wrong_hash" in visit.struck else document.content
    shown_hash = base64.b64encode(hashlib.sha256(content).hexdigest().encode()).decode()
    return write.tree("hashDocumento", write("hash", shown_hash), write("algoritmoHash", "sha256"))


def _annexes(write: Writer, notice: Notice) -> str:
    if not notice.annexes:
        return ""
    references = (
        write.tree(
            "anexoReferencia",
            write("nombre", annex.name),
            write("mimeType", _bare(annex.mime)),
            write("referenciaDocumento", base64.b64encode(annex.reference.encode()).decode()),
        )
        for annex in notice.annexes
    )
    return write.tree("anexos", write.tree("anexosReferencia", *references))


def _bare(mime: str) -> str:
    return "pdf" if mime == "application/pdf" else mime


def _from_base64(value: str, refusal: str) -> str:
    try:
        return base64.b64decode(value, validate=True).decode()
    except ValueError:
        raise Refused(refusal) from None
