"""What a group or a person may do at the mailboxes of each body: a table of check boxes, body by verb.

Trap: it is written body by body, each on the version that the one before left, because whoever may give grants need not be allowed to
change the rest of the group or person. Bodies without mailboxes are not in the table and stay as they are.
"""

from __future__ import annotations

from typing import Any, Final

from flask import request
from flask_babel import lazy_gettext as _

from gateway.web import names
from gateway.web.notices import Fields
from services.contracts.schemas.people import SEDES, VERBS

Pairs = set[tuple[str, str]]
LABELS: Final = {"sync": _("Consultar"), "open": _("Abrir")}


def table(pairs: Pairs) -> dict[str, Any]:
    """What `macros/permissions.html` shows."""
    return {"bodies": {body: names.BODIES[body] for body in SEDES}, "verbs": LABELS, "ticked": pairs}


def ticked() -> Pairs:
    """What was sent: `grant=dehu:sync` a box."""
    sent = [value.partition(":") for value in request.form.getlist("grant")]
    return {(body, verb) for body, _colon, verb in sent if body in SEDES and verb in VERBS}


def held(grants: list[dict[str, Any]]) -> Pairs:
    return {(grant["body"], verb) for grant in grants for verb in grant["verbs"]}


def as_grants(pairs: Pairs) -> list[dict[str, Any]]:
    """[{body, verbs}]"""
    by_body = {body: [verb for verb in VERBS if (body, verb) in pairs] for body in SEDES}
    return [{"body": body, "verbs": verbs} for body, verbs in by_body.items() if verbs]


def as_form(pairs: Pairs, version: int) -> Fields:
    """What is sent by whoever ticks these."""
    return {"version": str(version), "grant": [f"{body}:{verb}" for body, verb in sorted(pairs)]}


def give(ask: Any, holder: dict[str, str], before: Pairs, wanted: Pairs, version: int) -> int:
    """`holder` is {user_id} or {group_id}; returns its version from now on. Raises StaleVersion."""
    for body in SEDES:
        verbs = {verb for at, verb in wanted if at == body}
        if verbs != {verb for at, verb in before if at == body}:
            version = ask.access.set_grant({**holder, "body": body, "verbs": sorted(verbs), "version": version})["version"]
    return version
