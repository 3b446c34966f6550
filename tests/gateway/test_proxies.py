"""Whose address a request comes from, with proxies before the gateway and without."""

from __future__ import annotations

import pytest

from gateway import session
from gateway.app import create_app


@pytest.mark.parametrize("proxies, seen", [(0, "127.0.0.1"), (1, "198.51.100.7"), (2, "203.0.113.9")])
def test_as_many_proxies_are_believed_as_are_said_to_be_there(proxies, seen):
    app = create_app(None, proxies)
    app.add_url_rule("/who", view_func=session.sender)
    answer = app.test_client().get("/who", headers={"X-Forwarded-For": "192.0.2.1, 203.0.113.9, 198.51.100.7"})
    assert answer.text == seen
