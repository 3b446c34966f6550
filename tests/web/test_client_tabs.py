"""The other tabs of a client's window, by links and forms alone: what was received, groups, mailboxes."""

from __future__ import annotations

import time

import pytest

from tests.journeys.portfolio import a_company, notified, register, with_mailbox
from tests.visitors import PATIENCE_S, wait_for
from tests.web.pages import browser_of, opened


@pytest.fixture
def manager(firm):
    return firm.user("manager", [firm.group("Todos")])


def received(firm, manager, *subjects):
    """A client with notices of these subjects, and its notifications once its mailbox was read."""
    client = with_mailbox(firm, manager, party=notified(firm.site, *subjects))
    manager.post(f"/api/mailboxes/{client.mailbox_id}/sync")
    return client, wait_for(manager, f"/api/clients/{client.id}/notifications", lambda body: body["total"] == len(subjects))["items"]


# ── what was received ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_notification_is_read_beside_the_list_with_how_its_deadline_was_counted(site, firm, manager):
    client, (item,) = received(firm, manager, "  Requerimiento   de pago")
    page = opened(browser_of(manager), f"/clientes/{client.id}/notificaciones/{item['id']}")
    pane = page.document.get_element_by_id("pane")
    assert pane.xpath(".//h2")[0].text == "  Requerimiento   de pago"
    assert item["deadlines"][0]["explanation"][0] in pane.text_content()
    assert page.document.xpath("//a[@aria-current='true']/@href")[0].startswith(f"/clientes/{client.id}/notificaciones/{item['id']}")
    assert site.sandbox.acts(reference=item["reference"]) == []


def test_what_was_received_is_narrowed_by_tray_kind_and_words(site, firm, manager):
    client, items = received(firm, manager, "Requerimiento", "Liquidación")
    closed = next(item for item in items if item["subject"] == "Requerimiento")
    manager.patch(f"/api/notifications/{closed['id']}", {"version": closed["version"], "processing_state": "closed"})
    for asked, shown in (
        ("tray=closed", {"Requerimiento"}),
        ("kind=edict", set()),
        ("q=liquidacion", {"Liquidación"}),
        ("tray=", {"Requerimiento", "Liquidación"}),
    ):
        page = opened(browser_of(manager), f"/clientes/{client.id}/notificaciones?{asked}")
        assert {link.text for link in page.document.xpath("//a[@data-opens]")} == shown, asked


def test_a_notification_of_another_client_is_not_found_under_this_one(site, firm, manager):
    client, (item,) = received(firm, manager, "Requerimiento")
    other = register(manager, a_company())
    assert opened(browser_of(manager), f"/clientes/{other}/notificaciones/{item['id']}").status == 404


def test_a_client_of_whom_nothing_was_received_says_what_next(manager):
    client_id = register(manager, a_company())
    page = opened(browser_of(manager), f"/clientes/{client_id}/notificaciones")
    assert (page.status, "Todavía no se ha recibido nada" in page.text()) == (200, True)


# ── groups ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_client_added_to_a_group_is_seen_by_its_members_until_it_is_taken_out(firm, manager):
    group_id = firm.group("Suyos")
    operator, client_id = firm.user("operator", [group_id]), register(manager, a_company())
    assert browser_of(operator).get(f"/clientes/{client_id}").status == 404
    tab = f"/clientes/{client_id}/grupos"
    page = opened(browser_of(manager), tab).form(tab, "add").send(add=group_id)
    assert "operator" in page.text("//table")
    assert browser_of(operator).get(f"/clientes/{client_id}").status == 200
    page.form(tab, "remove").send("remove", group_id)
    assert browser_of(operator).get(f"/clientes/{client_id}").status == 404


def test_who_takes_a_client_out_of_their_last_group_is_told_that_they_see_it_no_more(firm, manager):
    group_id = firm.group("Suyos")
    operator, client_id = firm.user("operator", [group_id]), register(manager, a_company(), [group_id])
    page = opened(browser_of(operator), f"/clientes/{client_id}/grupos")
    assert "dejará de verlo" in page.text("//table")
    assert "ya no lo ve" in page.form(f"/clientes/{client_id}/grupos", "remove").send("remove", group_id).text()


def test_a_group_that_is_not_ones_own_is_neither_offered_nor_given(firm, manager):
    group_id, other_id = firm.group("Suyos"), firm.group("Ajenos")
    operator, client_id = firm.user("operator", [group_id]), register(manager, a_company(), [group_id])
    page = opened(browser_of(operator), f"/clientes/{client_id}/grupos")
    assert "Ajenos" not in page.text()
    refused = page.form(f"/clientes/{client_id}/grupos", "remove").send("add", other_id)
    assert refused.status == 422


# ── mailboxes ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def buttons(page):
    return {form.removeprefix("/clientes/").partition("/")[2].rpartition("/")[2] for form in page.forms()}


