"""The BOE's pages of the TEU: the index of a day (HTML) and one PDF an edict. There is no feed and no XML of these edicts.

A source is anything with `index(day)` and `pdf(edict)`; `BoeSource` is the one over HTTPS. Whether it may run at all (the BOE's
robots.txt shuts /boe_n/) is for the service to decide: nothing here asks.

Traps: an index grows during the day, so it is read more than once; a page that lost its layout, or its end, parses without an error
and lacks rows, so every reference that the page prints must be one of the rows found. Sundays have no bulletin and 404 means there
is none (yet), but a changed address also answers 404: the service must not let several working days pass without one.
Invariant: an empty index is one where the page says so.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from threading import Lock
from urllib.parse import urljoin, urlsplit

import requests
from lxml import html

SUNDAY = 6
LARGEST_INDEX = 20 << 20
LARGEST_PDF = 40 << 20
ANSWER_S = 120.0  # For one whole answer, however slowly it trickles; `timeout_s` is for each pause.
_REFERENCE = re.compile(r"BOE-N-\d{4}-\d+")
_SAYS_EMPTY = re.compile(r"no\s+(?:se\s+han\s+publicado|hay|contiene)\s+(?:anuncios|notificaciones)", re.IGNORECASE)


class UnexpectedAnswer(Exception):
    """The BOE answered something that is not what it publishes: a person must look."""


class BulletinAway(Exception):
    """The BOE cannot be reached or is out of order: try again later."""


@dataclass(frozen=True)
class IndexedEdict:
    """A row of a day's index. `url` is absolute."""

    edict_id: str
    issuer: str
    title: str
    url: str


@dataclass(frozen=True)
class FetchedPdf:
    """A PDF as it came, whole; `sha256` in hexadecimal."""

    content: bytes
    sha256: str


class BoeSource:
    """The BOE's own server, or the sandbox in its place. Safe to share between threads."""

    def __init__(self, base_url: str, ca_file: str | None = None, requests_per_second: float = 3, timeout_s: float = 30) -> None:
        """`ca_file`: PEM of the only authority accepted (None: the public ones). `requests_per_second` 0 means no limit."""
        self._base_url = base_url.rstrip("/")
        self._session = requests.Session()
        self._session.trust_env = False  # A CA bundle in the environment would replace ours without a word.
        self._session.verify = ca_file or True
        self._session.headers["User-Agent"] = "Casillero TEU reader"
        self._timeout_s = timeout_s
        self._pace = _Pace(requests_per_second)

    def index(self, day: date) -> list[IndexedEdict] | None:
        """The rows of a day's index in its order; None: no bulletin that day. UnexpectedAnswer, BulletinAway."""
        if day.weekday() == SUNDAY:
            return None
        url = f"{self._base_url}/boe_n/dias/{day:%Y/%m/%d}/index.php?l=N"
        page = self._get(url, LARGEST_INDEX)
        return None if page is None else rows_of(page, url)

    def pdf(self, edict: IndexedEdict) -> FetchedPdf:
        """The PDF of a row. UnexpectedAnswer: not a whole PDF of at most 40 MB; BulletinAway."""
        content = self._get(edict.url, LARGEST_PDF)
        if content is None:
            raise BulletinAway(f"{edict.edict_id} is in the index and answers 404")
        # The library mends a PDF that was cut, and would read a part of it as if it were all.
        if not content.startswith(b"%PDF-") or b"%%EOF" not in content[-2048:]:
            raise UnexpectedAnswer(f"{edict.edict_id}: {len(content)} bytes that are not a whole PDF")
        return FetchedPdf(content, sha256(content).hexdigest())

    def _get(self, url: str, largest: int) -> bytes | None:
        """The body of a 200, None for a 404."""
        self._pace.wait()
        try:
            with self._session.get(url, timeout=self._timeout_s, stream=True, allow_redirects=False) as answer:
                if answer.status_code == 404:
                    return None
                if answer.status_code == 429 or answer.status_code >= 500:
                    raise BulletinAway(f"{url} answers {answer.status_code}")
                if answer.status_code != 200:
                    raise UnexpectedAnswer(f"{url} answers {answer.status_code}")
                return _body(answer, largest)
        except requests.RequestException as error:
            raise BulletinAway(f"{url}: {type(error).__name__}") from error


class _Pace:
    """At most so many requests a second, over all threads."""

    def __init__(self, per_second: float) -> None:
        self._pause_s = 1 / per_second if per_second else 0.0
        self._next_at = 0.0
        self._lock = Lock()

    def wait(self) -> None:
        with self._lock:
            now = time.monotonic()
            mine = max(now, self._next_at)
            self._next_at = mine + self._pause_s
        if mine > now:
            time.sleep(mine - now)


def rows_of(page: bytes, url: str) -> list[IndexedEdict]:
    """The rows of an index page that was read at `url`. UnexpectedAnswer when it is not one, or not whole."""
    if b"</html>" not in page[-200:].lower():
        raise UnexpectedAnswer(f"{url} has no end")
    root = html.document_fromstring(page, parser=html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False))
    found = root.xpath("//*[@id='indiceSumarioN']")
    if not found:
        raise UnexpectedAnswer(f"{url} is not an index of notifications")
    rows = _rows(found[0], url)
    unread = set(_REFERENCE.findall(page.decode("utf-8", "replace"))) - rows.keys()
    if unread:
        raise UnexpectedAnswer(f"{url} names {len(unread)} edicts outside the layout that we know, {min(unread)} the first")
    if not rows and not _SAYS_EMPTY.search(found[0].text_content()):
        raise UnexpectedAnswer(f"{url} lists nothing and does not say so")
    return list(rows.values())


def _rows(index: html.HtmlElement, url: str) -> dict[str, IndexedEdict]:
    rows: dict[str, IndexedEdict] = {}
    issuer = ""
    for element in index.xpath(".//h5 | .//li[contains(concat(' ', normalize-space(@class), ' '), ' notif ')]"):
        if element.tag == "h5":
            issuer = _words(element)
            continue
        row = _row(element, issuer, url)
        if rows.setdefault(row.edict_id, row) != row:
            raise UnexpectedAnswer(f"{url} gives {row.edict_id} twice, with different data")
    return rows


def _row(item: html.HtmlElement, issuer: str, url: str) -> IndexedEdict:
    titles, links = item.xpath("./p"), item.xpath(".//li[contains(@class, 'puntoPDF')]//a/@href")
    link = urljoin(url, links[0]) if len(links) == 1 else ""
    reference = _REFERENCE.search(link)
    if not (issuer and titles and reference):
        raise UnexpectedAnswer(f"{url} has a row without issuer, title or PDF")
    if urlsplit(link)[:2] != urlsplit(url)[:2]:
        raise UnexpectedAnswer(f"{url} links {reference[0]} at another server")
    return IndexedEdict(reference[0], issuer, _words(titles[0]), link)


def _words(element: html.HtmlElement) -> str:
    return " ".join(element.text_content().split())


def _body(answer: requests.Response, largest: int) -> bytes:
    body = bytearray()
    deadline = time.monotonic() + ANSWER_S
    for part in answer.iter_content(1 << 16):
        body += part
        if len(body) > largest:
            raise UnexpectedAnswer(f"{answer.url} is larger than {largest} bytes")
        if time.monotonic() > deadline:
            raise BulletinAway(f"{answer.url} was not whole after {ANSWER_S:.0f} s")
    return bytes(body)
