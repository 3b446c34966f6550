"""The child process that parses PDFs: `reading` starts it, talks to it over a socket on fd 0 and kills it when it misbehaves.

A PDF of a kilobyte can unpack to hundreds of megabytes or never end, and a fault in the C library takes its process along. So the
child has limits of its own (address space, processor seconds a document, no core, no files), no environment, and nothing to lose.
Imports stay few: the child is started often. On the wire: `!` once when ready, then for each document a length (4 bytes, big
endian) and the PDF one way, a length and JSON ({"pages": [text, …]} or {"error": sentence}) the other way.
"""

from __future__ import annotations

import ctypes
import json
import re
import resource
import socket
import struct
import sys
import time
from typing import Any

import pypdfium2_raw as pdfium

from services.teu_watcher.layout import Piece, page_text

READY = b"!"
LENGTH = struct.Struct(">I")
MOST_PAGES = 3000
MOST_CHARACTERS = 20_000_000
MOST_CHARACTERS_A_PAGE = 400_000

# In units of the height of a line. The reader makes up a space wherever text jumps: wider than a word's, it is a border of a cell.
_CELL_GAP_MADE_UP = 0.45
_CELL_GAP_TYPED = 1.5
_PARTS = re.compile(r"[^ \r\n\x02\ufffe]+(?: [^ \r\n\x02\ufffe]+)*")
_SPACE = re.compile(r" ")
# What a font's table may claim to be text and no text can hold: NUL, and half a character without its other half.
_NO_TEXT = re.compile("\0|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]")


class Unreadable(Exception):
    """The document cannot be read, and why, in words fit for an operator."""


class _Page:
    """The characters of one page and where they stand. Use as a context manager: the library's memory is not Python's."""

    def __init__(self, document: Any, index: int) -> None:
        self._page = pdfium.FPDF_LoadPage(document, index)
        self._text = pdfium.FPDFText_LoadPage(self._page) if self._page else None
        self._box = pdfium.FS_RECTF()
        self._is_aligned = False
        if not self._text:
            raise Unreadable(f"page {index + 1} is damaged")

    def __enter__(self) -> _Page:
        return self

    def __exit__(self, *_: object) -> None:
        pdfium.FPDFText_ClosePage(self._text)
        pdfium.FPDF_ClosePage(self._page)

    def characters(self) -> str:
        """The page's text; a character outside the basic plane counts as two, as it does in the library's indices."""
        count = pdfium.FPDFText_CountChars(self._text)
        if not 0 <= count <= MOST_CHARACTERS_A_PAGE:
            raise Unreadable(f"a page of {count} characters")
        units = (ctypes.c_ushort * (count + 1))()
        written = pdfium.FPDFText_GetText(self._text, 0, count, units) - 1
        self._is_aligned = written == count
        text = bytes(units)[: 2 * max(0, written)].decode("utf-16-le", "replace")
        return _NO_TEXT.sub("\ufffd", text if len(text) == written else "".join(map(chr, units[:written])))

    def box(self, at: int) -> tuple[float, float, float, float]:
        """(left, right, bottom, top) of the character at an index of `characters`."""
        pdfium.FPDFText_GetLooseCharBox(self._text, self._index(at), self._box)
        return self._box.left, self._box.right, self._box.bottom, self._box.top

    def is_made_up(self, at: int) -> bool:
        """True for a space that the reader put in because the text jumps there."""
        return pdfium.FPDFText_IsGenerated(self._text, self._index(at)) == 1

    def _index(self, at: int) -> int:
        # The library also counts characters that it leaves out of the text; most pages have none.
        return at if self._is_aligned else pdfium.FPDFText_GetCharIndexFromTextIndex(self._text, at)


def pages_of(pdf: bytes) -> list[str]:
    """The text of each page, in the form of `layout`. Raises Unreadable."""
    document = pdfium.FPDF_LoadMemDocument64(pdf, len(pdf), None)
    if not document:
        raise Unreadable("not a PDF, damaged, or locked with a password")
    try:
        count = pdfium.FPDF_GetPageCount(document)
        if not 0 < count <= MOST_PAGES:
            raise Unreadable(f"{count} pages")
        pages: list[str] = []
        for index in range(count):
            with _Page(document, index) as page:
                pages.append(page_text(_pieces(page)))
            if sum(map(len, pages)) > MOST_CHARACTERS:
                raise Unreadable("more text than any edict has")
        return pages
    finally:
        pdfium.FPDF_CloseDocument(document)


def _pieces(page: _Page) -> list[Piece]:
    text = page.characters()
    pieces = []
    for part in _PARTS.finditer(text):
        start, end = part.span()
        # The library replaces the hyphen at the end of a line by a mark and leaves the line break out.
        hyphen = "-" if text[end : end + 1] in ("\x02", "\ufffe") else ""
        for space in _SPACE.finditer(text, start, end):
            if _parts_cells(page, text, space.start()):
                pieces.append(_piece(page, text, start, space.start(), ""))
                start = space.end()
        pieces.append(_piece(page, text, start, end, hyphen))
    return pieces


def _parts_cells(page: _Page, text: str, at: int) -> bool:
    made_up = page.is_made_up(at)
    if not made_up and text[at - 1].isalpha() and text[at + 1].isalpha():
        return False  # Two words; asking for their boxes would double the time a page of prose takes.
    _, right, bottom, top = page.box(at - 1)
    left, _, next_bottom, _ = page.box(at + 1)
    height = max(top - bottom, 1.0)
    gap = (left - right) / height
    return gap > (_CELL_GAP_MADE_UP if made_up else _CELL_GAP_TYPED) or gap < -1 or abs(next_bottom - bottom) > height / 2


def _piece(page: _Page, text: str, start: int, end: int, hyphen: str) -> Piece:
    left, right, bottom, top = page.box(start)
    height = max(top - bottom, 1.0)
    last_left, last_right, last_bottom, last_top = page.box(end - 1)
    return Piece(
        text[start:end] + hyphen, min(left, last_left), max(right, last_right), min(bottom, last_bottom), max(top, last_top), height
    )


def _answer(pdf: bytes) -> dict:
    try:
        pages = pages_of(pdf)
    except Unreadable as error:
        return {"error": str(error)}
    except MemoryError:
        return {"error": "needs more memory than an edict may"}
    return {"pages": pages}


def _limit(memory_mib: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory_mib << 20, memory_mib << 20))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (8, 8))


def _allow_seconds(cpu_s: int) -> None:
    # The limit counts from the start of the process, so it is moved before each document; the hard one stays where it was.
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time()) + 1 + cpu_s, hard))


def _receive(parent: socket.socket, length: int) -> bytearray:
    received = bytearray()
    while len(received) < length:
        part = parent.recv(min(1 << 20, length - len(received)))
        if not part:
            sys.exit(0)
        received += part
    return received


def main(memory_mib: int, cpu_s: int) -> None:
    """Serve the parent on fd 0 until it hangs up."""
    parent = socket.socket(fileno=0)
    parent.setblocking(True)
    pdfium.FPDF_InitLibrary()
    _limit(memory_mib)
    parent.sendall(READY)
    while True:
        (length,) = LENGTH.unpack(_receive(parent, LENGTH.size))
        pdf = bytes(_receive(parent, length))
        _allow_seconds(cpu_s)
        answer = json.dumps(_answer(pdf)).encode()
        parent.sendall(LENGTH.pack(len(answer)) + answer)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
