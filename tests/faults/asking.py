"""A caller that does not give up: it asks again with the same key until it is answered, as any program of a customer would."""

from __future__ import annotations

import socket
from collections import Counter

import eventlet
from amqp.exceptions import AMQPError
from kombu.exceptions import KombuError
from nameko.exceptions import RemoteError, RpcTimeout

from services.chassis.database import Store
from services.chassis.settings import Settings
from services.contracts.errors import Away
from tests.chassis.ledger import Given, Taken, Taking, asked, booked

TIMEOUT_S = 3
NOT_ANSWERED = (Away, RpcTimeout, RemoteError, OSError, socket.timeout, AMQPError, KombuError)


def give_surely(settings: Settings, tenant_id: str, key: str, names: list[str]) -> int:
    """Have the giver book these names once; returns how often it had to be asked."""
    tries = 0
    while True:
        tries += 1
        try:
            with eventlet.Timeout(3 * TIMEOUT_S), asked(settings, tenant_id, TIMEOUT_S, idempotency_key=key) as services:
                assert services.giver.give(names) == len(names)
                return tries
        except (*NOT_ANSWERED, eventlet.Timeout):
            eventlet.sleep(0.2)


def give_all(settings: Settings, tenant_id: str, names: list[str], size: int) -> None:
    for start in range(0, len(names), size):
        give_surely(settings, tenant_id, f"key {start}", names[start : start + size])


def faults_of(wanted: list[str], found: list[str]) -> dict[str, list[str]]:
    """Set algebra over what was asked and what stands: all three are empty when every name stands exactly once."""
    counts = Counter(found)
    return {
        "lost": sorted(set(wanted) - set(counts)),
        "twice": sorted(name for name, count in counts.items() if count > 1),
        "from nowhere": sorted(set(counts) - set(wanted)),
    }


NO_FAULT: dict[str, list[str]] = {"lost": [], "twice": [], "from nowhere": []}


def missing(store: Store, tenant_id: str, wanted: list[str]) -> int:
    return len(wanted) - len(booked(store, Taken if store.model is Taking else Given, tenant_id))
