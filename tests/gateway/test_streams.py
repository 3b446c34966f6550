"""Live views and downloads hold threads: each kind has a limit of its own, and together they are half of the gateway's threads at most."""

from __future__ import annotations

from contextlib import ExitStack

import pytest
from flask import g

from deploy.cli import gateway as gateway_command
from gateway import exports, live
from gateway.app import create_app
from gateway.rpc import Pool
from services.chassis.asking import Asking
from services.chassis.settings import Settings
from services.contracts.errors import Away

DONE = {"state": "done", "error": None}


@pytest.fixture
def request_of_somebody():
    """A request of who is signed in; nobody of the services is asked."""
    app = create_app(Pool(Settings()))
    with app.test_request_context():
        g.asking = Asking(tenant_id="t", user_id="u")
        yield


def download():
    return exports.sent("rastro.jsonl", exports.JSON_LINES, iter(["{}\n"]))


def view():
    return live.stream(DONE, lambda ask: DONE, ended=lambda row: True)


@pytest.mark.parametrize(
    ("one", "other", "most"), [(view, download, live.MOST), (download, view, exports.MOST)], ids=["live views", "downloads"]
)
def test_no_more_than_its_limit_are_open_and_the_other_kind_has_its_places_still(request_of_somebody, one, other, most):
    with ExitStack() as opened:
        for _ in range(most):
            opened.callback(one().close)
        with pytest.raises(Away):
            one()
        other().close()
    one().close()


def test_together_they_leave_half_of_the_threads_to_all_other_requests():
    (threads,) = [option.default for option in gateway_command.params if option.name == "threads"]
    assert threads >= 2 * (live.MOST + exports.MOST)
