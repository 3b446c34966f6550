"""Salud: how the public bodies answer, and which days of the bulletin were read. One half is shown although the other is away."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint
from flask_babel import format_decimal, format_percent, gettext

from gateway import session
from gateway.web import names
from gateway.web.window import window
from services.contracts.errors import Away


def register(pages: Blueprint) -> None:
    pages.add_url_rule("/salud", view_func=health)
    pages.add_app_template_filter(percent, "percent")
    pages.add_app_template_filter(seconds, "seconds")


def health() -> Any:
    bodies = unless_away(lambda ask: ask.mailbox_sync.health())
    coverage = unless_away(lambda ask: ask.teu_watcher.coverage())
    with session.services() as ask:
        return window(ask, "health/health.html", bodies=bodies, coverage=coverage, names=names)


def unless_away(look: Callable[[Any], Any]) -> Any:
    """What is seen, or None from a service that does not answer."""
    try:
        with session.services() as ask:
            return look(ask)
    except Away:
        return None


def percent(share: float) -> str:
    return format_percent(share, "#,##0.# %")


def seconds(milliseconds: int | None) -> str:
    return "—" if milliseconds is None else gettext("%(seconds)s s", seconds=format_decimal(milliseconds / 1000, "#,##0.0##"))
