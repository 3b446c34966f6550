"""The page of a remote browser: what it offers to whom, and what it says when there is nothing left to look at."""

from __future__ import annotations

import pytest

from tests.gateway.made_up import answer_to

USE, KEEP = "certificates.use", "notifications.process"
BUTTON = "Guardar en el cliente"
OPEN = {"id": "s", "client_id": "c", "state": "open", "ended_because": ""}


def page_of(session: dict, may: list[str]) -> str:
    browser = {"session": lambda _: session, "viewer_token": lambda _: "once"}
    client = {"client": lambda _: {"id": "c", "name": "Bar Pepe"}}
    return answer_to("GET", "/navegador/s", may, browser=browser, clients=client).get_data(as_text=True)


def test_only_who_may_keep_documents_is_offered_to_keep_what_was_downloaded():
    assert (BUTTON in page_of(OPEN, [USE, KEEP]), BUTTON in page_of(OPEN, [USE])) == (True, False)


def test_what_may_not_be_kept_is_not_taken_out_of_the_session_either():
    """Which would be in the trail, as something that left it."""
    taken: list[tuple] = []
    browser = {"session": lambda _: OPEN, "download": lambda *which: taken.append(which)}
    answer = answer_to("POST", "/api/browser-sessions/s/downloads/acuse.pdf/document", [USE], browser=browser)
    assert (answer.status_code, taken) == (403, [])


@pytest.mark.parametrize("state", ["closing", "ended"])
def test_a_session_that_is_over_says_so_and_why(state):
    text = page_of({**OPEN, "state": state, "ended_because": "viewer_away"}, [USE])
    assert "La sesión ha terminado. Nadie la miraba." in text and "viewer.js" not in text


def test_a_session_that_is_only_starting_says_so_and_is_looked_at_again():
    text = page_of({**OPEN, "state": "starting"}, [USE])
    assert "Conectando…" in text and 'http-equiv="refresh"' in text and "ha terminado." not in text.partition('id="viewer-state"')[2]
