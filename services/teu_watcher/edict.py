"""Reads one edict: fetches its PDF, turns it into text, finds whom it names. Network and child processes, so never inside a unit of work.

What is kept of third parties is a keyed hash. The rows in which ids stand stay in memory until it is known which of them a client watches.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from eventlet import tpool
from nameko.extensions import DependencyProvider

from services.chassis.settings import Settings
from services.teu_watcher.bulletin import BoeSource, FetchedPdf, IndexedEdict
from services.teu_watcher.matching import mentions, watch_hash
from services.teu_watcher.reading import PdfReader
from services.teu_watcher.regimes import regime_of
from services.teu_watcher.terms import terms_of

HASHING = "teu_watch"
MOST_ROWS = 20


class ReadingRoom(DependencyProvider):
    """What the reading needs, one a process: the source, the children that read PDFs, and the bell that says there is work."""

    def setup(self) -> None:
        self.settings: Settings = self.container.config["settings"]
        settings = self.settings
        self.source = BoeSource(settings.teu_url, settings.bodies_ca_file or None, settings.teu_requests_per_s, settings.body_timeout_s)
        self.pdfs = PdfReader()
        self.bell = threading.Event()

    def stop(self) -> None:
        self.pdfs.close()

    def get_dependency(self, worker_ctx: Any) -> ReadingRoom:
        return self


@dataclass(frozen=True)
class ReadEdict:
    """An edict and what was found in it. `rows`: hash of a tax id → the rows that name it; `terms`: as `terms_of` gives them."""

    listed: IndexedEdict
    published_on: date
    pdf: FetchedPdf
    regime: str
    rows: dict[str, str]
    terms: str


def read_edict(room: ReadingRoom, key: bytes, published_on: date, listed: IndexedEdict) -> ReadEdict:
    """Raises what the source and the reader of PDFs raise."""
    pdf = room.source.pdf(listed)
    pages = room.pdfs.read(pdf.content)
    return tpool.execute(_understood, key, published_on, listed, pdf, pages)


def _understood(key: bytes, published_on: date, listed: IndexedEdict, pdf: FetchedPdf, pages: list[str]) -> ReadEdict:
    regime = regime_of(f"{listed.issuer}. {listed.title}", "\n".join(pages))
    return ReadEdict(listed, published_on, pdf, regime, rows_by_hash(key, pages), terms_of(pages))


def hash_of(key: bytes, tax_id: str) -> str:
    """As it stands in the tables."""
    return watch_hash(key, tax_id).hex()


def rows_by_hash(key: bytes, pages: Iterable[str]) -> dict[str, str]:
    rows: dict[str, list[str]] = {}
    for mention in mentions(pages):
        found = rows.setdefault(hash_of(key, mention.tax_id), [])
        if len(found) < MOST_ROWS:
            found.append(mention.snippet)
    return {digest: "\n".join(dict.fromkeys(found)) for digest, found in rows.items()}
