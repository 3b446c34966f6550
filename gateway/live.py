"""Server-sent events (HTML standard, section 9.2): a row looked at once a second until it ends.

A stream holds a thread, so with the downloads (`exports`) at most half of the gateway's threads may be streams, and neither takes the
places of the other; above its own limit the answer is 503 and the page polls. Who may see the row is judged again at each look, as
everywhere: a stream ends when the permission does.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from flask import Response

from gateway import session
from gateway.sentences import error_told, spoken
from services.contracts.errors import Away, Refusal
from services.contracts.sentences import said

MOST = 24
PAUSE_S = 1.0
open_views = threading.BoundedSemaphore(MOST)


def stream(first: dict[str, Any], look: Callable[[Any], dict[str, Any]], ended: Callable[[dict[str, Any]], bool]) -> Response:
    asking, pool, speech = session.signed_in(), session.pool(), spoken()
    if not open_views.acquire(blocking=False):
        raise Away(said("Hay demasiadas vistas en directo abiertas. La página preguntará cada pocos segundos."))

    def events() -> Iterator[str]:
        state = first
        while True:
            yield f"data: {json.dumps(error_told(state, speech), ensure_ascii=False)}\n\n"
            if ended(state):
                return
            time.sleep(PAUSE_S)
            try:
                with pool.services(asking) as ask:
                    state = look(ask)
            except Refusal as refusal:
                said_so = {"code": refusal.code, "message": speech.told(refusal.message)}
                yield f"event: refused\ndata: {json.dumps(said_so, ensure_ascii=False)}\n\n"
                return

    response = Response(events(), mimetype="text/event-stream", headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
    response.call_on_close(open_views.release)
    return response
