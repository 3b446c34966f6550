"""The inbox by keys alone, as somebody works through it in the morning."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect


@pytest.fixture
def page(visits):
    opened = visits.page_of("manager")
    opened.goto("/notificaciones")
    return opened


def rows(page):
    return page.locator("[data-row]")


def count(page, tray: str) -> int:
    return int(page.get_by_role("navigation", name="Bandejas").get_by_role("link", name=tray).locator(".count").inner_text())


def test_j_and_k_move_and_the_pane_follows(page):
    second = rows(page).nth(1).inner_text()
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator("#subject")).to_have_text(second, use_inner_text=True)
    expect(rows(page).nth(1)).to_have_attribute("aria-current", "true")
    page.keyboard.press("k")
    expect(rows(page).nth(0)).to_have_attribute("aria-current", "true")
    expect(page).to_have_url(re.compile("/notificaciones/"))


def test_e_takes_the_notification_on_and_shows_the_next(page):
    before, next_one = count(page, "Pendientes"), rows(page).nth(1).get_attribute("href").partition("?")[0]
    page.keyboard.press("j")
    expect(page.get_by_role("button", name="Empezar a tramitar")).to_be_visible()
    page.keyboard.press("e")
    expect(page).to_have_url(re.compile(next_one))
    assert count(page, "Pendientes") == before - 1


def test_keys_are_silent_while_somebody_writes_and_where_they_are_switched_off(page):
    page.get_by_label("Buscar").press_sequentially("jk")
    expect(page.get_by_label("Buscar")).to_have_value("jk")
    page.goto("/notificaciones")
    page.keyboard.press("?")
    page.get_by_label("Usar los atajos en este navegador").uncheck()
    page.get_by_role("button", name="Cerrar la ayuda").click()
    page.keyboard.press("j")
    expect(page.locator("#subject")).to_have_count(0)


def test_what_was_changed_and_not_saved_is_asked_about_before_another_is_read(page):
    page.keyboard.press("j")
    first = page.locator("#subject").inner_text()
    page.get_by_label("Fecha máx. tramitación").fill("2031-05-06")
    page.get_by_role("heading", name="Notificaciones", level=1).click()
    with page.expect_event("dialog") as asked:
        page.once("dialog", lambda dialog: dialog.dismiss())
        page.keyboard.press("j")
    assert asked.value.message == "Hay cambios sin guardar. ¿Quiere dejarlos?"
    expect(page.locator("#subject")).to_have_text(first, use_inner_text=True)
    expect(rows(page).nth(0)).to_have_attribute("aria-current", "true")
    expect(page.get_by_label("Fecha máx. tramitación")).to_have_value("2031-05-06")
    page.once("dialog", lambda dialog: dialog.accept())
    rows(page).nth(1).click()
    expect(rows(page).nth(1)).to_have_attribute("aria-current", "true")
    expect(page.get_by_label("Fecha máx. tramitación")).not_to_have_value("2031-05-06")


def test_a_search_with_no_match_says_what_to_do(page):
    page.get_by_label("Buscar").fill("nadie lo ha escrito")
    expect(page.get_by_text("Nada coincide en esta bandeja")).to_be_visible()


def test_nothing_of_this_opened_anything_at_a_body(page, demo):
    for _ in range(3):
        page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("#subject")).to_be_visible()
    assert demo.sandbox.acts() == []
