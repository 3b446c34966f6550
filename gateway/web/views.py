"""Saved views of the client list: a name for what its address asks."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import Blueprint, request
from flask_babel import gettext

from gateway import session
from gateway.web.notices import Undo, then
from services.contracts.schemas.clients import ClientFilters

LIST = "/clientes"


def register(pages: Blueprint) -> None:
    pages.add_url_rule("/clientes/vistas", view_func=save_view, methods=["POST"])
    pages.add_url_rule("/clientes/vistas/<view_id>/quitar", view_func=remove_view, methods=["POST"])


def save_view() -> Any:
    asked = request.form.get("query", "")
    new = {"name": request.form.get("name", ""), "query": query_of(asked), "is_shared": bool(request.form.get("is_shared"))}
    with session.services() as ask:
        ask.clients.save_view(new)
    return then(f"{LIST}?{asked}", gettext("Vista guardada."))


def remove_view(view_id: str) -> Any:
    with session.services() as ask:
        own = [view for view in ask.clients.views() if view["id"] == view_id and view["is_mine"]]
        ask.clients.remove_view(view_id)
    return then(LIST, gettext("Vista quitada."), kept_again(own[0]) if own else None)


def kept_again(view: dict[str, Any]) -> Undo:
    """Only of one's own: a view belongs to who saves it."""
    shared = {"is_shared": "1"} if view["is_shared"] else {}
    return Undo(f"{LIST}/vistas", {"name": view["name"], "query": address_of(view).partition("?")[2], **shared})


def query_of(asked: str) -> dict[str, Any]:
    """What a view keeps of an address: `q`, the order and the filters."""
    wanted = dict(parse_qsl(asked))
    filters = {name: value for name, value in wanted.items() if name in ClientFilters().fields}
    return {"q": wanted.get("q", ""), "sort": wanted.get("sort", ""), "filters": filters}


def address_of(view: dict[str, Any]) -> str:
    """The list as the view asks for it."""
    query = view["query"]
    wanted = {"q": query["q"], "sort": query["sort"], **query["filters"]}
    said = {
        name: str(value).lower() if isinstance(value, bool) else value for name, value in wanted.items() if value not in ("", None, False)
    }
    return f"{LIST}?{urlencode(said)}" if said else LIST
