"""/livez, /readyz and /metrics of a service process."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from werkzeug.test import Client

from services.chassis.database import Store
from services.chassis.health import application
from services.chassis.sealing import Seals, make_key_file
from services.chassis.settings import Settings
from tests.chassis.ledger import Giving


@pytest.fixture
def settings(tmp_path):
    return Settings(data_dir=tmp_path)


@pytest.fixture
def store(settings):
    make_key_file(settings.sealing_key_path)
    opened = Store(Giving, settings.database_for("access"), Seals.from_file(settings.sealing_key_path))
    yield opened
    opened.engine.dispose()


def test_a_service_is_ready_when_broker_and_database_answer(settings, store):
    answer = Client(application(settings, [store])).get("/readyz")
    assert (answer.status_code, json.loads(answer.data)) == (200, {"broker": "ok", "giver": "ok"})


def test_a_service_whose_broker_is_away_is_not_ready_but_lives(settings, store):
    away = replace(settings, broker_url="amqp://guest:guest@127.0.0.1:1//")
    client = Client(application(away, [store]))
    assert client.get("/readyz").status_code == 503
    assert client.get("/livez").status_code == 200


def test_metrics_are_in_the_format_of_prometheus(settings, store):
    answer = Client(application(settings, [store])).get("/metrics")
    assert "casillero_outbox_oldest_unsent_seconds" in answer.text


def test_other_addresses_are_not_found(settings, store):
    assert Client(application(settings, [store])).get("/").status_code == 404
