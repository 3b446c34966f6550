"""What stands for a right password while somebody looks for their code: sealed, for five minutes, while the password is still theirs.

It lets nobody in: it is only good together with a code, which opens once.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from services.chassis.asking import Asking
from services.chassis.database import Store
from services.chassis.sealing import CannotOpen
from services.contracts.errors import NotSignedIn
from services.contracts.message import utc_now
from services.contracts.sentences import said

LASTS = timedelta(minutes=5)
PURPOSE = "half way in"


def ticket_of(store: Store, known: Asking, changed_at: datetime) -> str:
    content = {"user_id": known.user_id, "changed_at": changed_at.isoformat(), "until": (utc_now() + LASTS).isoformat()}
    return f"{known.tenant_id}.{store.seals.seal(known.tenant_id, PURPOSE, json.dumps(content).encode())}"


def whose(store: Store, ticket: str) -> tuple[Asking, str]:
    """Whose it is, and when the password that it stands for was chosen; raises NotSignedIn."""
    tenant_id, _, sealed = ticket.partition(".")
    try:
        content = json.loads(store.seals.open(tenant_id, PURPOSE, sealed))
    except CannotOpen as error:
        raise over() from error
    if datetime.fromisoformat(content["until"]) <= utc_now():
        raise over()
    return Asking(tenant_id=tenant_id, user_id=content["user_id"]), content["changed_at"]


def over() -> NotSignedIn:
    return NotSignedIn(said("Ha pasado demasiado tiempo. Escriba otra vez su correo y su contraseña."))
