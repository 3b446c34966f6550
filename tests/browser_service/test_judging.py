"""Who may still have a session, while what says so fails: nothing ends for a fault of a moment, and nothing goes on for ever."""

from __future__ import annotations

import time
from contextlib import contextmanager
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from nameko.exceptions import RemoteError
from sqlalchemy.exc import OperationalError

from services.browser import judging
from services.browser.keeping import Kept
from services.browser.service import BrowserService
from services.contracts.errors import Away, NotAllowed
from tests.browser_service.conftest import keeper_of
from tests.worlds import until


def judged(answer: Exception, ago_s: float) -> str:
    """What `access` answers with, about a session whose permission was last found good so long ago."""

    def scope() -> Any:
        raise answer

    access = SimpleNamespace(asking=lambda asking: SimpleNamespace(scope=scope))
    nothing: Any = None
    kept = Kept("session", "tenant", "user", "client", nothing, nothing, frozenset(), judged_at=time.monotonic() - ago_s)
    service: Any = SimpleNamespace(access=access)
    return judging.by_access(service, kept)


@pytest.mark.parametrize("fault", [Away("No responde."), RemoteError("KeyError", "capabilities"), ValueError("capabilities")])
def test_a_fault_where_the_permission_is_known_ends_a_session_only_after_a_while(fault):
    assert (judged(fault, 0), judged(fault, judging.PATIENCE_S)) == ("", "cannot_judge")


def test_a_refusal_ends_a_session_at_once():
    assert judged(NotAllowed("No puede."), 0) == "permission_lost"


@pytest.fixture
def away(world, monkeypatch):
    """While it is open, the database of the browsers answers nobody; it holds how often it was asked."""
    asked: list[str] = []

    @contextmanager
    def away():
        def begin(*_: Any) -> Any:
            asked.append("")
            raise OperationalError("select", {}, Exception("away"))

        with monkeypatch.context() as patch:
            patch.setattr(world.store("browser"), "begin", begin)
            yield asked

    return away


def test_a_database_that_is_away_for_a_moment_closes_no_browser(desk, open_session, away):
    with away() as asked:
        until(lambda: len(asked) > 5, "it was asked more than once")
    (kept,) = keeper_of(desk.world).kept.values()
    assert (kept.because, desk.seen(open_session)["state"]) == ("", "open")


def test_a_session_that_cannot_be_looked_up_for_long_ends(desk, open_session, away, monkeypatch):
    monkeypatch.setattr(judging, "PATIENCE_S", 0.2)
    (kept,) = keeper_of(desk.world).kept.values()
    with away():
        until(lambda: kept.has_ended, "its browser is closed")
    assert desk.ended(open_session)["ended_because"] == "cannot_judge"


def test_a_session_that_lives_here_is_not_taken_for_one_that_was_left(desk, open_session, monkeypatch):
    """Who sweeps may be the first to come back after a long absence of the database."""
    monkeypatch.setattr("services.browser.service.STALE", -timedelta(hours=1))
    here: Any = SimpleNamespace(db=desk.world.store("browser"), desk=keeper_of(desk.world))
    BrowserService.end_what_was_left.__wrapped__(here)
    assert desk.seen(open_session)["state"] == "open"
