"""The texts about the erased in events that a service still keeps: in the outbox for a day after sending, parked until somebody helps.

Such an event stays what it is, with the same id, so that whoever has not heard it does (the trail above all); but it is sealed anew without
the texts. In small units of work, by id: killed midway, the next round begins again and finds most of it done.
"""

from __future__ import annotations

import json
from collections.abc import Container, Iterator
from typing import Any

from sqlalchemy import select, tuple_, update

from services.chassis.database import EVENTS, Store
from services.chassis.sealing import CannotOpen
from services.contracts import events  # noqa: F401  (registers every event)
from services.contracts.erasing import blanked, holds_texts
from services.contracts.message import REGISTRY

AT_ONCE = 200


def blank_messages(store: Store, tenant_id: str, erased: Container[str]) -> None:
    """Of one firm; `erased`: the ids of its clients, or EVERYBODY."""
    for table in (store.model.Outgoing, store.model.Parked):
        for row_key, envelope in kept(store, table, tenant_id):
            sealed = without_texts(store, envelope, erased)
            if sealed is not None:
                with store.begin() as db:
                    this = tuple_(*table.__table__.primary_key) == row_key
                    db.connection().execute(update(table.__table__).where(this).values(envelope=envelope | {"sealed": sealed}))


def kept(store: Store, table: Any, tenant_id: str) -> Iterator[tuple[tuple, dict[str, str]]]:
    """(primary key, envelope) of the events of a firm that may hold texts about somebody."""
    columns, key = table.__table__.c, tuple(table.__table__.primary_key)
    topics = [topic for topic, kind in REGISTRY.items() if holds_texts(kind)]
    whose = (columns.envelope["tenant_id"].as_string() == tenant_id, columns.envelope["topic"].as_string().in_(topics))
    rows = select(*key, columns.envelope).where(*whose).order_by(*key).limit(AT_ONCE)
    page = rows
    while True:
        with store.begin() as db:
            found = db.connection().execute(page).all()
        yield from ((tuple(row[:-1]), row[-1]) for row in found)
        if len(found) < AT_ONCE:
            return
        page = rows.where(tuple_(*key) > tuple(found[-1][:-1]))


def without_texts(store: Store, envelope: dict[str, str], erased: Container[str]) -> str | None:
    """The payload sealed anew; None when there is nothing to leave out, or nobody can open it any more."""
    tenant_id = envelope["tenant_id"]
    try:
        fact = REGISTRY[envelope["topic"]].read(json.loads(store.seals.open(tenant_id, EVENTS, envelope["sealed"])))
    except CannotOpen:
        return None
    left = blanked(fact, erased)
    return None if left == fact else store.seals.seal(tenant_id, EVENTS, left.schema.dumps(left).encode())
