"""An electronic office that greets whoever a certificate names: what *Abrir navegador* is shown with in the demo.

It is known by a name of its own, which exists nowhere else (RFC 2606): a portal is never at an address of this machine.
"""

from __future__ import annotations

from html import escape

from cryptography import x509
from cryptography.x509.oid import NameOID

from .wire import Answer

HOST = "sede.demo.example"
PATH = "/sede/"
_HTML = "text/html; charset=utf-8"
_PAGE = (
    '<!doctype html><html lang="es"><meta charset="utf-8"><title>Sede de la demostración</title>'
    '<body style="font:20px sans-serif;margin:4rem;background:#e6f4ea"><h1>{title}</h1><p>{text}</p></body></html>'
)


def answer(certificate: bytes | None) -> Answer:
    """By the certificate of the connection, in DER."""
    if certificate is None:
        return Answer(403, _HTML, page("Hace falta un certificado digital", "El navegador no ha mostrado ninguno."))
    subject = x509.load_der_x509_certificate(certificate).subject
    name = str(subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)
    return Answer(200, _HTML, page(f"Le damos la bienvenida, {name}", "Esta sede es una demostración: aquí no se tramita nada."))


def page(title: str, text: str) -> bytes:
    return _PAGE.format(title=escape(title), text=escape(text)).encode()
