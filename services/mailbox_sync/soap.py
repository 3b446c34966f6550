"""One SOAP 1.1 exchange: sends a message, takes a bounded answer and reads it as hostile XML.

Traps: a Fault comes with HTTP 500 or not, in UTF-8 or with Latin-1 inside, and says its code in the first four digits of
`faultstring`; maintenance pages are HTML; a 301 would turn the POST into a GET, so none is followed; a server may drip for
ever, so the whole answer has one deadline. Invariant: `exchange` returns only an envelope whose Body has one child.
"""

from __future__ import annotations

import re
import ssl
import time
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, cast

import requests
from lxml import etree
from requests.adapters import HTTPAdapter
from urllib3 import BaseHTTPResponse, Timeout
from urllib3.exceptions import HTTPError
from urllib3.exceptions import TimeoutError as TimedOut

from services.contracts.sentences import said

from .connecting import Fault, OurFault, RateLimited, TryLater, UnexpectedAnswer, Unreadable
from .ws_security import ENVELOPE, Element

ANSWER_CAP = 40 * 1024 * 1024
CHUNK = 64 * 1024
CONNECT_TIMEOUT_S = 10.0
CODE = re.compile(r"\s*(\d{4})\b", re.ASCII)
REFUSES_US = ("CERTIFICATE", "UNKNOWN_CA", "ACCESS_DENIED", "HANDSHAKE_FAILURE")


@dataclass(frozen=True)
class Answer:
    """What a body answered: the envelope, the one child of its Body, and the SHA-256 of the bytes in hex."""

    status: int
    envelope: Element
    content: Element
    digest: str

    @property
    def fault(self) -> str | None:
        """The words of a SOAP Fault (they open with the body's code), None for a normal answer."""
        if name_of(self.content) != "Fault":
            return None
        words = (one.text or "" for one in self.content.iter("*") if name_of(one) in ("faultstring", "Text"))
        return next(words, "")


def exchange(session: requests.Session, url: str, action: str, message: bytes, timeout_s: float) -> Answer:
    """Posts `message` and reads what comes back. Raises a `Fault` for everything that is not a SOAP envelope.

    `Expect: 100-continue` and a Content-Length are demanded by LEMA (specification v3.0, 2.2) and do no harm elsewhere.
    """
    headers = {
        "Content-Type": "text/xml; charset=utf-8",
        "SOAPAction": f'"{action}"',
        "Expect": "100-continue",
        "Accept-Encoding": "identity",
        "Content-Length": str(len(message)),
    }
    status, pause_s, received = _post(session, url, headers, message, timeout_s)
    try:
        envelope = parse(received, lenient=status != 200)
        answer = Answer(status, envelope, _content_of(envelope), sha256(received).hexdigest())
    except UnexpectedAnswer as refusal:
        raise _by_status(status, pause_s, refusal) from refusal
    if answer.fault is None and status != 200:
        raise _by_status(
            status, pause_s, _unexpected("http_status", said("El organismo respondió con el estado HTTP {status}.", status=status))
        )
    return answer


def code_in(fault: str) -> str | None:
    """The four digits that open the words of a Fault."""
    found = CODE.match(fault)
    return found.group(1) if found else None


