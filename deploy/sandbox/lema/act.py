"""`PeticionAcceso`, the legal act: a pending notice is opened and its document handed over.

Invariant: this is the only operation of LEMA that changes a notice, and it does so through `Mailboxes.open`, which records the act
under the same lock; of two requests at once one opens and the other is told that it came late.
"""

from __future__ import annotations

from ..mailboxes import EXPIRED, PENDING, Notice
from .attachments import as_one, attached
from .codes import Refused
from .visits import Reply, Visit, annexes_of, documents_of, hash_of, item_of, result_of, same_person, shown
from .xml import LEMA, Writer


def peticion_acceso(visit: Visit) -> Reply:
    """RespuestaPeticionAcceso: the notice is opened, with legal effect, and its document handed over."""
    notice = item_of(visit, "4201")
    same_person(visit, "nifReceptor")
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


def _opened(visit: Visit, notice: Notice) -> Reply:
    document, write = as_one(documents_of(notice)), Writer("ns1")
    file = attached(document)
    return Reply(
        write.answer(
            "RespuestaPeticionAcceso",
            LEMA + "respuestaPeticionAcceso",
            *result_of(write, notice),
            write("fechaEvento", shown(notice.done_at or visit.world.clock.now())),
            write.tree(
                "documento",
                write("nombre", document.name),
                write.file(file.content_id),
                hash_of(write, visit, document),
                write("mimeType", document.mime),
                write("csvResguardo", notice.csv),
            ),
            annexes_of(write, notice),
        ),
        file,
    )


def _opened_elsewhere(notice: Notice) -> Reply:
    """4307 as the official example shows it: a normal answer with the document, its children in no namespace."""
    document, bare = as_one(documents_of(notice)), Writer("")
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
