"""Facts as another service would publish them, put on the world's own broker: for hearers whose publisher is not what is tested."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from services.chassis.database import EVENTS
from services.chassis.relay import Outlet, Row
from services.contracts.message import Envelope, Event, new_id, utc_now


def publish(world: Any, tenant_id: str, fact: Event, *, copies: int = 1, at: datetime | None = None) -> str:
    """Send a fact of a tenant that came about `at` (now), `copies` times the same event, and wait until the broker has taken it.

    Returns the event's id.
    """
    seals = world.store("access").seals
    envelope = Envelope(
        id=new_id(),
        topic=fact.topic,
        tenant_id=tenant_id,
        by="",
        request_id="",
        at=(at or utc_now()).isoformat(),
        sealed=seals.seal(tenant_id, EVENTS, fact.schema.dumps(fact).encode()),
    )
    outlet = Outlet(world.settings)
    try:
        row = Row(envelope.id, envelope.topic, json.dumps(envelope.to_wire()))
        assert outlet.publish([row] * copies) == [row.id] * copies
    finally:
        outlet.close()
    return envelope.id
