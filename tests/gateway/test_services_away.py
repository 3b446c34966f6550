"""A service that is away takes nothing that was typed along: the form is shown again, and says so."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.wrappers import Response

from gateway.rpc import AWAY
from services.contracts.errors import Away
from tests.gateway.made_up import Calls, answer_to

CAPABILITIES = ["certificates.use", "clients.write", "settings.manage"]
CLIENT = {"id": "c", "name": "Bar Pepe", "tax_id": "12345678Z", "archived": False, "certificate": None, "warnings": [], "pending": 0}
PORTAL = {"id": "p", "name": "Sede", "actions": [], "login_hosts": [], "hosts": [], "version": 1}


def away(*_: Any) -> Any:
    raise Away(AWAY)


def posted(address: str, form: dict[str, str], **services: Calls) -> Response:
    return answer_to("POST", address, CAPABILITIES, form, **services)


def is_told(page: Response) -> bool:
    """As an answer that is worth another try."""
    return (page.status_code, page.headers.get("Retry-After")) == (503, "5") and "no responde" in page.get_data(as_text=True)


@pytest.mark.parametrize("path", ["nuevo", "p"])
def test_a_form_is_shown_again_with_what_was_typed(path):
    calls = {"add_portal": away, "change_portal": away, "portals": lambda: [PORTAL]}
    page = posted(f"/portales/{path}", {"name": "Sede de Vigo"}, mailbox_sync=calls)
    assert is_told(page) and 'value="Sede de Vigo"' in page.get_data(as_text=True)


def test_a_new_client_is_shown_again_with_what_was_typed():
    page = posted("/clientes/nuevo", {"name": "Bar Pepe"}, clients={"register": away})
    assert is_told(page) and 'value="Bar Pepe"' in page.get_data(as_text=True)


def test_a_page_that_cannot_be_shown_without_it_says_so_alone():
    page = posted("/portales/p", {"name": "Sede de Vigo"}, mailbox_sync={"change_portal": away, "portals": away})
    assert is_told(page) and "Sede de Vigo" not in page.get_data(as_text=True)


def test_the_reason_for_a_browser_is_kept_while_the_keyring_is_away():
    """Whether the client has a certificate is not known then, so nothing is said about it."""
    services = {"browser": {"open": away, "sessions_of": lambda _: []}, "keyring": {"certificates": away}}
    page = posted("/clientes/c/navegador", {"reason": "Presentar el 303"}, clients={"client": lambda _: CLIENT}, **services)
    text = page.get_data(as_text=True)
    assert is_told(page) and 'value="Presentar el 303"' in text and "No tiene certificado" not in text
