"""How pages say what services say by a name, a kind or an instant."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import render_template

from gateway.app import create_app
from gateway.web.bulk_actions import ACTIONS
from gateway.web.clients import WARNINGS
from gateway.web.jobs import KINDS
from services.contracts.schemas import clients
from services.contracts.schemas.bulk import TAKES
from tests.contracts.census import jobs


@pytest.fixture
def filters():
    with create_app(None).test_request_context() as context:
        yield context.app.jinja_env.filters


def test_a_page_of_a_refusal_calls_fields_by_their_labels(filters):
    fields = {"group_ids.0": ["No existe."], "social_security.ccc": ["No es un CCC."], "only_for_programs": ["No cabe."]}
    text = render_template("error.html", message="No.", fields=fields, request_id="1")
    assert [said in text for said in (">Grupos: No existe.<", ">CCC: No es un CCC.<", ">No cabe.<")] == [True] * 3


@pytest.mark.parametrize(("days", "said"), [(12, "Caduca en 12 días"), (1, "Caduca en 1 día"), (-3, "Caducó hace 3 días")])
def test_the_end_of_a_certificate_is_said_in_days(filters, days, said):
    assert filters["expires"]((datetime.now(UTC) + timedelta(days=days)).isoformat()) == said


def test_every_kind_of_job_has_a_title():
    assert {declared.kind for _name, declared in jobs()} <= set(KINDS)


def test_every_warning_that_the_list_is_filtered_by_has_words():
    assert tuple(WARNINGS) == clients.WARNINGS


def test_the_list_offers_acts_that_there_are():
    assert {action.body["action"] for action in ACTIONS.values()} <= set(TAKES)
