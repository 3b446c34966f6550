"""The papers of an item that is done: its annexes, its receipt, and the document once more. None of these has legal effect."""

from __future__ import annotations

import base64
from datetime import timedelta

from ..mailboxes import EXPIRED, PENDING, Document, Notice
from ..pages import one_page_pdf
from .attachments import as_one, attached
from .codes import WORDS, Refused
from .visits import Reply, Visit, annexes_of, bare, documents_of, hash_of, item_of, result_of, same_person, shown
from .xml import LEMA, XOP, Writer


def consulta_anexos(visit: Visit) -> Reply:
    """RespuestaConsultaAnexos: one annex of an item that was opened."""
    notice = _done(visit, item_of(visit, "4201"))
    same_person(visit, "nifReceptor")
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
            write.tree("documento", write("nombre", annex.name), write.file(file.content_id), write("mimeType", bare(annex.mime))),
        ),
        file,
    )


def consulta_acuse_pdf(visit: Visit) -> Reply:
    """RespuestaConsultaAcusePdf: the receipt of an item that is done, expired ones too."""
    notice = item_of(visit, "4223")
    same_person(visit, "nifReceptor")
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
    notice = item_of(visit, "4201")
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
    document, write = as_one(documents_of(notice)), Writer("cre")
    file = attached(document)
    content = (
        f'<cre:contenido><cre:contenido contentType="{document.mime}"><xop:Include xmlns:xop="{XOP}" href="cid:{file.content_id}">'
        f"</xop:Include></cre:contenido>{write('tipoMIME', document.mime)}</cre:contenido>"
    )
    return Reply(
        write.answer(
            "RespuestaConsultaRealizadas",
            LEMA + "consultaRealizadas",
            *result_of(write, notice),
            write("postal", "false"),
            write("fechaUltimoEstado", shown(done_at)),
            write.tree(
                "documento", write("nombre", document.name), content, hash_of(write, visit, document), write("mimeType", document.mime)
            ),
            annexes_of(write, notice),
        ),
        file,
        mtom=True,
    )


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


def _from_base64(value: str, refusal: str) -> str:
    try:
        return base64.b64decode(value, validate=True).decode()
    except ValueError:
        raise Refused(refusal) from None
