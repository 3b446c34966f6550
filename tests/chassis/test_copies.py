"""Every handler of every service: five copies of an event change no more than one does."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, date, datetime
from typing import Any, get_args, get_origin, get_type_hints

import pytest
from nameko.containers import ServiceContainer
from sqlalchemy import select
from structlog.testing import capture_logs

from services.catalogue import service_classes
from services.chassis.asking import WhoAsks
from services.chassis.broker import handlers_of, nameko_config
from services.chassis.database import EVENTS, Store
from services.chassis.promises import Promise
from services.contracts.message import Envelope, new_id, utc_now

HANDLERS = [
    pytest.param(service, handler, event, id=f"{service.name}.{handler} {event.__name__}")
    for service in service_classes()
    for handler, events in handlers_of(service).items()
    for event in events
]
# Words that a hearer decides by; every other text is made up.
WORDS = {"change": "created", "body": "dehu", "body_state": "available", "regime": "", "tax_id": "00000000T", "holder_tax_id": "00000000T"}
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def made(cls: type) -> Any:
    """A plausible fact of this shape."""
    hints = get_type_hints(cls)
    return cls(**{field.name: value(field.name, hints[field.name]) for field in fields(cls)})


def value(name: str, hint: Any) -> Any:
    if get_origin(hint) is tuple:
        return (value(name, get_args(hint)[0]),)
    if is_dataclass(hint):
        return made(hint)
    hint = next((part for part in get_args(hint) if part is not type(None)), hint)
    if hint is str:
        return WORDS.get(name) or (new_id() if name.endswith(("_id", "_ids")) else name[:8])
    return {int: 1, bool: True, date: NOON.date(), datetime: NOON}[hint]


def rows(store: Store) -> list[str]:
    """Everything in the database but the marks of the inbox, which count copies by themselves."""
    with store.begin() as db:
        owner = db.connection()
        tables = [table for table in store.model.metadata.sorted_tables if table.name != "handled"]
        return sorted(f"{table.name} {tuple(row)}" for table in tables for row in owner.execute(select(table)))


@pytest.fixture
def listening(migrated):
    """A service of that class as a delivery finds it, with nothing of it running."""
    stores, containers = [], []

    def make(service: type) -> Any:
        listener = service()
        containers.append(ServiceContainer(service, nameko_config(migrated)))  # Its dependencies do not keep it alive.
        for dependency in containers[-1].dependencies:
            if not isinstance(dependency, Promise | WhoAsks):
                dependency.setup()
                setattr(listener, dependency.attr_name, dependency.get_dependency(None))
        stores.append(listener.db)
        return listener

    yield make
    for store in stores:
        store.engine.dispose()


@pytest.mark.parametrize("service, handler, event", HANDLERS)
def test_five_copies_change_no_more_than_one(listening, service, handler, event):
    listener, tenant_id = listening(service), new_id()
    sealed = listener.db.seals.seal(tenant_id, EVENTS, json.dumps(made(event).payload()).encode())
    at = utc_now().isoformat()
    envelope = Envelope(id=new_id(), topic=event.topic, tenant_id=tenant_id, by=new_id(), request_id="", at=at, sealed=sealed)
    receive = getattr(listener, handler)
    with capture_logs() as logs:
        receive([envelope])
        once = rows(listener.db)
        receive([replace(envelope) for _ in range(5)])
        receive([envelope])
    assert rows(listener.db) == once
    assert [entry for entry in logs if entry["event"] == "event_parked"] == []
