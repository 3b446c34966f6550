"""What a field of a service is called where the page of a refusal has no form to show it in. Its own name is for programs."""

from __future__ import annotations

import re
from typing import Any, Final

from flask import Flask
from flask_babel import lazy_gettext as _

from gateway.web.client_form import FIELDS

LABELS: Final[dict[str, Any]] = {
    **FIELDS,
    "name": _("Nombre"),
    "description": _("Descripción"),
    "role": _("Rol"),
    "group": _("Grupo"),
    "groups": _("Grupos"),
    "group_ids": _("Grupos"),
    "client_ids": _("Clientes"),
    "file": _("Fichero"),
    "password": _("Contraseña"),
    "expires_on": _("Caduca"),
}
PLACE: Final = re.compile(r"\.\d+")


def register(app: Flask) -> None:
    app.jinja_env.filters["label"] = label


def label(name: str) -> str:
    """Of `group_ids.0` that of the whole list; empty for what no person ever filled in."""
    whole = PLACE.sub("", name)
    return str(LABELS.get(whole) or LABELS.get(whole.partition(".")[0], ""))
