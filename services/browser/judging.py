"""Whether the person behind a session may still have it: asked again every two seconds, and told by facts in between.

Invariant: what cannot be judged for half a minute ends. A permission that is lost ends the session within five seconds.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from services.browser.keeping import Kept
from services.browser.models import Client, Session
from services.browser.sessions import USE
from services.chassis.asking import Asking
from services.contracts.errors import Away, Refusal
from services.contracts.rpc import Scope

if TYPE_CHECKING:
    from services.browser.service import BrowserService

PATIENCE_S: Final = 30.0


def by_rows(service: BrowserService, kept: Kept) -> str:
    """Why the session must end, by what is known here, as a code of ENDINGS; "" while it may go on."""
    with service.db.begin(Asking(tenant_id=kept.tenant_id)) as db:
        session, client = db.get(Session, kept.session_id), db.get(Client, kept.client_id)
    if session is None or client is None:
        return "client_erased"
    if session.state in ("closing", "ended"):
        return session.ended_because or "closed"
    kept.group_ids = frozenset(client.group_ids)
    return "client_archived" if client.is_archived else ""


def by_access(service: BrowserService, kept: Kept) -> str:
    """The same, by what the person may do at this moment."""
    asked_at = time.monotonic()
    try:
        scope = Scope.from_wire(service.access.asking(Asking(tenant_id=kept.tenant_id, user_id=kept.user_id)).scope())
    except Away:
        return "cannot_judge" if asked_at - kept.judged_at > PATIENCE_S else ""
    except Refusal:
        return "permission_lost"
    if USE not in scope.capabilities or not scope.sees(kept.group_ids):
        return "permission_lost"
    kept.judged_at = asked_at
    return ""
