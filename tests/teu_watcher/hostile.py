"""PDFs that no honest printer makes, built object by object."""

from __future__ import annotations

import zlib


def pdf_of(*objects: bytes) -> bytes:
    """A PDF whose objects are numbered from 1; the first is the catalogue."""
    out = bytearray(b"%PDF-1.5\n")
    offsets = []
    for number, content in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    xref = len(out)
    entries = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, entries)
    out += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, xref)
    return bytes(out)


def stream(content: bytes, dictionary: bytes = b"") -> bytes:
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(content), dictionary, content)


def one_page(content: bytes, resources: bytes = b"", *more: bytes) -> bytes:
    """A page with this content stream; further objects are numbered from 6."""
    return pdf_of(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F 5 0 R >> %s >> >>" % resources,
        content,
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        *more,
    )


def bomb() -> bytes:
    """About a kilobyte that unpacks to 300 MiB."""
    squeezer = zlib.compressobj(9)
    once = b"".join(squeezer.compress(bytes(1 << 20)) for _ in range(300)) + squeezer.flush()
    return one_page(stream(zlib.compress(once, 9), b"/Filter [/FlateDecode /FlateDecode]"))


def flood() -> bytes:
    """A page that is all text: a few kilobytes that draw tens of millions of characters."""
    return one_page(stream(zlib.compress(b"BT /F 8 Tf " + b"(12345678 9012345678 90) Tj " * 1_000_000 + b"ET", 9), b"/Filter /FlateDecode"))


def endless() -> bytes:
    """Forms that each draw the next one forty times over: more work than anybody will ever do."""
    forms = [
        stream(b"/X Do " * 40, b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X %d 0 R >> >>" % (number + 1))
        for number in range(6, 30)
    ]
    last = stream(b"BT /F 8 Tf (x) Tj ET", b"/Type /XObject /Subtype /Form /BBox [0 0 9 9]")
    return one_page(stream(b"/X Do"), b"/XObject << /X 6 0 R >>", *forms, last)


def slow(seconds: int) -> bytes:
    """Pages of drawing orders that do nothing, each about a second's work and little memory."""
    drawn = stream(zlib.compress(b"q Q " * 15_000_000, 9), b"/Filter /FlateDecode")
    return one_page(drawn).replace(b"/Kids [3 0 R] /Count 1", b"/Kids [%s] /Count %d" % (b"3 0 R " * seconds, seconds))


def circular() -> bytes:
    """A tree of pages that contains itself."""
    return pdf_of(b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 2 /Parent 2 0 R >>")


def many_pages() -> bytes:
    """A page tree that claims millions of pages."""
    return pdf_of(b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [] /Count 90000000 >>")


def wordless() -> bytes:
    """A page with a drawing and no text, as a scanned edict would be."""
    return one_page(stream(b"0 0 100 100 re f"))


def half_a_character() -> bytes:
    """A font whose table takes A for a character of two halves, B for one half of it, and C for NUL."""
    table = b"1 begincodespacerange <00> <FF> endcodespacerange 3 beginbfchar <41> <D83DDE00> <42> <D83D> <43> <0000> endbfchar"
    plain = one_page(stream(b"BT /F 12 Tf 50 700 Td (zAzBzCz) Tj ET"), b"", stream(b"begincmap " + table + b" endcmap"))
    return plain.replace(b"/BaseFont /Helvetica", b"/BaseFont /Helvetica /ToUnicode 6 0 R")
