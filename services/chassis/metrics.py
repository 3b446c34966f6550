"""Gauges that every service shows at /metrics. Labels never hold a tax id, a name or a subject."""

from __future__ import annotations

from prometheus_client import Gauge

UNSENT = Gauge("casillero_outbox_oldest_unsent_seconds", "Age of the oldest event that has not reached the broker", ["service"])
PARKED = Gauge("casillero_parked_events", "Events that a handler could not deal with", ["service"])
