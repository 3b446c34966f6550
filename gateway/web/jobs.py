"""A long job: how far it is, live, and what became of each row; without JavaScript the page loads itself again until it is over."""

from __future__ import annotations

from typing import Any

from flask import Blueprint
from flask_babel import lazy_gettext as _

from gateway import session
from gateway.api.jobs import OVER, owner
from gateway.web.lists import asked
from gateway.web.window import window
from services.contracts.schemas.jobs import JobOutcomesPage

STATES = {"queued": _("En cola"), "running": _("En marcha"), "done": _("Terminado"), "failed": _("Interrumpido")}
OUTCOMES = {
    "created": _("Creado"),
    "changed": _("Cambiado"),
    "unchanged": _("Sin cambios"),
    "refused": _("Rechazado"),
    "would_create": _("Se crearía"),
    "would_change": _("Se cambiaría"),
}
TONES = {"created": "green", "changed": "blue", "refused": "red", "would_create": "green", "would_change": "blue"}


def register(pages: Blueprint) -> None:
    pages.add_url_rule("/trabajos/<job_id>", view_func=job)


def job(job_id: str) -> Any:
    page = asked(JobOutcomesPage)
    with session.services() as ask:
        keeper = owner(ask, job_id)
        found = keeper.job(job_id)
        rows = keeper.job_outcomes(job_id, page)
        clients = ask.clients.names([row["subject_id"] for row in rows["items"] if row["subject_id"]])
        shown: dict[str, Any] = {"job": found, "found": rows, "page": page, "is_over": found["state"] in OVER, "clients": clients}
        return window(ask, "jobs/job.html", **shown, states=STATES, outcomes=OUTCOMES, tones=TONES)
