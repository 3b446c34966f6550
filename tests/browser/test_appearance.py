"""Light and dark, the five languages, and what pages may load."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from gateway.app import SECURITY_HEADERS

WORDS = {
    "es": "Listado de clientes",
    "ca": "Llista de clients",
    "eu": "Bezeroen zerrenda",
    "gl": "Listaxe de clientes",
    "en": "List of clients",
}
BACKGROUND = "getComputedStyle(document.body).backgroundColor"


def test_a_page_is_as_dark_as_the_system(visits):
    backgrounds = []
    for scheme in ("light", "dark"):
        page = visits.page_of("reader", color_scheme=scheme)
        page.goto("/clientes")
        backgrounds.append(page.evaluate(BACKGROUND))
    assert backgrounds[0] != backgrounds[1]


def test_who_chooses_dark_has_it_on_every_page_and_back_to_light(visits):
    page = visits.page_of("reader")
    page.goto("/clientes")
    light = page.evaluate(BACKGROUND)
    page.get_by_role("button", name="Oscuro").click()
    expect(page).to_have_url(re.compile("/clientes[?]?$"))
    page.goto("/grupos")
    assert page.evaluate(BACKGROUND) != light
    page.get_by_role("button", name="Claro").click()
    expect(page.get_by_role("button", name="Oscuro")).to_be_visible()
    assert page.evaluate(BACKGROUND) == light


def test_in_a_dark_system_the_button_makes_the_page_light(visits):
    page = visits.page_of("reader", color_scheme="dark")
    page.goto("/clientes")
    page.get_by_role("button", name="Claro").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "light")


def test_the_door_speaks_the_language_of_the_browser_and_any_of_the_five(visits):
    page = visits.page_for(None, locale="en-GB")
    page.goto("/entrar")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.get_by_role("button", name="Euskara").click()
    expect(page.locator("html")).to_have_attribute("lang", "eu")


def test_a_person_chooses_a_language_and_everything_is_in_it(visits, demo):
    page = visits.page_of("reader")
    for language, words in [*WORDS.items(), ("es", WORDS["es"])]:
        page.goto("/perfil")
        page.locator("[name=language]").select_option(language)
        page.locator("form[action='/perfil'] button.btn-primary").click()
        page.goto("/clientes")
        expect(page.get_by_role("heading", level=1)).to_have_text(words)


def test_the_policy_of_pages_lets_nothing_in_that_is_not_ours(visits):
    policy = visits.page_for(None).goto("/entrar").headers["content-security-policy"]
    assert policy == SECURITY_HEADERS["Content-Security-Policy"]
    assert "unsafe" not in policy
