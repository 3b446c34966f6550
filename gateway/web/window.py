"""The frame of every page of somebody who is signed in: the left menu with what their role allows, who they are, what has just happened.

A page is a view that asks the services and answers `window(ask, template, …)`. What was just done is said on the page that follows
(`notices.then`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import g, make_response, render_template, request
from flask_babel import LazyString, gettext
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response

from gateway.web import languages, notices
from services.contracts.errors import NotAllowed

THEME = "casillero_theme"
THEMES = ("light", "dark")


@dataclass(frozen=True)
class Entry:
    """One line of the menu; `needs`: any of these capabilities, or none at all."""

    label: LazyString
    address: str
    icon: str
    needs: tuple[str, ...] = ()


MENU: tuple[tuple[LazyString, tuple[Entry, ...]], ...] = (
    (
        _("Gestión"),
        (
            Entry(_("Listado de clientes"), "/clientes", "users"),
            Entry(_("Notificaciones"), "/notificaciones", "mail"),
            Entry(_("Tablón edictal"), "/edictos", "news"),
            Entry(_("Buzones"), "/buzones", "mailbox"),
        ),
    ),
    (
        _("Configuración"),
        (
            Entry(_("Grupos"), "/grupos", "users-group"),
            Entry(_("Usuarios y roles"), "/usuarios", "user-check", ("users.manage", "groups.manage", "grants.manage")),
            Entry(_("Certificados"), "/certificados", "certificate", ("certificates.manage",)),
            Entry(_("Portales"), "/portales", "world", ("settings.manage",)),
            Entry(_("Despacho"), "/despacho", "settings", ("settings.manage",)),
        ),
    ),
    (
        _("Actividad"),
        (
            Entry(_("Salud de organismos"), "/salud", "heartbeat"),
            Entry(_("Auditoría"), "/auditoria", "shield-check", ("audit.read",)),
            Entry(_("Eventos aparcados"), "/aparcados", "clock", ("settings.manage",)),
        ),
    ),
)


def window(ask: Any, template: str, status: int = 200, me: dict[str, Any] | None = None, **values: Any) -> Response:
    """The page in the frame. Reads who is signed in, so that what their role forbids has no button; `me`: as read already."""
    me = me or ask.access.me()
    languages.speak(me["language"])
    may = frozenset(me["capabilities"])
    frame = {"me": me, "may": may, "menu": list(menu_for(may)), "csrf_token": g.csrf_token, "theme": theme()}
    response = make_response(render_template(template, **frame, notice=notices.waiting(), **values), status)
    if notices.COOKIE in request.cookies:
        response.delete_cookie(notices.COOKIE, path="/")
    if request.cookies.get(languages.COOKIE) != me["language"]:
        languages.remember(response, me["language"])
    return response


def require(ask: Any, capability: str) -> None:
    """Raises NotAllowed: a form that the role may not send is not shown either."""
    if capability not in ask.access.me()["capabilities"]:
        raise NotAllowed(gettext("Su rol no le permite hacer esto. Pídaselo a quien administra los usuarios de su despacho."))


def menu_for(may: frozenset[str]) -> Iterable[tuple[LazyString, list[Entry]]]:
    for section, entries in MENU:
        shown = [entry for entry in entries if not entry.needs or may.intersection(entry.needs)]
        if shown:
            yield section, shown


def theme() -> str:
    """`light` or `dark` when the person chose one; empty: as the system is."""
    chosen = request.cookies.get(THEME, "")
    return chosen if chosen in THEMES else ""
