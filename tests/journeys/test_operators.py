"""What an operator does to a firm and its people, as they meet it over HTTP."""

from __future__ import annotations

import re

import pytest

from tests.sites import WORLDS_OF_ONE_QUESTION
from tests.visitors import wait_for

pytestmark = pytest.mark.parametrize("site", WORLDS_OF_ONE_QUESTION, indirect=True)  # Every command is a process that loads much.


def token_of(person):
    program = type(person)(person.url)
    program.http.headers["Authorization"] = f"Bearer {person.post('/api/tokens', {'name': 'programa'}).body['token']}"
    return program


@pytest.fixture
def suspended(site):
    """A firm that is suspended during a test, with its administrator and a program of theirs."""
    firm = site.firm()
    firm.program = token_of(firm.admin)
    assert firm.program.get("/api/me").status == 200
    assert "suspendido" in site.command("tenant", "suspend", firm.name)
    return firm


def test_nobody_of_a_suspended_firm_is_let_in_by_session_token_or_password(site, suspended):
    again = site.visitor().sign_in(suspended.admin.email, suspended.admin.password)
    answers = [suspended.admin.get("/api/clients"), suspended.program.get("/api/me"), again]
    assert [answer.status for answer in answers] == [401, 401, 401]
    assert all("suspendido" in answer.body["message"] for answer in answers)


def test_a_firm_that_is_resumed_finds_everything_as_it_was(site, suspended):
    site.command("tenant", "resume", suspended.name)
    assert suspended.program.get("/api/me").status == 200
    assert suspended.admin.get("/api/me").body["tenant"]["name"] == suspended.name
    acts = wait_for(suspended.admin, "/api/audit", lambda body: body["total"], act="access.tenant_resumed")
    assert acts["items"][0]["user_id"] == ""


def test_firms_are_listed_with_those_that_are_suspended(site, suspended):
    other = site.firm()
    lines = site.command("tenant", "list").splitlines()
    assert [line for line in lines if line.endswith(f"{suspended.name}  (suspendido)")]
    assert [line for line in lines if line.endswith(f"  {other.name}")]


def test_a_person_whom_an_operator_disables_is_out_with_their_programs_at_once(site):
    firm = site.firm()
    operator = firm.user("operator", [firm.group("Todos")])
    program = token_of(operator)
    assert f"{operator.email}  operator  operator\n" in site.command("user", "list", firm.name)
    site.command("user", "disable", operator.email)
    assert (operator.get("/api/me").status, program.get("/api/me").status) == (401, 401)


def test_a_locked_out_administrator_gets_a_link_from_the_operator(site):
    firm = site.firm()
    code = re.search(r"/invitacion/(\S+)", site.command("user", "invite", firm.admin.email))[1]
    again = firm.enter(code, firm.admin.email)
    invited = again.get("/api/audit", act="invite_user").body["items"]
    assert {"by": "operator"} in [entry["detail"] for entry in invited]
