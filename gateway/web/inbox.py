"""The inbox: what waits, nearest deadline first."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, g, render_template, request

from gateway import session
from services.contracts.schemas import checked
from services.contracts.schemas.notifications import NotificationsPage

MADRID = ZoneInfo("Europe/Madrid")
TRAYS = {"pending": "Pendientes", "in_progress": "En trámite", "closed": "Cerradas"}
URGENT_DAYS = 3


def register(pages: Blueprint) -> None:
    pages.add_url_rule("/", view_func=inbox)
    pages.add_app_template_filter(spanish_day)
    pages.add_app_template_filter(days_left)


def inbox() -> Any:
    wanted = {"tray": "pending"} | {name: value for name, value in request.args.items() if value}
    page = NotificationsPage().dump(checked(NotificationsPage, wanted))
    with session.services() as ask:
        found = ask.notifications.notifications(page)
        names = ask.clients.names(sorted({item["client_id"] for item in found["items"]}))
        me = ask.access.me()
    return render_template("inbox/list.html", found=found, page=page, trays=TRAYS, names=names, me=me, csrf_token=g.csrf_token)


def spanish_day(day: str | None) -> str:
    """`2026-10-09` or an instant, as a Spanish day in Madrid."""
    if not day:
        return "—"
    on = date.fromisoformat(day) if len(day) == 10 else datetime.fromisoformat(day).astimezone(MADRID).date()
    return f"{on:%d/%m/%Y}"


def days_left(day: str | None) -> dict[str, Any] | None:
    """How many days are left, in words and with how much it presses: late, urgent or calm."""
    if not day:
        return None
    left = (date.fromisoformat(day) - datetime.now(MADRID).date()).days
    words = (
        "hoy"
        if left == 0
        else "mañana"
        if left == 1
        else f"quedan {left} días"
        if left > 1
        else "vencida ayer"
        if left == -1
        else f"vencida hace {-left} días"
    )
    return {"words": words, "pressure": "late" if left < 0 else "urgent" if left <= URGENT_DAYS else "calm"}
