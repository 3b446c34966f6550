"""The Tablón Edictal Único as the BOE publishes it: an HTML index a day and one PDF an edict.

Traps it plays on purpose: Sundays and days without a bulletin answer 404, an index may grow during the day, a PDF repeats
its reference ("cve: BOE-N-…") in the footer of each page, and ids in narrow columns wrap inside their cell.
Invariant: an id belongs to one day for ever; publishing it again replaces its text, never its date.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from html import escape
from itertools import groupby
from threading import RLock
from urllib.parse import parse_qs

from deploy.sandbox.teu_pdf import render

SUNDAY = 6
PAGE = re.compile(r"/boe_n/dias/(\d{4})/(\d{2})/(\d{2})/(index|not)\.php")
EDICT_ID = re.compile(r"BOE-N-(\d{4})-(\d{1,7})")
NOTHING = "No se han publicado anuncios de notificación en este suplemento."
MONTHS = ["enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"]
HTML = "text/html; charset=UTF-8"

Answer = tuple[int, str, bytes]


@dataclass
class _Edict:
    content: dict
    published_on: date
    pdf: bytes | None = None
    lock: RLock = field(default_factory=RLock)

    def rendered(self, edict_id: str) -> bytes:
        """The PDF, made once: two readers that ask together get the same bytes."""
        with self.lock:
            if self.pdf is None:
                self.pdf = render(edict_id, self.published_on, self.content)
            return self.pdf


class Bulletin:
    """Every day that was published. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = RLock()
        self.reset()

    def reset(self) -> None:
        """Empty again: every day answers 404."""
        with self._lock:
            self._days: dict[date, list[str]] = {}
            self._edicts: dict[str, _Edict] = {}
            self._last_number: dict[int, int] = {}

    def publish(self, day: date, edicts: list[dict]) -> list[str]:
        """Add edicts {id?, issuer, title, text?, table?: {headers, rows, widths_pt?}, regime?} to a day; their ids, in the order given.

        ValueError, and nothing is published: a Sunday, an id that is not BOE-N-YYYY-NNNNNN or that another day holds, an edict
        without issuer or title, a row that has not one cell a header.
        """
        if day.weekday() == SUNDAY:
            raise ValueError(f"{day} is a Sunday: the TEU is published from Monday to Saturday")
        with self._lock:
            for edict in edicts:
                self._refuse_if_wrong(day, edict)
            self._days.setdefault(day, [])
            return [self._add(day, edict) for edict in edicts]

    def answer(self, path: str, query: str) -> Answer | None:
        """(status, content type, body) of a request; None when the path is not of the TEU."""
        page = PAGE.fullmatch(path)
        if not page:
            return _not_found() if path.startswith("/boe_n/") else None
        try:
            day = date(*(int(part) for part in page.groups()[:3]))
        except ValueError:
            return _not_found()
        asked = {name: values[-1] for name, values in parse_qs(query).items()}
        return self._index(day, asked.get("l", "N")) if page[4] == "index" else self._pdf(day, asked.get("id", ""))

    def _refuse_if_wrong(self, day: date, edict: dict) -> None:
        missing = [name for name in ("issuer", "title") if not edict.get(name)]
        if missing:
            raise ValueError(f"an edict needs {' and '.join(missing)}")
        columns = len((edict.get("table") or {}).get("headers", []))
        if any(len(row) != columns for row in (edict.get("table") or {}).get("rows", [])):
            raise ValueError(f"each row of the table needs {columns} cells, one a header")
        edict_id = edict.get("id")
        if edict_id is None:
            return
        if not EDICT_ID.fullmatch(edict_id):
            raise ValueError(f"{edict_id} is not of the form BOE-N-YYYY-NNNNNN")
        if edict_id in self._edicts and self._edicts[edict_id].published_on != day:
            raise ValueError(f"{edict_id} was published on {self._edicts[edict_id].published_on}")

    def _add(self, day: date, edict: dict) -> str:
        edict_id = edict.get("id") or f"BOE-N-{day.year}-{self._last_number.get(day.year, 0) + 1:06d}"
        year, number = (int(part) for part in edict_id.split("-")[2:])
        self._last_number[year] = max(number, self._last_number.get(year, 0))
        if edict_id not in self._edicts:
            self._days[day].append(edict_id)
        self._edicts[edict_id] = _Edict(edict, day)
        return edict_id

    def _index(self, day: date, supplement: str) -> Answer:
        with self._lock:
            if supplement != "N" or day not in self._days:
                return _not_found()
            rows = [(edict_id, self._edicts[edict_id].content) for edict_id in self._days[day]]
        return 200, HTML, _index_page(day, rows).encode()

    def _pdf(self, day: date, edict_id: str) -> Answer:
        with self._lock:
            edict = self._edicts.get(edict_id)
        if edict is None or edict.published_on != day:
            return _not_found()
        return 200, "application/pdf", edict.rendered(edict_id)


def _index_page(day: date, rows: list[tuple[str, dict]]) -> str:
    # The bulletin groups by issuer, so that edicts of one issuer stand under one heading.
    by_issuer = groupby(sorted(rows, key=lambda row: row[1]["issuer"]), key=lambda row: row[1]["issuer"])
    listed = "\n".join(
        f"<h5>{escape(issuer)}</h5>\n<ul>\n" + "\n".join(_item(day, edict_id, edict["title"]) for edict_id, edict in group) + "\n</ul>"
        for issuer, group in by_issuer
    )
    heading = f"Suplemento de Notificaciones del {day.day} de {MONTHS[day.month - 1]} de {day.year}"
    content = f'<h2>{heading}</h2>\n<div id="indiceSumarioN"><div class="sumario">\n{listed or f"<p>{NOTHING}</p>"}\n</div></div>'
    return _html_page(heading, content)


def _item(day: date, edict_id: str, title: str) -> str:
    url = f"/boe_n/dias/{day:%Y/%m/%d}/not.php?id={edict_id}"
    link = f'<li class="puntoPDF"><a href="{url}" title="Documento PDF (Ref. {edict_id})">PDF (Referencia {edict_id})</a></li>'
    return f'<li class="notif"><p>{escape(title)}</p>\n<ul>{link}</ul></li>'


def _html_page(title: str, content: str) -> str:
    head = f'<head><meta charset="UTF-8"><title>BOE.es - {title}</title></head>'
    return f'<!DOCTYPE html>\n<html lang="es">\n{head}\n<body>\n{content}\n</body>\n</html>\n'


def _not_found() -> Answer:
    return 404, HTML, _html_page("Error 404", "<h1>Página no encontrada</h1>").encode()
