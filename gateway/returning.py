"""The way back for whoever's session has ended: to the page that they asked for, or to what they had typed in a form.

    /entrar?volver=/clientes/…      a page: its path goes through the doors in the address and in a hidden field
    Typed                           a form: what was typed goes through the doors in a hidden field, and nothing of it is written down

Traps: what was typed is never sent by itself once somebody is in, who may be somebody else: they are asked. It is only kept of a form of
our own pages, or another site could put one into a visitor's hands. A form with a password or a file is not kept.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from flask import Response, redirect, render_template, request

from gateway import session
from services.contracts.errors import NotAllowed

DOOR: Final = "/entrar"
BACK: Final = "volver"
TYPED: Final = "typed_before"
CSRF: Final = "csrf_token"
SECRET: Final = frozenset({"password", "again", "current", "otp", "client_secret"})
OURS: Final = re.compile(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]*")


def ours(address: str) -> str:
    """The address when it is a path of ours, or else the first page: nobody is sent to another host."""
    return address if OURS.fullmatch(address) else "/"


@dataclass(frozen=True)
class Typed:
    """A form that came too late: where it was sent, the page on which it stands, and its fields."""

    to: str
    page: str
    fields: tuple[tuple[str, str], ...]

    @classmethod
    def sent(cls) -> Typed | None:
        """By this request; None for what is not kept."""
        if request.mimetype != "application/x-www-form-urlencoded" or SECRET.intersection(request.form) or not is_of_our_pages():
            return None
        fields = tuple((name, value) for name, value in request.form.items(multi=True) if name != CSRF)
        return cls(address_asked(), page_before(), fields) if fields else None

    @classmethod
    def carried(cls) -> Typed | None:
        """Through the door, by the form of this request; None when there is none."""
        try:
            body = json.loads(request.form.get(TYPED, ""))
            fields = tuple((str(name), str(value)) for name, value in body["fields"])
            return cls(ours(str(body["to"])), ours(str(body["page"])), fields)
        except (ValueError, KeyError, TypeError):
            return None

    def written(self) -> str:
        return json.dumps({"to": self.to, "page": self.page, "fields": self.fields}, ensure_ascii=False)


def to_the_door() -> Any:
    """What somebody is answered who is not signed in, or no longer."""
    if "HX-Request" in request.headers:
        # A part of a page cannot show the door: the whole page goes there.
        return Response(status=401, headers={"HX-Redirect": door(path_of(request.headers.get("HX-Current-URL", "")))})
    if request.method in session.SAFE_METHODS:
        return redirect(door(address_asked()))
    typed = Typed.sent()
    if typed is None:
        return redirect(door(page_before()))
    carried = {TYPED: typed.written(), BACK: typed.page}
    return render_template("session/sign_in.html", typed=carried, refusal=None, has_ended=True), 401


def door(back: str) -> str:
    return f"{DOOR}?{urlencode({BACK: back})}" if ours(back) != "/" else DOOR


def address_asked() -> str:
    return ours(request.full_path.removesuffix("?"))


def page_before() -> str:
    """The page of ours that sent this form; the first one when it does not say."""
    return path_of(request.headers.get("Referer", ""))


def path_of(url: str) -> str:
    parts = urlsplit(url)
    return ours(f"{parts.path}?{parts.query}" if parts.query else parts.path) if parts.netloc == request.host else "/"


def is_of_our_pages() -> bool:
    try:
        session.require_same_origin()
    except NotAllowed:
        return False
    return True


def carried_on() -> dict[str, str]:
    """What the next form at the door has to carry, of this request. What was typed never comes by an address: anybody can write one."""
    carried = {BACK: request.values.get(BACK, ""), TYPED: request.form.get(TYPED, "")}
    return {name: value for name, value in carried.items() if value}


def after_the_door(csrf_token: str) -> Any:
    """What follows for who is in: what they had typed, to be sent by them, or the page that they asked for."""
    typed = Typed.carried()
    if typed is None:
        return redirect(ours(request.form.get(BACK, "/")))
    return render_template("session/typed_before.html", before=typed, csrf_token=csrf_token)
