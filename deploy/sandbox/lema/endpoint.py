"""A LEMA request from bytes to bytes: read, verified, counted, struck by faults, answered and signed.

The order is a body's: transport (client certificate of TLS), structure, signature, registration, then the operation's own rules.
Invariant: every request that reaches here is counted once in the journal, with the code or the fault that answered it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from ..authority import Authority
from ..faults import FORBIDDEN, instead_of_answer, lost_on_the_way, slowed
from ..wire import Answer, Request
from ..world import Asked, World
from . import act, listings, papers
from .attachments import framed
from .codes import DAILY_LIMIT, Refused
from .seal import AnswerSigner
from .security import Verifier
from .shapes import Asking, check, read_asking, read_envelope
from .visits import BODY, Reply, Visit
from .xml import SOAP, text

_OPERATIONS = {
    "Localiza": lambda visit: Reply(listings.localiza(visit)),
    "LocalizaRealizadas": lambda visit: Reply(listings.localiza_realizadas(visit)),
    "PeticionAcceso": act.peticion_acceso,
    "ConsultaAnexos": papers.consulta_anexos,
    "ConsultaAcusePdf": papers.consulta_acuse_pdf,
    "ConsultaRealizadas": papers.consulta_realizadas,
}


@dataclass
class _Trace:
    """What is known of a request so far, for the journal."""

    operation: str = ""
    answer: str = ""
    certificate: str = ""
    holder_tax_id: str = ""


class Endpoint:
    """LEMA's two addresses over one world."""

    def __init__(self, world: World, authority: Authority) -> None:
        self._world = world
        self._verifier = Verifier(authority, lambda: world.settings)
        self._signer = AnswerSigner(authority, lambda: world.settings)

    def answer(self, request: Request, tls_certificate: bytes | None) -> Answer:
        """The answer to one POST; `tls_certificate` is the client's in DER, None when it showed none."""
        trace = _Trace()
        try:
            answer = self._served(request, tls_certificate, trace)
        except Refused as refusal:
            trace.answer = refusal.code
            answer = fault(refusal)
        self._world.journal.note(Asked(BODY, trace.operation, trace.answer, trace.certificate, trace.holder_tax_id))
        return answer

    def _served(self, request: Request, tls_certificate: bytes | None, trace: _Trace) -> Answer:
        if request.method != "POST":
            trace.answer = "http 405"
            return Answer(405, "text/plain", b"POST only", {"Allow": "POST"})
        envelope = read_envelope(request.body)
        asking = read_asking(envelope, request.path)
        trace.operation, trace.holder_tax_id = asking.operation, self._holder(asking)
        if self._world.settings.client_certificate and not tls_certificate:
            return _refused_at_the_door(trace)
        signer = self._verifier.verify(envelope, datetime.now(UTC))
        trace.certificate = signer.tax_id or ""
        if self._world.settings.client_certificate and tls_certificate != signer.certificate:
            return _refused_at_the_door(trace)
        struck = self._world.faults.strike(BODY, asking.operation, trace.holder_tax_id)
        instead = instead_of_answer(struck)
        if instead:
            trace.answer, answer = instead
        else:
            answer = self._performed(Visit(self._world, asking, trace.certificate, struck), trace)
        return slowed(answer, struck)

    def _performed(self, visit: Visit, trace: _Trace) -> Answer:
        try:
            self._admit(visit)
            check(visit.asking)
            reply = _OPERATIONS[visit.asking.operation](visit)
            trace.answer = reply.code
            answer = framed(self._signer.envelope(reply.xml, datetime.now(UTC)), reply.attachment, mtom=reply.mtom)
        except Refused as refusal:
            trace.answer, answer = refusal.code, fault(refusal)
        lost = lost_on_the_way(answer, visit.struck)
        if lost:
            trace.answer, answer = lost
        return answer

    def _admit(self, visit: Visit) -> None:
        if "rate_limit" in visit.struck:
            raise Refused(str(visit.struck["rate_limit"] or DAILY_LIMIT[visit.asking.operation]))
        if not self._world.registrations.is_registered(visit.certificate):
            raise Refused("4103" if self._world.settings.environment == "se" else "4102")
        if "revoked_power" in visit.struck:
            raise Refused(str(visit.struck["revoked_power"] or "4101"), "nifTitular")

    def _holder(self, asking: Asking) -> str:
        """Whose mailbox a request is about, also when it only names an item."""
        return asking.holder_tax_id or self._world.mailboxes.holder_of(BODY, asking.get("identificador"))


def fault(refusal: Refused) -> Answer:
    """A SOAP Fault: HTTP 500, unsigned, its words opening with the code."""
    envelope = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<SOAP-ENV:Envelope xmlns:SOAP-ENV="{SOAP}"><SOAP-ENV:Body><SOAP-ENV:Fault>'
        f"<faultcode>Receiver</faultcode><faultstring>{refusal.code} {text(refusal.words)}</faultstring>"
        "</SOAP-ENV:Fault></SOAP-ENV:Body></SOAP-ENV:Envelope>"
    )
    return Answer(500, "text/xml; charset=UTF-8", envelope.encode())


def _refused_at_the_door(trace: _Trace) -> Answer:
    trace.answer = "http 403"
    return FORBIDDEN
