"""What can be done to several clients of the list at once: what it is called, who may, what follows from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from flask_babel import lazy_gettext as _

ACTIVE: Final = (False,)
ARCHIVED: Final = (True,)
EITHER: Final = (False, True)


@dataclass(frozen=True)
class Action:
    """`body`: of POST /api/clients/bulk. `archived`: in which lists it is offered.

    `follows` is said before it is done; one with `asks_always` is confirmed even for a single client, others only for all that match.
    Where nothing follows, nothing is asked.
    """

    label: Any
    body: dict[str, Any]
    follows: Any = ""
    asks_always: bool = False
    needs: str = "clients.write"
    archived: tuple[bool, ...] = EITHER

    @property
    def is_of_groups(self) -> bool:
        return self.body["action"].endswith("_groups")


UNREAD: Final = _("Sus buzones dejan de leerse: si llega algo nuevo, aquí no se verá.")
UNWATCHED: Final = _("El tablón edictal deja de vigilarse para ellos: si sale un edicto a su nombre, aquí no se verá.")
BACK: Final = _("Vuelven al listado, y sus buzones vuelven a leerse. Quien tenga un NIF que ya es de otro cliente sigue archivado.")

ACTIONS: Final[dict[str, Action]] = {
    "sync": Action(
        _("Consultar sus buzones ahora"),
        {"action": "sync"},
        _("Se pide una consulta de cada uno de sus buzones. Consultar no abre ninguna notificación."),
        needs="mailboxes.sync",
        archived=ACTIVE,
    ),
    "export": Action(_("Exportar"), {"action": "export"}, needs=""),
    "notifications_on": Action(
        _("Habilitar notificaciones electrónicas"),
        {"action": "set_flags", "receives_notifications": True},
        _("Sus buzones vuelven a leerse."),
        archived=ACTIVE,
    ),
    "notifications_off": Action(
        _("Deshabilitar notificaciones electrónicas"),
        {"action": "set_flags", "receives_notifications": False},
        UNREAD,
        asks_always=True,
        archived=ACTIVE,
    ),
    "edicts_on": Action(
        _("Vigilar el tablón edictal"),
        {"action": "set_flags", "watch_edicts": True},
        _("Se les busca en el tablón edictal."),
        archived=ACTIVE,
    ),
    "edicts_off": Action(
        _("Dejar de vigilar el tablón edictal"),
        {"action": "set_flags", "watch_edicts": False},
        UNWATCHED,
        asks_always=True,
        archived=ACTIVE,
    ),
    "archive": Action(
        _("Archivar"),
        {"action": "archive"},
        _("Salen del listado. Sus buzones dejan de leerse y no se vigila el tablón: si llega algo nuevo, aquí no se verá."),
        asks_always=True,
        archived=ACTIVE,
    ),
    "restore": Action(_("Recuperar"), {"action": "restore"}, BACK, archived=ARCHIVED),
    "add_to_groups": Action(
        _("Añadir al grupo elegido"), {"action": "add_to_groups"}, _("Las personas del grupo pasan a verlos, con sus notificaciones.")
    ),
    "remove_from_groups": Action(
        _("Quitar del grupo elegido"),
        {"action": "remove_from_groups"},
        _("Las personas del grupo dejan de verlos, salvo que compartan otro con ellos o vean todos."),
        asks_always=True,
    ),
}
