"""A ZIP of certificates taken apart: each .p12 or .pfx with its password, or what is wrong with it. Nothing of it is written anywhere.

The passwords come in a CSV `file,password`, inside the ZIP or beside it, or are one and the same. Hostile input: what an entry says of its
own size is not believed, no more of it is read than a certificate may have, and of all of them no more than a ZIP may have.
"""

from __future__ import annotations

import csv
import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from services.contracts.csv_layouts import decoded, folded
from services.contracts.errors import Invalid, TooLarge
from services.contracts.schemas.certificates import LARGEST_FILE, MOST_AT_ONCE
from services.contracts.sentences import said

MOST_BYTES = 60_000_000
LARGEST_LIST = 1_000_000
KINDS = (".p12", ".pfx")
NAMES = ({"file", "fichero"}, {"password", "contrasena"})
NOT_A_ZIP = said("No es un ZIP, o está dañado. Comprima los ficheros .p12 o .pfx en uno y envíelo de nuevo.")
EMPTY = said("El ZIP no tiene ningún fichero .p12 ni .pfx.")
NO_PASSWORD = said("Falta su contraseña: póngala en el CSV «file,password», o indique una para todos.")
OTHER_KIND = said("No es un fichero .p12 ni .pfx. Exporte el certificado con su clave en uno de esos formatos.")
LOCKED = said("El ZIP está cifrado. Comprima los ficheros sin contraseña: cada certificado ya tiene la suya.")
TOO_BIG = said("Pasa de 100 kB: un certificado con su clave ocupa mucho menos.")
BAD_CSV = said("El CSV de contraseñas debe tener la cabecera «file,password» y una fila por fichero.")
DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError)


@dataclass
class Entry:
    """A file of the ZIP; `fault` is by field, empty when there is none."""

    name: str
    content: bytes = b""
    password: str = ""
    fault: dict[str, list[str]] = field(default_factory=dict)


def entries_of(content: bytes, password: str, beside: bytes | None) -> list[Entry]:
    """In the order of the ZIP. Raises Invalid and TooLarge about the ZIP as a whole."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return opened(archive, password, beside)
    except DAMAGED:
        raise Invalid.field("file", NOT_A_ZIP) from None


def opened(archive: zipfile.ZipFile, password: str, beside: bytes | None) -> list[Entry]:
    # What has no name is no file, and asking whether it is a folder breaks.
    files = [info for info in archive.infolist() if info.filename and not info.is_dir() and not is_litter(info.filename)]
    lists = [info for info in files if info.filename.lower().endswith(".csv")]
    wanted = [info for info in files if info not in lists]
    if len(wanted) > MOST_AT_ONCE:
        raise TooLarge(said("El ZIP pasa de {most} ficheros. Repártalos en varios.", most=MOST_AT_ONCE))
    if not any(is_certificate(info) for info in wanted):
        raise Invalid.field("file", EMPTY)
    if any(info.flag_bits & 1 for info in files):
        raise Invalid.field("file", LOCKED)
    inside = read(archive, lists[0], LARGEST_LIST) if lists else b""
    return list(with_passwords(archive, wanted, passwords_in(inside if beside is None else beside), password))


def is_certificate(info: zipfile.ZipInfo) -> bool:
    return info.filename.lower().endswith(KINDS)


def is_litter(name: str) -> bool:
    """What macOS and Windows put into a ZIP by themselves."""
    path = PurePosixPath(name)
    return path.parts[:1] == ("__MACOSX",) or path.name.startswith((".", "~$"))


def with_passwords(archive: zipfile.ZipFile, wanted: list[zipfile.ZipInfo], own: dict[str, str], password: str) -> Iterator[Entry]:
    left = MOST_BYTES
    for info in wanted:
        entry = Entry(info.filename[-300:], password=own.get(key_of(info.filename), own.get(base_of(info.filename), password)))
        content = read(archive, info, LARGEST_FILE) if is_certificate(info) else b""
        left -= len(content)
        if left < 0:
            raise TooLarge(said("Los ficheros del ZIP pasan de 60 MB. Repártalos en varios."))
        if not is_certificate(info):
            entry.fault = {"file": [OTHER_KIND]}
        elif len(content) > LARGEST_FILE:
            entry.fault = {"file": [TOO_BIG]}
        elif not entry.password:
            entry.fault = {"password": [NO_PASSWORD]}
        else:
            entry.content = content
        yield entry


def read(archive: zipfile.ZipFile, info: zipfile.ZipInfo, most: int) -> bytes:
    """At most a byte more than it may have."""
    with archive.open(info) as file:
        return file.read(most + 1)


def passwords_in(content: bytes) -> dict[str, str]:
    """File → password, by path and by bare name, whatever the capitals. A password is taken as it stands, blanks included."""
    if not content:
        return {}
    if len(content) > LARGEST_LIST:
        raise TooLarge(said("El CSV de contraseñas pasa de 1 MB."))
    lines = decoded(content).splitlines()
    for delimiter in (";", ","):
        rows = [row for row in csv.reader(lines, delimiter=delimiter) if row]
        if rows and len(rows[0]) >= 2 and all(folded(cell) in names for cell, names in zip(rows[0], NAMES, strict=False)):
            found = [(row[0], row[1]) for row in rows[1:] if len(row) >= 2]
            return {base_of(name): word for name, word in found} | {key_of(name): word for name, word in found}
    raise Invalid.field("passwords", BAD_CSV)


def key_of(name: str) -> str:
    return name.strip().replace("\\", "/").casefold()


def base_of(name: str) -> str:
    return PurePosixPath(key_of(name)).name
