"""XML written directly in exclusive canonical form, so that a part can be digested as the very bytes that are sent.

Situation: an answer is signed over its Body and Timestamp in exc-c14n. Writing each element canonically (namespaces declared where they
are first used, attributes in order, no empty-element tags, canonical escapes) saves parsing and canonicalising every answer again,
which would cost more than the rest of a listing. Trap: a prefix used on an element must be declared on it or on an ancestor that uses
the same prefix, never on one that does not. Invariant: `xmlsec1` verifies every answer (held by the tests).
"""

from __future__ import annotations

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
DS = "http://www.w3.org/2000/09/xmldsig#"
MORE = "http://www.w3.org/2001/04/xmldsig-more#"
EXC_C14N = "http://www.w3.org/2001/10/xml-exc-c14n#"
DIGESTS = {"http://www.w3.org/2001/04/xmlenc#sha256": "sha256", "http://www.w3.org/2001/04/xmlenc#sha512": "sha512", DS + "sha1": "sha1"}
X509V3 = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3"
LEMA = "http://administracion.gob.es/punto-unico-notificaciones/"
XOP = "http://www.w3.org/2004/08/xop/include"

_TEXT = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#xD;"})
_ATTRIBUTE = str.maketrans({"&": "&amp;", "<": "&lt;", '"': "&quot;", "\t": "&#x9;", "\n": "&#xA;", "\r": "&#xD;"})


def text(value: object) -> str:
    """`value` as character data, in canonical escapes."""
    return str(value).translate(_TEXT)


def attribute(value: object) -> str:
    """`value` for the inside of an attribute's quotes, in canonical escapes."""
    return str(value).translate(_ATTRIBUTE)


class Writer:
    """Writes elements of one answer's namespace: `Writer("ns1")("concepto", "…")`, children given as text that is XML already."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix + ":" if prefix else ""

    def __call__(self, name: str, value: object) -> str:
        """A leaf with `value` as its text."""
        return f"<{self._prefix}{name}>{text(value)}</{self._prefix}{name}>"

    def tree(self, name: str, *children: str) -> str:
        """An element of `children`."""
        return f"<{self._prefix}{name}>{''.join(children)}</{self._prefix}{name}>"

    def option(self, kind: str, value: object) -> str:
        """A free pair of the `opciones` elements."""
        return f'<{self._prefix}opcion tipo="{attribute(kind)}">{text(value)}</{self._prefix}opcion>'

    def file(self, content_id: str) -> str:
        """The empty `contenido` that points to an attachment (SwA)."""
        return f'<{self._prefix}contenido href="cid:{attribute(content_id)}"></{self._prefix}contenido>'

    def answer(self, name: str, namespace: str, *children: str) -> str:
        """The root element of an answer."""
        return f'<{self._prefix}{name} xmlns:{self._prefix[:-1]}="{namespace}">{"".join(children)}</{self._prefix}{name}>'
