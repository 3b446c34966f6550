"""What a row of a file says of a client, in the two layouts that hold clients. Pure.

An empty cell says nothing: of a new client it leaves the default, of a known one what is there. The telephone in the layout of other
managers has no field here: it is kept as a line of the notes. `identificador`, the number that the other manager gave, is not kept.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from services.clients.cells import ADDRESS, BETWEEN_GROUPS, FLAGS, NUMBERS, plain
from services.contracts.csv_layouts import OWN, folded
from services.contracts.errors import Invalid
from services.contracts.ids import TaxId
from services.contracts.rpc import Json
from services.contracts.schemas import checked
from services.contracts.schemas.clients import ClientFields, Identifier, Text
from services.contracts.sentences import said

PHONE: Final = "Teléfono: {}"
LONGEST_PHONE: Final = 100
TWICE: Final = said("Este NIF ya está en la línea {line} del fichero: deje solo una.")
FIELD_OF: Final = {"nif": "tax_id", "razon_social": "name"}
COLUMN_OF: Final = {field: column for column, field in FIELD_OF.items()}
TEXTS: Final = ("tax_id", "name", "email", "notes")
SAID: Final = {"si": True, "s": True, "true": True, "1": True, "x": True, "no": False, "n": False, "false": False, "0": False}


class ClientOfFile(ClientFields):
    """A row, once its cells are read. A client that is known already needs no name."""

    tax_id = Identifier(TaxId, required=True)
    name = Text(300)


@dataclass
class Draft:
    """What a row asks for: `sent` as loaded, the groups by name, a line for the notes; or what is wrong with it, by column."""

    line: int
    sent: Json = field(default_factory=dict)
    group_names: tuple[str, ...] = ()
    phone: str = ""
    errors: dict[str, list[str]] = field(default_factory=dict)


def draft_of(row: Json, layout: str) -> Draft:
    """`row` as in `csv_layouts.Sheet`."""
    if "fault" in row:
        return Draft(row["line"], errors={"file": [row["fault"]]})
    if "same_as" in row:
        return Draft(row["line"], errors={column_of("tax_id", layout): [TWICE.format(line=row["same_as"])]})
    cells = {FIELD_OF.get(name, name): plain(cell) for name, cell in row["cells"].items() if cell}
    draft = Draft(row["line"], phone=cells.get("telefono", ""))
    draft.group_names = group_names(cells)
    try:
        draft.sent = checked(ClientOfFile, body_of(cells))
    except Invalid as wrong:
        draft.errors = {column_of(name, layout): reasons for name, reasons in wrong.errors.items()}
    if len(draft.phone) > LONGEST_PHONE:
        draft.errors["telefono"] = [said("No pase de {most} caracteres.", most=LONGEST_PHONE)]
    return draft


def group_names(cells: dict[str, str]) -> tuple[str, ...]:
    return tuple(name.strip() for name in plain(cells.get("groups", "")).split(BETWEEN_GROUPS) if name.strip())


def group_names_in(rows: list[Json]) -> set[str]:
    return {name for row in rows for name in group_names(row["cells"])}


def body_of(cells: dict[str, str]) -> Json:
    body: Json = {name: cells[name] for name in TEXTS if name in cells}
    body |= {name: SAID.get(folded(cells[name]), cells[name]) for name in FLAGS if name in cells}
    parts = {name: cells[name] for name in ADDRESS if name in cells}
    numbers = {name: cells[name].split() for name in NUMBERS if name in cells}
    return body | ({"postal_address": parts} if parts else {}) | ({"social_security": numbers} if numbers else {})


def column_of(name: str, layout: str) -> str:
    """The column of a field as the schemas call it: `social_security.ccc.0` is `ccc`."""
    plain_name = next((part for part in name.split(".") if part in (*ADDRESS, *NUMBERS)), name)
    return plain_name if layout == OWN else COLUMN_OF.get(plain_name, plain_name)


def with_phone(notes: str, phone: str) -> str:
    """The notes with the telephone as their last line, once."""
    line = PHONE.format(phone)
    return notes if not phone or line in notes.splitlines() else f"{notes}\n{line}".strip()


def same_before(rows: list[Json]) -> None:
    """Mark each row whose tax id stood in an earlier one: it is refused, whatever part of the file it comes to lie in."""
    seen: dict[str, int] = {}
    for row in rows:
        tax_id = tax_id_of(row["cells"])
        if tax_id:
            first = seen.setdefault(tax_id, row["line"])
            if first != row["line"]:
                row["same_as"] = first


def tax_id_of(cells: dict[str, str]) -> str:
    """As far as it is one."""
    text = plain(cells.get("tax_id") or cells.get("nif") or "")
    try:
        return TaxId(text)
    except ValueError:
        return text.upper()
