"""A long job: how far it is, live, and what became of each row; without JavaScript the page loads itself again until it is over."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from gateway import session
from gateway.api.jobs import OVER, owner
from gateway.web import labels
from gateway.web.lists import asked, paged
from gateway.web.names import BODIES
from gateway.web.window import window
from services.contracts.schemas.jobs import JobOutcomesPage

KINDS: Final[dict[str, Any]] = {
    "import_clients": _("Importación de clientes"),
    "import_groups": _("Importación de grupos"),
    "import_users": _("Importación de personas"),
    "import_certificates": _("Subida de varios certificados"),
    "add_many_to_groups": _("Añadir clientes a un grupo"),
    "remove_many_from_groups": _("Quitar clientes de un grupo"),
    "set_flags_of_many": _("Cambio de notificaciones o vigilancia de clientes"),
    "archive_many": _("Archivo de clientes"),
    "restore_many": _("Recuperación de clientes"),
    "add_mailboxes": _("Alta de buzones"),
    "sync_many": _("Consulta de buzones"),
    "read_day": _("Lectura de un día del tablón"),
}
FROM_A_TABLE: Final = ("import_clients", "import_groups", "import_users")
"""Their faults stand by the columns of the person's own file; that of a whole row by `file`."""
STATES = {"queued": _("En cola"), "running": _("En marcha"), "done": _("Terminado"), "failed": _("Interrumpido")}
OUTCOMES = {
    "created": _("Creado"),
    "changed": _("Cambiado"),
    "unchanged": _("Sin cambios"),
    "refused": _("Rechazado"),
    "would_create": _("Se crearía"),
    "would_change": _("Se cambiaría"),
}
OUTCOMES_OF: Final = {"sync_many": {"created": _("Consulta pedida"), "would_create": _("Se pediría la consulta")}}
TONES = {"created": "green", "changed": "blue", "refused": "red", "would_create": "green", "would_change": "blue"}


def register(pages: Blueprint) -> None:
    pages.add_url_rule("/trabajos/<job_id>", view_func=job)


def job(job_id: str) -> Any:
    page = asked(JobOutcomesPage)
    with session.services() as ask:
        keeper = owner(ask, job_id)
        found = keeper.job(job_id)
        rows = paged(lambda wanted: keeper.job_outcomes(job_id, wanted), page)
        clients = ask.clients.names([row["subject_id"] for row in rows["items"] if row["subject_id"]])
        shown: dict[str, Any] = {"job": found, "found": rows, "page": page, "is_over": found["state"] in OVER, "clients": clients}
        return window(ask, "jobs/job.html", **shown, **words(found["kind"]), states=STATES, tones=TONES)


def words(kind: str) -> dict[str, Any]:
    """What this kind of job is called, what can become of its rows, and how a fault of one is named."""

    def named(field: str) -> str:
        if kind in FROM_A_TABLE and field != "file":
            return gettext("columna %(name)s", name=field)
        return str(BODIES.get(field) or labels.label(field))

    return {"title": KINDS.get(kind, _("Trabajo")), "outcomes": OUTCOMES | OUTCOMES_OF.get(kind, {}), "named": named}
