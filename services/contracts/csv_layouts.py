"""Files of rows that firms bring along: which layouts are taken, how one is recognised, and its rows. Pure.

`;` or `,` between cells, UTF-8 (with or without its mark) or Windows-1252, quoted cells with line breaks in them. The header row says the
layout; capitals, accents and blanks in it do not matter. Trap: a row is told by the line of the file on which it begins, as an editor
counts them. What is wrong with one row is said of that row; only what makes the whole file unreadable is refused.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from services.contracts.errors import Invalid, TooLarge
from services.contracts.rpc import Json
from services.contracts.sentences import said

LARGEST_FILE: Final = 12_000_000
MOST_ROWS: Final = 100_000
OWN: Final = "casillero"
LAYOUTS: Final = {
    OWN: (
        *("tax_id", "name", "email", "street", "postal_code", "city", "province", "country", "notes", "ccc", "naf"),
        *("receives_notifications", "watch_edicts", "groups"),
    ),
    "clients": ("identificador", "razon_social", "nif", "email", "telefono"),
    "groups": ("id_grupo", "nombre_grupo", "descripcion"),
    "users": ("userid", "email", "nombre", "apellidos", "dni", "telefono", "grupo", "rol"),
}
NEEDED: Final = {OWN: {"tax_id"}, "clients": {"nif", "razon_social"}, "groups": {"nombre_grupo"}, "users": {"email", "nombre"}}
OWNERS: Final = {OWN: "clients", "clients": "clients", "groups": "access", "users": "access"}
_ENCODINGS: Final = ("utf-8-sig", "cp1252")
_DELIMITERS: Final = (";", ",")
_SURPLUS: Final = said("La fila tiene más celdas que la cabecera: revise las comillas y los separadores.")
_EMPTY: Final = said("El fichero está vacío: la primera fila debe ser la cabecera y cada fila siguiente un registro.")
_QUOTES: Final = said("No se puede leer: revise las comillas de esta fila. Cada celda entrecomillada se cierra, y las de dentro se doblan.")
_NOT_TEXT: Final = said("No es un fichero CSV. Guárdelo en su hoja de cálculo como «CSV (delimitado por punto y coma)» y envíe ese.")


@dataclass(frozen=True)
class Sheet:
    """`rows`: {line, cells: {column: text}}, and `fault` for a row that cannot be read. `digest`: SHA-256 of the file, in hex."""

    layout: str
    rows: list[Json]
    digest: str


def read(content: bytes, layout: str = "") -> Sheet:
    """Raises TooLarge, and Invalid naming `file` or `layout` with the cure. Without `layout` the header row decides."""
    text = decoded(content)
    found, delimiter = recognised(text, layout)
    rows = list(rows_of(text, delimiter))
    if not rows:
        raise Invalid.field("file", _EMPTY)
    return Sheet(found, rows, hashlib.sha256(content).hexdigest())


def layout_of(content: bytes, layout: str = "") -> str:
    """The layout of the file; raises as `read` does, without looking at its rows."""
    return recognised(decoded(content), layout)[0]


def decoded(content: bytes) -> str:
    if len(content) > LARGEST_FILE:
        raise TooLarge(said("El fichero pasa de {most} MB. Repártalo en varios, cada uno con la cabecera.", most=LARGEST_FILE // 1000000))
    if b"\0" in content:
        raise Invalid.field("file", _NOT_TEXT)
    for encoding in _ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Invalid.field("file", _NOT_TEXT)


def recognised(text: str, wanted: str) -> tuple[str, str]:
    """Layout and delimiter by the header row."""
    if wanted and wanted not in LAYOUTS:
        raise Invalid.field("layout", said("Solo existen: {known}.", known=", ".join(LAYOUTS)))
    if not text.strip():
        raise Invalid.field("file", _EMPTY)
    for delimiter in _DELIMITERS:
        header = header_of(text, delimiter)
        for layout in [wanted] if wanted else LAYOUTS:
            if NEEDED[layout] <= set(header) <= set(LAYOUTS[layout]) and len(set(header)) == len(header):
                return layout, delimiter
    known = "; o ".join(",".join(LAYOUTS[layout]) for layout in ([wanted] if wanted else LAYOUTS))
    raise Invalid.field(
        "file", said("No se reconoce la cabecera. Ponga en la primera fila estas columnas, separadas por «;» o «,»: {known}.", known=known)
    )


def header_of(text: str, delimiter: str) -> list[str]:
    """Folded; empty columns at the end, which a spreadsheet leaves, do not count."""
    names = [folded(cell) for cell in next(records(text, delimiter))[1] or ()]
    while names and not names[-1]:
        names.pop()
    return names


def folded(name: str) -> str:
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(letter))
    return re.sub(r"[\s.-]+", "_", plain.strip())


def rows_of(text: str, delimiter: str) -> Iterator[Json]:
    """Those with something in them."""
    header = header_of(text, delimiter)
    for number, (line, cells) in enumerate(records(text, delimiter)):
        if number > MOST_ROWS:
            raise TooLarge(said("El fichero pasa de {most} filas. Repártalo en varios, cada uno con la cabecera.", most=MOST_ROWS))
        if number == 0 or (cells is not None and not any(cell.strip() for cell in cells)):
            continue
        if cells is None:
            yield {"line": line, "cells": {}, "fault": _QUOTES}
            continue
        row: Json = {"line": line, "cells": {name: cell.strip() for name, cell in zip(header, cells, strict=False)}}
        yield row | ({"fault": _SURPLUS} if any(cell.strip() for cell in cells[len(header) :]) else {})


def records(text: str, delimiter: str) -> Iterator[tuple[int, list[str] | None]]:
    """Each with the line on which it begins, blank lines before the header left out; None for one that cannot be read.

    Trap: a quote that is never closed would take all rows up to the next one, or to the end, into one cell. So such a row is given up at
    its own line, and reading goes on with the next.
    """
    lines = list(io.StringIO(text, newline=""))
    at = next((number for number, line in enumerate(lines) if line.strip()), 0)
    while at < len(lines):
        reader = csv.reader((lines[number] for number in range(at, len(lines))), delimiter=delimiter, strict=True)
        first = at
        try:
            for cells in reader:
                yield at + 1, cells
                at = first + reader.line_num
        except csv.Error:
            yield at + 1, None
            at += 1
