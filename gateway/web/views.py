"""Saved views of the client list: a name for what its address asks."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request
from flask_babel import gettext

from gateway import session
from gateway.web import forms
from gateway.web.clients import LIST, address_of, shown
from gateway.web.lists import asked, here, parameters
from gateway.web.notices import Undo, then
from services.contracts.schemas.clients import ClientFilters, ClientsExport


def register(pages: Blueprint) -> None:
    pages.add_url_rule(f"{LIST}/vistas", view_func=save_view, methods=["POST"])
    pages.add_url_rule(f"{LIST}/vistas/<view_id>/quitar", view_func=remove_view, methods=["POST"])


def save_view() -> Any:
    new = {"name": request.form.get("name", ""), "query": query_of(), "is_shared": bool(request.form.get("is_shared"))}
    with session.services() as ask:
        try:
            ask.clients.save_view(new)
        except forms.SHOWN_AGAIN as refusal:
            return shown(ask, refusal, "view")
    return then(here(LIST), gettext("Vista guardada."))


def remove_view(view_id: str) -> Any:
    with session.services() as ask:
        own = [view for view in ask.clients.views() if view["id"] == view_id and view["is_mine"]]
        ask.clients.remove_view(view_id)
    return then(LIST, gettext("Vista quitada."), kept_again(own[0]) if own else None)


def kept_again(view: dict[str, Any]) -> Undo:
    """Only of one's own: a view belongs to who saves it."""
    shared = {"is_shared": "1"} if view["is_shared"] else {}
    return Undo(address_of(view).replace(LIST, f"{LIST}/vistas", 1), {"name": view["name"], **shared})


def query_of() -> dict[str, Any]:
    """What a view keeps of this address: `q`, the order and the filters."""
    wanted = parameters(ClientsExport, asked(ClientsExport))
    filters = {name: value for name, value in wanted.items() if name in ClientFilters().fields}
    return {"q": wanted.get("q", ""), "sort": wanted.get("sort", ""), "filters": filters}
