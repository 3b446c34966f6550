"""The texts of the pages and the sentences of the services: taken from the code, merged into each language's files, compiled. `make texts`.

Spanish is the source, so it has no file. A translation that no text asks for any more is dropped; one whose Spanish changed has to be made
anew: nothing is guessed from what it resembles. A test holds files, code and compiled files together.

The two are apart because the pages ask for their texts by name, while a sentence is looked for by its words (`gateway/sentences.py`), where
a word of some page, typed by a person as the name of something, must not be found.
"""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

FOLDER = Path("gateway/web/translations")
LANGUAGES = ("ca", "eu", "gl", "en")
METHODS = [("**.py", "python"), ("**.html", "jinja2")]
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
PAGES: dict[str, Any] = {"_": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2), "lazy_ngettext": (1, 2)}
SOURCES: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "messages": (("gateway",), PAGES),
    "sentences": (("services", "gateway"), {"said": None}),
}


def wanted(domain: str) -> Catalog:
    """Every text of the pages (`messages`) or of what is `said` (`sentences`), with the files in which it stands."""
    catalog = Catalog(project="Casillero", charset="utf-8")
    folders, keywords = SOURCES[domain]
    for folder in folders:
        for file, _line, message, comments, context in extract_from_dir(folder, METHODS, keywords=keywords):
            catalog.add(message, locations=[(file, 0)], auto_comments=comments, context=context)
    return catalog


def translated(language: str, domain: str) -> Catalog:
    path = po_of(language, domain)
    if not path.exists():
        return Catalog(locale=language, project="Casillero", charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=language)


def merged(language: str, domain: str) -> Catalog:
    """What the code asks for, with the translations that there are; without dates, so that a diff shows texts."""
    known, catalog = translated(language, domain), Catalog(locale=language, project="Casillero", charset="utf-8", fuzzy=False)
    for message in wanted(domain):
        if message.id:
            before = known.get(message.id)
            catalog.add(message.id, before.string if before else "", flags=message.flags)
    return catalog


def po_of(language: str, domain: str) -> Path:
    return FOLDER / language / "LC_MESSAGES" / f"{domain}.po"


def compiled(catalog: Catalog) -> bytes:
    """Without the time of compiling, so that the same texts are the same file."""
    catalog.creation_date = catalog.revision_date = LONG_AGO
    file = io.BytesIO()
    write_mo(file, catalog)
    return file.getvalue()


def is_translated(message: Message) -> bool:
    forms = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
    return bool(forms) and "" not in forms


def write() -> None:
    for language, domain in ((language, domain) for language in LANGUAGES for domain in SOURCES):
        catalog, path = merged(language, domain), po_of(language, domain)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            write_po(file, catalog, width=0, omit_header=True, no_location=True, sort_output=True)
        path.with_suffix(".mo").write_bytes(compiled(translated(language, domain)))
        missing = sum(1 for message in catalog if message.id and not is_translated(message))
        print(f"{language} {domain}: {len(catalog)} textos, {missing} sin traducir")


if __name__ == "__main__":
    write()