def test_a_mailbox_is_added_paused_resumed_and_removed_without_javascript(manager):
    client_id = register(manager, a_company())
    tab = f"/clientes/{client_id}/buzones"
    page = opened(browser_of(manager), tab).form(tab).send(way="dehu/own_certificate")
    (mailbox,) = manager.get(f"/api/clients/{client_id}/mailboxes").body["items"]
    page = page.form(f"{tab}/{mailbox['id']}/pausar").send()
    assert "Está en pausa: reanúdelo" in page.text("//table")
    assert "consultar" not in buttons(page)
    page = page.form(f"{tab}/{mailbox['id']}/reanudar").send()
    assert "consultar" in buttons(page)
    page.form(f"{tab}/{mailbox['id']}/quitar").send()
    assert manager.get(f"/api/clients/{client_id}/mailboxes").body["items"] == []


def test_a_way_in_that_does_not_exist_is_said_beside_its_field(manager):
    client_id = register(manager, a_company())
    tab = f"/clientes/{client_id}/buzones"
    page = opened(browser_of(manager), tab).form(tab).send(way="dgt/power")
    assert page.status == 422
    assert "aún no se leen" in page.fault_of("way")


def test_a_mailbox_changed_meanwhile_is_not_paused_by_an_old_form(firm, manager):
    client = with_mailbox(firm, manager)
    tab = f"/clientes/{client.id}/buzones"
    form = opened(browser_of(manager), tab).form(f"{tab}/{client.mailbox_id}/pausar")
    manager.patch(f"/api/mailboxes/{client.mailbox_id}", {"version": int(form.values["version"][0]), "via": "power"})
    page = form.send()
    assert page.status == 409
    assert "Otra persona lo ha cambiado" in page.text()


def test_a_reading_is_followed_without_javascript_to_its_end(site, firm, manager):
    client = with_mailbox(firm, manager, party=notified(site, "Requerimiento"))
    tab = f"/clientes/{client.id}/buzones"
    page = opened(browser_of(manager), tab).form(f"{tab}/{client.mailbox_id}/consultar").send()
    assert page.path.startswith("/consultas/")
    ends_at = time.monotonic() + PATIENCE_S
    while page.document.xpath("//noscript/meta[@http-equiv='refresh']"):
        assert time.monotonic() < ends_at, page.text()
        page = opened(page.browser, page.path)
    assert "Consulta completa" in page.text()
    assert page.document.xpath(f"//a[@href='/clientes/{client.id}/notificaciones']")


def test_who_holds_no_grant_has_no_button_and_is_refused_saying_why(firm, manager):
    group_id = firm.group("Sin permiso", bodies=())
    operator, client = firm.user("operator", [group_id]), with_mailbox(firm, manager, [group_id])
    tab = f"/clientes/{client.id}/buzones"
    page = opened(browser_of(operator), tab)
    assert "consultar" not in buttons(page)
    assert "No tiene permiso para consultar buzones de DEHú" in page.text("//table")
    form = page.form(f"{tab}/{client.mailbox_id}/pausar")
    form.action = f"{tab}/{client.mailbox_id}/consultar"
    assert form.send().status == 403


def test_a_client_not_enabled_for_notifications_is_not_read_by_hand(firm, manager):
    client = with_mailbox(firm, manager)
    tab = f"/clientes/{client.id}/buzones"
    form = opened(browser_of(manager), tab).form(f"{tab}/{client.mailbox_id}/consultar")
    manager.patch(f"/api/clients/{client.id}", {"version": 1, "receives_notifications": False})
    assert "consultar" not in buttons(opened(browser_of(manager), tab))
    wait_for(manager, f"/api/mailboxes/{client.mailbox_id}", lambda body: body["next_check_at"] is None)
    refused = form.send()
    assert refused.status == 409
    assert "no está habilitado" in refused.text("//div[@role='alert']")


def test_an_act_on_a_mailbox_of_another_client_or_that_does_not_exist_is_not_found(firm, manager):
    client, other = with_mailbox(firm, manager), register(manager, a_company())
    form = opened(browser_of(manager), f"/clientes/{client.id}/buzones").form(f"/clientes/{client.id}/buzones/{client.mailbox_id}/quitar")
    for action in (f"/clientes/{other}/buzones/{client.mailbox_id}/quitar", f"/clientes/{client.id}/buzones/{client.mailbox_id}/abrir"):
        form.action = action
        assert form.send().status == 404, action


def test_the_reading_of_a_client_that_one_may_not_see_is_not_found(firm, manager):
    client, operator = with_mailbox(firm, manager), firm.user("operator", [firm.group("Otros")])
    sync_id = manager.post(f"/api/mailboxes/{client.mailbox_id}/sync").body["id"]
    assert browser_of(operator).get(f"/consultas/{sync_id}").status == 404
