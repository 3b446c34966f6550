"""DEHú through LEMA, the web service for Grandes Destinatarios (specification v3.0 of 19-03-2024): the listing, `Localiza`.

`Localiza` has no legal effect. The signing certificate says who asks and `nifTitular` whose mailbox it is: with the client's
own certificate both are the client; with a power or as the firm's Gran Destinatario one certificate names many holders. Traps:
50 rows an answer and `hayMasResultados` cannot be trusted, only the paging options can; `nifPeticion` must be who was asked
for; errors come as a Fault or as a normal answer, sometimes in no namespace; there is no expiry date; a date may lack its
offset and is Madrid's then. Invariant: a page that does not say everything the specification makes mandatory is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from lxml import etree

from services.contracts.sentences import said

from .. import soap, ws_security
from ..connecting import FIRST_YEAR, LAST_YEAR, BodySettings, Mailbox, Notice, Page, Party, UnexpectedAnswer, whole_listing
from ..identity import Identity
from ..lema_codes import refusal
from ..soap import children, text_of

PATH = "/ws/v2/lema"
ACTION = "https://administracionelectronica.gob.es/notifica/ws/lema/Localiza"
SPACE = "http://administracion.gob.es/punto-unico-notificaciones/"
ASK, TELL = f"{SPACE}localiza", f"{SPACE}respuestaLocaliza"
PAGING = "dehu.paginador."
KINDS = {"1": "communication", "2": "notification"}
LINKS = {"1": "holder", "2": "addressee", "3": "attorney"}
SUCCESS = "200"
LONGEST_REFERENCE, LONGEST_TAX_ID = 255, 50
MADRID = ZoneInfo("Europe/Madrid")
INTEGER = re.compile(r"\d{1,18}", re.ASCII)


def connect(settings: BodySettings) -> Dehu:
    """The connector, speaking to `settings.base_url`."""
    return Dehu(settings)


class Dehu:
    """Lists what is pending for a holder at DEHú. Opens nothing."""

    body = "dehu"

    def __init__(self, settings: BodySettings) -> None:
        self._settings = settings
        self.clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    def pages(self, mailbox: Mailbox, identity: Identity) -> Iterator[Page]:
        """Every page of what is pending for the holder; see `Connector.pages`."""
        return whole_listing(lambda number: self._page(mailbox, identity, number))

    def _page(self, mailbox: Mailbox, identity: Identity, number: int) -> Page:
        settings = self._settings
        message = identity.offload(_message, mailbox, number, identity, settings, self.clock())
        session = identity.session(settings.ca_file, settings.send_client_certificate)
        answer = soap.exchange(session, settings.base_url.rstrip("/") + PATH, ACTION, message, settings.timeout_s)
        if answer.fault is not None:
            raise refusal(soap.code_in(answer.fault), answer.fault, mailbox.via)
        fields = _answer_fields(answer, mailbox.via)
        if settings.verify_answers:
            _verify(answer, self.clock())
        return _read_page(fields, mailbox, answer.digest)


def _message(mailbox: Mailbox, number: int, identity: Identity, settings: BodySettings, now: datetime) -> bytes:
    ask = etree.Element(f"{{{ASK}}}Localiza", nsmap={"ns2": ASK})
    etree.SubElement(ask, f"{{{ASK}}}nifTitular").text = mailbox.holder_tax_id
    if mailbox.via == "own_certificate":
        # Both with one NIF asks for what is held and for what is only addressed; with another's certificate LEMA gives what is held alone.
        etree.SubElement(ask, f"{{{ASK}}}nifDestinatario").text = mailbox.holder_tax_id
    if number > 1:  # Whether the first page is 0 or 1 in a request is not written; without the option it is the first.
        options = etree.SubElement(ask, f"{{{ASK}}}opcionesLocaliza")
        etree.SubElement(options, f"{{{ASK}}}opcion", tipo=f"{PAGING}pagina").text = str(number)
    return ws_security.sign(ask, identity, now, settings.signature, settings.digest)


def _answer_fields(answer: soap.Answer, via: str) -> dict[str, ws_security.Element]:
    if answer.content.tag != f"{{{TELL}}}RespuestaLocaliza":
        raise UnexpectedAnswer("other_answer", said("La DEHú respondió a otra operación."))
    fields = children(answer.content)
    code = text_of(fields, "codigoRespuesta").strip()
    if code != SUCCESS:
        raise refusal(code, text_of(fields, "descripcionRespuesta"), via)
    return fields


def _verify(answer: soap.Answer, now: datetime) -> None:
    try:
        ws_security.verify(answer.envelope, now)
    except ws_security.BadSignature as bad:
        raise UnexpectedAnswer(
            "answer_signature",
            said("La firma de la respuesta de la DEHú no es válida ({bad}). Si es la fecha, compruebe la hora del servidor.", bad=bad),
        ) from bad


def _read_page(fields: dict[str, ws_security.Element], mailbox: Mailbox, digest: str) -> Page:
    if text_of(fields, "nifPeticion").strip().upper() != mailbox.holder_tax_id.upper():
        raise UnexpectedAnswer("other_holder", said("La DEHú respondió por un titular distinto del pedido."))
    text_of(fields, "hayMasResultados")
    number, pages, results = (_paging(fields, name) for name in ("paginaActual", "totalPag", "totalResultados"))
    notices = tuple(_read_notice(item, mailbox) for item in fields.get("envios", ()))
    if (pages == 0 and results > 0) or pages > max(results, 1):
        raise UnexpectedAnswer("paging", said("Los totales de páginas y de avisos que da la DEHú se contradicen."))
    return Page(number, max(pages, 1), results, notices, digest)


def _paging(fields: dict[str, ws_security.Element], name: str) -> int:
    options = fields.get("opcionesRespuestaLocaliza", ())
    found = [one.text or "" for one in options if one.get("tipo", "").strip() == PAGING + name]
    if len(found) != 1:
        raise UnexpectedAnswer("paging", said("La DEHú no dice cuántos avisos y páginas hay."))
    return _integer(found[0])


def _read_notice(item: ws_security.Element, mailbox: Mailbox) -> Notice:
    fields = children(item)
    holder = children(fields["titular"]) if "titular" in fields else {}
    notice = Notice(
        origin_code=str(_integer(text_of(fields, "codigoOrigen"))),
        reference=_within(LONGEST_REFERENCE, _said(text_of(fields, "identificador").strip())),
        kind=_one_of(KINDS, text_of(fields, "tipoEnvio")),
        link=_one_of(LINKS, text_of(fields, "vinculo")),
        subject=text_of(fields, "concepto"),
        description=_optional(fields, "descripcion"),
        issuer=_party(fields, "organismoEmisor"),
        issuer_root=_party(fields, "organismoEmisorRaiz"),
        holder_name=text_of(holder, "nombreTitular"),
        holder_tax_id=_within(LONGEST_TAX_ID, _optional(holder, "nifTitular").strip() or mailbox.holder_tax_id),
        available_at=_instant(text_of(fields, "fechaPuestaDisposicion")),
        public_metadata=_optional(fields, "metadatosPublicos"),
    )
    if soap.name_of(item) != "item" or (notice.link == "holder" and notice.holder_tax_id.upper() != mailbox.holder_tax_id.upper()):
        raise UnexpectedAnswer("row_of_another", said("La DEHú incluyó un aviso de un titular distinto del pedido."))
    return notice


def _party(fields: dict[str, ws_security.Element], name: str) -> Party:
    party = children(fields[name]) if name in fields else {}
    return Party(text_of(party, "codigoOrganismo").strip(), text_of(party, "nombreOrganismo"))


def _optional(fields: dict[str, ws_security.Element], name: str) -> str:
    return text_of(fields, name) if name in fields else ""


def _said(text: str) -> str:
    if not text:
        raise UnexpectedAnswer("empty_value", said("La DEHú dejó vacío un dato obligatorio."))
    return text


def _within(most: int, text: str) -> str:
    if len(text) > most:
        raise UnexpectedAnswer("unknown_value", said("La DEHú dio un valor que no consta en su guía."))
    return text


def _one_of(values: dict[str, str], text: str) -> str:
    if text.strip() not in values:
        raise UnexpectedAnswer("unknown_value", said("La DEHú dio un valor que no consta en su guía."))
    return values[text.strip()]


def _integer(text: str) -> int:
    if not INTEGER.fullmatch(text.strip()):
        raise UnexpectedAnswer("not_a_number", said("La DEHú dio un número que no lo es."))
    return int(text)


def _instant(text: str) -> datetime:
    try:
        day, clock = text.strip().split("T")
        moment = datetime.fromisoformat(f"{day}T{clock}")
        moment = (moment if moment.tzinfo else moment.replace(tzinfo=MADRID)).astimezone(UTC)
        if not FIRST_YEAR <= moment.year <= LAST_YEAR:
            raise ValueError("a year of no notice")
        return moment
    except (ValueError, OverflowError) as bad:
        raise UnexpectedAnswer("not_a_date", said("La DEHú dio una fecha que no se entiende.")) from bad
