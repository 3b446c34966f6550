"""Why no browser opens with a client's certificate: the states that take months to come about."""

from __future__ import annotations

import pytest

from gateway.app import create_app
from gateway.rpc import Pool
from services.chassis.settings import Settings
from services.contracts.schemas.certificates import usable

VALID, EXPIRING, EXPIRED = ({"state": state, "not_before": "2020-01-01T00:00:00+00:00"} for state in ("valid", "expiring", "expired"))
LATER = {"state": "valid", "not_before": "2999-01-01T00:00:00+00:00"}


@pytest.fixture(scope="module")
def app():
    return create_app(Pool(Settings(broker_url="embedded://nobody/", rpc_timeout_s=1)))


def why_not(app, kept, archived: bool = False) -> str:
    with app.test_request_context():
        card = app.jinja_env.get_template("client/browser_card.html").make_module({"may": {"certificates.use"}})
        return str(card.why_not({"id": "x", "archived": archived}, kept)).strip()


def test_an_expired_certificate_is_said_plainly(app):
    assert "ha caducado" in why_not(app, [EXPIRED, EXPIRED])


@pytest.mark.parametrize("kept", [[VALID], [EXPIRING], [VALID, EXPIRED]])
def test_one_that_can_be_used_is_enough(app, kept):
    assert (why_not(app, kept), usable(kept)) == ("", kept[0])


def test_an_expired_one_is_not_what_a_browser_shows():
    assert (usable([EXPIRED]), usable([])) == (None, None)


def test_one_whose_time_has_not_come_hides_none_that_can_be_used():
    assert (usable([LATER, EXPIRING, EXPIRED]), usable([LATER, EXPIRED])) == (EXPIRING, LATER)
