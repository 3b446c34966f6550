"""What is said on the page after something was done, and the button that undoes it.

    then(address, gettext("Cliente archivado."), Undo(f"/clientes/{id}/recuperar"))

Undoing is the opposite act, sent by a form that a page of its own sends too: with its own permissions, version and entry in the trail. The
button goes after eight seconds where there is JavaScript (`casillero.js`), and with the page where there is none.

Trap: the notice waits in a cookie, and a neighbouring host may write those. So the act is marked with a secret of the session; without its
mark only the sentence is shown.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote, unquote

from flask import g, redirect, request
from werkzeug.wrappers import Response

COOKIE: Final = "casillero_said"
LONGEST: Final = 3500
"""Of a cookie, of which browsers keep 4096 bytes: an act that would take more is not offered to be undone."""
Fields = dict[str, str | list[str]]


@dataclass(frozen=True)
class Undo:
    """The form of the opposite act: where it is sent, and its fields."""

    address: str
    fields: Fields = field(default_factory=dict)

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Name and value of each hidden field."""
        several = [(name, value if isinstance(value, list) else [value]) for name, value in self.fields.items()]
        return [(name, one) for name, values in several for one in values]

    def mark(self) -> str:
        act = json.dumps([self.address, self.fields], sort_keys=True)
        return hmac.new(g.csrf_token.encode(), act.encode(), hashlib.sha256).hexdigest()


@dataclass(frozen=True)
class Notice:
    sentence: str = ""
    undo: Undo | None = None

    def written(self) -> str:
        act = {"address": self.undo.address, "fields": self.undo.fields, "mark": self.undo.mark()} if self.undo else None
        return quote(json.dumps({"sentence": self.sentence, "act": act}, ensure_ascii=False))


def then(address: str, sentence: str = "", undo: Undo | None = None) -> Response:
    """After something was done: the page that follows, with what to say there."""
    response = redirect(address, 303)
    if sentence:
        kept = Notice(sentence, undo).written()
        kept = kept if len(kept) <= LONGEST else Notice(sentence).written()
        response.set_cookie(COOKIE, kept, max_age=60, httponly=True, samesite="Lax", path="/")
    return response


def waiting() -> Notice:
    """What the page before left to be said; nothing when there is none, or it is not of our making."""
    try:
        kept = json.loads(unquote(request.cookies.get(COOKIE, "")))
        return Notice(str(kept["sentence"]), marked(kept["act"]))
    except (ValueError, KeyError, TypeError):
        return Notice()


def marked(act: dict[str, Any] | None) -> Undo | None:
    if not act:
        return None
    undo = Undo(str(act["address"]), dict(act["fields"]))
    return undo if hmac.compare_digest(str(act["mark"]).encode(), undo.mark().encode()) else None
