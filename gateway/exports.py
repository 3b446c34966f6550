"""A file that is sent while it is made: asked for in parts, so that neither a service nor the gateway holds it whole.

A stream holds a thread, so there are few at once, beside the live views and not among them: people who look do not keep a file from who
needs it, nor the reverse. What can be refused is refused before the first byte. Trap: later a status can no longer be sent; the connection
is cut instead, so that half a file is not taken for a whole one.
"""

from __future__ import annotations

import threading
import unicodedata
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any
from urllib.parse import quote

from flask import Response

from gateway import session
from services.contracts.errors import Away
from services.contracts.sentences import said

AT_ONCE = 500
MOST = 8
JSON_LINES = "application/jsonl"
open_downloads = threading.BoundedSemaphore(MOST)


def csv(name: str, head: str, ids: list[str], lines_of: Callable[[Any, list[str]], str]) -> Response:
    """`lines_of(ask, some_ids)` gives the lines of a part."""
    asking, pool = session.signed_in(), session.pool()

    def parts() -> Iterator[str]:
        for start in range(0, len(ids), AT_ONCE):
            with pool.services(asking) as ask:
                part = lines_of(ask, ids[start : start + AT_ONCE])
            yield part

    return sent(f"{name}.csv", "text/csv", chain([head], parts()))


def json_lines(name: str, head: str, size: int, page_after: Callable[[Any, int], dict[str, Any]]) -> Response:
    """`page_after(ask, number)` gives {lines, after}: some lines, and the number behind which to go on; `size` is the last number."""
    asking, pool = session.signed_in(), session.pool()

    def parts() -> Iterator[str]:
        after = 0
        while after < size:
            with pool.services(asking) as ask:
                page = page_after(ask, after)
            yield "".join(f"{line}\n" for line in page["lines"])
            after = page["after"]

    return sent(f"{name}.jsonl", JSON_LINES, chain([f"{head}\n"], parts()))


def sent(filename: str, mimetype: str, parts: Iterator[str] | Iterator[bytes]) -> Response:
    if not open_downloads.acquire(blocking=False):
        raise Away(said("Hay demasiadas descargas a la vez. Inténtelo de nuevo dentro de unos segundos."))
    response = Response(parts, mimetype=mimetype, headers={"Cache-Control": "no-store"})
    response.headers.set("Content-Disposition", "attachment", **named(filename))
    response.call_on_close(open_downloads.release)
    return response


def named(filename: str) -> dict[str, str]:
    """A name beyond ASCII is said twice, plainly for programs that know no better (RFC 6266, section 4.3)."""
    plain = unicodedata.normalize("NFKD", filename).encode("ascii", "ignore").decode() or "documento"
    return {"filename": plain} if plain == filename else {"filename": plain, "filename*": f"UTF-8''{quote(filename, safe='')}"}
