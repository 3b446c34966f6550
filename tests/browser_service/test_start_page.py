"""The list of portals as the browser shows it."""

from __future__ import annotations

from services.browser.start_page import page

PORTAL = {
    "name": "Sede <b>& Cía</b>",
    "actions": [
        {"kind": "access", "url": "https://sede.example/?a=1&b=2", "label": ""},
        {"kind": "register", "url": "https://sede.example/alta", "label": ""},
        {"kind": "sign_test", "url": "https://sede.example/firma", "label": "VALIDe"},
    ],
}


def test_each_portal_has_its_three_kinds_of_action():
    shown = page("ANA", "ANA", [PORTAL]).decode()
    assert all(words in shown for words in ("Acceder al portal", "Registrarse", "Prueba de firma electrónica (VALIDe)"))


def test_what_others_wrote_is_text_and_not_markup():
    shown = page("<script>", '"x"', [PORTAL]).decode()
    assert "<script>" not in shown and "<b>" not in shown and "?a=1&amp;b=2" in shown
