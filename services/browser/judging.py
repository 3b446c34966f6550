"""Whether the person behind a session may still have it: asked again every two seconds, and told by facts in between.

Invariant: what cannot be judged for half a minute ends, whatever stood in the way. A permission that is lost ends the session within five
seconds.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

import structlog

from services.browser.keeping import Kept
from services.browser.models import Client, Session
from services.browser.sessions import USE
from services.chassis.asking import Asking
from services.chassis.logs import what_failed
from services.contracts.errors import Away, Refusal
from services.contracts.rpc import Scope

if TYPE_CHECKING:
    from services.browser.service import BrowserService

log = structlog.get_logger()
PATIENCE_S: Final = 30.0


def by_rows(service: BrowserService, kept: Kept) -> str:
    """Why the session must end, by what is known here, as a code of ENDINGS; "" while it may go on."""
    asked_at = time.monotonic()
    try:
        because = read(service, kept)
    except Exception as error:
        return not_judged(kept, "rows", asked_at - kept.looked_at, error)
    kept.looked_at = asked_at
    return because


def read(service: BrowserService, kept: Kept) -> str:
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
    except Exception as error:
        if isinstance(error, Refusal) and not isinstance(error, Away):
            return "permission_lost"
        return not_judged(kept, "access", asked_at - kept.judged_at, error)
    if USE not in scope.capabilities or not scope.sees(kept.group_ids):
        return "permission_lost"
    kept.judged_at = asked_at
    return ""


def not_judged(kept: Kept, by: str, for_s: float, error: Exception) -> str:
    """A fault is not a refusal: the session goes on for a while, and so does the asking."""
    log.warning("session_not_judged", session=kept.session_id, by=by, error=what_failed(error))
    return "cannot_judge" if for_s > PATIENCE_S else ""
