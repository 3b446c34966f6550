"""Answers that carry a file: SOAP with Attachments, and MTOM for `ConsultaRealizadas` (LEMA specification v3.0, sections 3.2 to 3.6).

The official text shows no MIME header; the frames follow the W3C's SOAP Messages with Attachments and XOP. The boundary is drawn
anew until no part contains it, because PDFs may hold any bytes.
"""

from __future__ import annotations

import io
import uuid
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass

from ..mailboxes import Document
from ..wire import Answer


@dataclass(frozen=True)
class Attachment:
    """A file under the identifier by which the answer's XML points to it."""

    content_id: str
    mime: str
    content: bytes


def attached(document: Document) -> Attachment:
    return Attachment(str(uuid.uuid4()), document.mime, document.content)


def as_one(documents: Sequence[Document]) -> Document:
    """The only document, or a ZIP of all: LEMA sends several as one file."""
    if len(documents) == 1:
        return documents[0]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for document in documents:
            archive.writestr(document.name, document.content)
    return Document("documentos.zip", "application/zip", packed.getvalue())


def framed(envelope: bytes, attachment: Attachment | None, *, mtom: bool = False) -> Answer:
    """The HTTP answer: plain XML without a file, else multipart/related with the envelope as its root."""
    if attachment is None:
        return Answer(200, "text/xml; charset=UTF-8", envelope)
    boundary = _boundary(envelope, attachment.content)
    root = 'application/xop+xml; charset=UTF-8; type="text/xml"' if mtom else "text/xml; charset=UTF-8"
    mime = "application/octet-stream" if mtom else attachment.mime
    kind = 'type="application/xop+xml"; start="<root>"; start-info="text/xml"' if mtom else 'type="text/xml"; start="<root>"'
    parts = (
        f"--{boundary}\r\nContent-Type: {root}\r\nContent-ID: <root>\r\n\r\n".encode()
        + envelope
        + f"\r\n--{boundary}\r\nContent-Type: {mime}\r\nContent-Transfer-Encoding: binary\r\n"
        f"Content-ID: <{attachment.content_id}>\r\n\r\n".encode()
        + attachment.content
        + f"\r\n--{boundary}--\r\n".encode()
    )
    return Answer(200, f'multipart/related; {kind}; boundary="{boundary}"', parts)


def _boundary(*contents: bytes) -> str:
    while True:
        boundary = f"sandbox-{uuid.uuid4().hex}"
        if not any(boundary.encode() in content for content in contents):
            return boundary
