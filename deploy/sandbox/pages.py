"""One-page PDFs without a library: what a notice, an annex or a receipt of the sandbox contains when nobody gave it a file.

Small (under 1 kB) and equal for equal lines, so that a planted load stays reproducible and cheap.
"""

from __future__ import annotations

from collections.abc import Iterable


def one_page_pdf(lines: Iterable[str]) -> bytes:
    """A PDF of one A4 page with `lines` from the top in Helvetica; letters outside Latin-1 become question marks."""
    shown = b" T* ".join(b"(" + _escaped(line) + b") Tj" for line in lines)
    drawing = b"BT /F1 11 Tf 16 TL 56 780 Td " + shown + b" ET"
    return _file(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
            b"<</Length %d>>stream\n%s\nendstream" % (len(drawing), drawing),
            b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
        ]
    )


def _escaped(line: str) -> bytes:
    return line.encode("latin-1", "replace").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")


def _file(objects: list[bytes]) -> bytes:
    out, offsets = bytearray(b"%PDF-1.4\n"), []
    for number, content in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return bytes(out + b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table))