def parse(received: bytes, lenient: bool = False) -> Element:
    """Hostile bytes as an element tree: no entities, no network, no DOCTYPE, no processing instructions, bounded depth.

    `lenient` reads an answer that is not the UTF-8 it says it is as Latin-1; only for answers that report an error.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True)
    try:
        root = etree.fromstring(received, parser)
    except (etree.XMLSyntaxError, ValueError) as refusal:
        if lenient and not _is_utf8(received):
            return parse(received.decode("latin-1").encode(), lenient=False)
        raise _unexpected("not_xml", said("El organismo no respondió con un mensaje SOAP completo.")) from refusal
    around = (root.getprevious(), root.getnext(), next(root.iter(etree.PI), None))
    if root.getroottree().docinfo.internalDTD is not None or any(one is not None for one in around):
        raise _unexpected("forbidden_xml", said("La respuesta del organismo contiene construcciones XML que no se admiten."))
    return root


def name_of(element: Element) -> str:
    """The local name: some error answers come in no namespace, whatever the schema says."""
    return element.tag.rpartition("}")[2]


def children(element: Element) -> dict[str, Element]:
    """The children by local name. Raises UnexpectedAnswer when one is repeated."""
    found = {name_of(child): child for child in element}
    if len(found) != len(element):
        raise _unexpected("repeated_element", said("La respuesta del organismo repite un campo de «{name}».", name=name_of(element)))
    return found


def text_of(fields: dict[str, Element], name: str) -> str:
    """The text of a mandatory leaf, white space kept. Raises UnexpectedAnswer when it is missing or has children."""
    leaf = fields.get(name)
    if leaf is None or len(leaf):
        raise _unexpected("missing_element", said("A la respuesta del organismo le falta el campo «{name}».", name=name))
    return leaf.text or ""


def _post(session: requests.Session, url: str, headers: dict[str, str], message: bytes, timeout_s: float) -> tuple[int, float, bytes]:
    """Status, pause asked for in seconds, and content.

    Only the session's connections are used: what `requests` does around them for cookies, redirects and hooks, of which SOAP
    has none, costs 0.3 ms a request.
    """
    deadline = time.monotonic() + timeout_s
    connections = cast(HTTPAdapter, session.get_adapter(url)).poolmanager
    options = {"retries": False, "redirect": False, "preload_content": False}
    timeout = Timeout(connect=min(CONNECT_TIMEOUT_S, timeout_s), read=timeout_s)
    try:
        response = connections.urlopen("POST", url, body=message, headers=headers, timeout=timeout, **options)
        with closing(response):
            return response.status, _pause_s(response.headers.get("Retry-After", "")), _received(response, deadline)
    except (HTTPError, OSError) as failure:
        raise _unreached(failure) from failure


def _received(response: BaseHTTPResponse, deadline: float) -> bytes:
    received = bytearray()
    while chunk := response.read1(CHUNK, decode_content=False):
        received += chunk
        if len(received) > ANSWER_CAP:
            raise _unexpected("answer_too_big", said("La respuesta del organismo supera los 40 MB admitidos."))
        if time.monotonic() > deadline:
            raise TryLater("timeout", said("El organismo tarda demasiado en responder. Se repetirá más tarde."))
    return bytes(received)


def _content_of(envelope: Element) -> Element:
    bodies = list(envelope.iterchildren(f"{{{ENVELOPE}}}Body"))
    if envelope.tag != f"{{{ENVELOPE}}}Envelope" or len(bodies) != 1 or len(bodies[0]) != 1:
        raise _unexpected("not_soap", said("El organismo no respondió con un mensaje SOAP."))
    return bodies[0][0]


def _by_status(status: int, pause_s: float, refusal: UnexpectedAnswer) -> Fault:
    if status == 403:
        return Unreadable(
            "certificate_refused",
            said(
                "El organismo rechaza el certificado (HTTP 403). Compruebe que no esté caducado ni revocado "
                "y que sea el que se dio de alta."
            ),
            "403",
        )
    if status == 429:
        return RateLimited("too_many_requests", said("El organismo pide menos peticiones (HTTP 429)."), "429", pause_s)
    if 300 <= status < 400:
        return OurFault("moved", said("El organismo dice que su dirección ha cambiado. Revise la dirección configurada."), str(status))
    if status >= 500:
        return TryLater(
            "server_error", said("El organismo no está disponible (HTTP {status}). Se repetirá más tarde.", status=status), str(status)
        )
    return refusal


def _unreached(failure: Exception) -> Fault:
    tls = next((str(one) for one in _causes(failure) if isinstance(one, ssl.SSLError)), "").upper()
    if "CERTIFICATE_VERIFY_FAILED" in tls:
        return OurFault(
            "server_not_trusted",
            said("El servidor no presenta un certificado de confianza. Revise el fichero de autoridades configurado para este organismo."),
        )
    if "ALERT" in tls and any(word in tls for word in REFUSES_US):
        return Unreadable(
            "certificate_refused", said("El organismo rechaza el certificado al conectar. Compruebe que no esté caducado ni revocado.")
        )
    if isinstance(failure, TimedOut | TimeoutError):
        return TryLater("timeout", said("El organismo tarda demasiado en responder. Se repetirá más tarde."))
    return TryLater("unreachable", said("No se pudo completar la conexión con el organismo. Se repetirá más tarde."))


def _causes(failure: BaseException | None) -> list[BaseException]:
    """The failure and what lies under it: each library wraps the one below, in `args`, `reason` or as its context."""
    found: list[Any] = [failure] if failure else []
    for one in found:
        inner = [*one.args, getattr(one, "reason", None), one.__context__]
        found += [cause for cause in inner if isinstance(cause, BaseException) and cause not in found]
    return found


def _pause_s(asked: str) -> float:
    return float(asked) if asked.isdecimal() else 60.0


def _is_utf8(received: bytes) -> bool:
    try:
        received.decode()
    except UnicodeDecodeError:
        return False
    return True


def _unexpected(code: str, message: str) -> UnexpectedAnswer:
    return UnexpectedAnswer(code, message)
