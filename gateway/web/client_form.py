"""What the form of a client says, and how three versions of one client come together: as it was read, as it was typed, as it is now. Pure.

A record is flat here: {"tax_id": …, "postal_address.street": …, "social_security.ccc": […], "watch_edicts": True, …}, by the names under
which the services name faults. The form carries in `was` the record that it was filled from, so that only what somebody changed is sent:
what another person changed meanwhile is never written over by somebody who did not touch it.
"""

from __future__ import annotations

import json
from typing import Any, Final

from flask_babel import LazyString
from flask_babel import lazy_gettext as _
from werkzeug.datastructures import MultiDict

Record = dict[str, Any]
FIELDS: Final[dict[str, LazyString]] = {
    "tax_id": _("NIF/CIF"),
    "name": _("Nombre o razón social"),
    "email": _("Correo electrónico"),
    "postal_address.street": _("Calle y número"),
    "postal_address.postal_code": _("Código postal"),
    "postal_address.city": _("Población"),
    "postal_address.province": _("Provincia"),
    "postal_address.country": _("País"),
    "social_security.ccc": _("CCC"),
    "social_security.naf": _("NAF"),
    "receives_notifications": _("Habilitado para recibir notificaciones electrónicas"),
    "watch_edicts": _("Habilitado para consultar notificaciones en tablón"),
    "notes": _("Notas"),
}
NUMBERS: Final = {"social_security.ccc": "ccc", "social_security.naf": "naf"}
FLAGS: Final = ("receives_notifications", "watch_edicts")
EMPTY: Final[Record] = {name: [] if name in NUMBERS else name in FLAGS or ("ES" if name.endswith("country") else "") for name in FIELDS}


def typed(form: MultiDict[str, str]) -> Record:
    """Empty rows of numbers are no numbers; a check box that is off is not sent."""
    return {name: typed_field(form, name) for name in FIELDS}


def typed_field(form: MultiDict[str, str], name: str) -> Any:
    if name in NUMBERS:
        return [number.strip() for number in form.getlist(NUMBERS[name]) if number.strip()]
    text = form.get(name, "")
    return text == "1" if name in FLAGS else lines_as_kept(text)


def read_before(form: MultiDict[str, str]) -> Record:
    """The record that the form was filled from; empty when it does not say, and then all that was typed is sent."""
    try:
        was = json.loads(form.get("was", ""))
    except ValueError:
        return {}
    return {name: was[name] for name in FIELDS if name in was} if isinstance(was, dict) else {}


def flat(client: dict[str, Any]) -> Record:
    """A client as the services answer it."""
    return {name: kept_field(client, name) for name in FIELDS}


def kept_field(client: dict[str, Any], name: str) -> Any:
    above, _dot, below = name.partition(".")
    value = client[above][below] if below else client[above]
    return lines_as_kept(value) if isinstance(value, str) else value


def lines_as_kept(text: str) -> str:
    """A browser sends the ends of lines as CR and LF."""
    return text.replace("\r\n", "\n")


def nested(record: Record) -> dict[str, Any]:
    """As the services take it."""
    body: dict[str, Any] = {}
    for name, value in record.items():
        above, _dot, below = name.partition(".")
        if below:
            body.setdefault(above, {})[below] = value
        else:
            body[above] = value
    return body


def changes(mine: Record, was: Record) -> Record:
    """What the person changed."""
    return {name: value for name, value in mine.items() if name not in was or was[name] != value}


def merged(mine: Record, was: Record, theirs: Record) -> Record:
    """What stands in the form after somebody else saved first: what was typed, and theirs where nothing was."""
    return theirs | changes(mine, was)


def differences(mine: Record, was: Record, theirs: Record) -> list[dict[str, Any]]:
    """What is not as the person read it: [{name, label, before, theirs, mine}]; `mine` is None where they typed nothing else."""
    own = changes(mine, was)
    return [
        {"name": name, "label": label, "before": was.get(name), "theirs": theirs[name], "mine": own.get(name)}
        for name, label in FIELDS.items()
        if was and was.get(name) != theirs[name] and own.get(name) != theirs[name]
    ]
