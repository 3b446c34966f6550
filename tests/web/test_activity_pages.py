"""The pages of what goes on: edicts, mailboxes, the trail, health, parked events."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from gateway.web import parked
from services.contracts.rpc import PROMISES
from tests.journeys.portfolio import a_company, register, with_mailbox
from tests.visitors import wait_for
from tests.web.pages import browser_of, opened


@pytest.fixture
def manager(firm):
    return firm.user("manager", [firm.group("Todos")])


def last_bulletin_day():
    day = datetime.now(ZoneInfo("Europe/Madrid")).date()
    return day - timedelta(days=1) if day.weekday() == 6 else day


# ── edicts ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def edict(site, firm, manager):
    """One that names a client of the firm."""
    party = a_company()
    client_id = register(manager, party)
    text = f"Artículo 112 de la Ley 58/2003: se cita a {party.tax_id[0]}-{party.tax_id[1:]}."
    site.sandbox.edicts(last_bulletin_day(), [{"issuer": "AEAT", "title": "Anuncio de citación.", "regime": "tax", "text": text}])
    firm.admin.post("/api/edicts/read", {"date": last_bulletin_day().isoformat()})
    return wait_for(manager, "/api/edicts", lambda body: body["total"] == 1, client=client_id)["items"][0]


def test_an_edict_is_listed_with_its_row_marked_and_the_way_to_the_bulletin(manager, edict):
    page = opened(browser_of(manager), "/edictos")
    (mark,) = page.document.xpath("//blockquote/mark")
    assert mark.text.replace("-", "") == edict["holder_tax_id"]
    (pdf,) = page.document.xpath(f"//a[@href='{edict['url']}']")
    assert "noopener" in pdf.get("rel") and edict["issuer"] in page.text()
    one = opened(browser_of(manager), f"/edictos/{edict['id']}")
    assert (one.status, edict["reference"] in one.text()) == (200, True)


def test_from_an_edict_one_gets_to_where_it_is_worked_on_and_back(manager, edict):
    wait_for(manager, "/api/notifications", lambda body: body["total"] == 1, kind="edict")
    browser = browser_of(manager)
    (to,) = opened(browser, "/edictos").document.xpath("//a[starts-with(@href, '/notificaciones?client=')]/@href")
    (row,) = opened(browser, to).document.xpath("//a[@data-row]/@href")
    (back,) = opened(browser, row).document.xpath("//*[@id='pane']//a[starts-with(@href, '/edictos')]/@href")
    assert edict["reference"] in opened(browser, back).text()


def test_edicts_stand_in_trays_and_are_narrowed_by_day_and_client(manager, edict):
    browser, day, client_id = browser_of(manager), edict["published_on"], edict["client_id"]
    for asked, count in (("tray=closed", 0), (f"date={day}", 1), ("date=2020-01-02", 0), (f"client={client_id}", 1)):
        page = opened(browser, f"/edictos?{asked}")
        assert len(page.document.xpath("//blockquote")) == count, asked


def test_the_page_of_edicts_says_which_days_were_read(manager, edict):
    said = opened(browser_of(manager), "/edictos").text("//*[@aria-labelledby='coverage']")
    assert "Se vigila desde" in said and "configuración" in said


# ── mailboxes ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_all_mailboxes_are_listed_with_their_trouble_in_plain_words_and_the_way_to_the_client(site, firm, manager):
    party = a_company()
    site.sandbox.registration(party.tax_id, registered=False)
    client = with_mailbox(firm, manager, party=party)
    manager.post(f"/api/mailboxes/{client.mailbox_id}/sync")
    trouble = wait_for(manager, f"/api/mailboxes/{client.mailbox_id}", lambda body: body["state"] == "unreadable")["error"]["message"]
    browser = browser_of(manager)
    page = opened(browser, "/buzones?state=unreadable")
    assert page.document.xpath("//tbody//a/@href") == [f"/clientes/{client.id}/buzones"]
    assert trouble in page.text()
    for asked, count in (("state=paused", 0), ("body=dehu", 1), ("body=aeat", 0), ("stale_hours=24", 1)):
        assert len(opened(browser, f"/buzones?{asked}").document.xpath("//tbody/tr")) == count, asked


def test_mailboxes_of_clients_that_one_does_not_see_are_not_listed(firm, manager):
    with_mailbox(firm, manager, [firm.group("Suyos")])
    stranger = browser_of(firm.user("operator", [firm.group("Otros")]))
    assert "Todavía no hay buzones" in opened(stranger, "/buzones").text()


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (lambda person, client_id: person.delete(f"/api/clients/{client_id}"), "No se lee: cliente archivado"),
        (
            lambda person, client_id: person.patch(f"/api/clients/{client_id}", {"version": 1, "receives_notifications": False}),
            "No se lee: notificaciones deshabilitadas",
        ),
    ],
    ids=["archived", "notifications off"],
)
def test_a_mailbox_that_is_not_read_because_of_its_client_never_says_that_it_is(manager, act, said):
    client_id = register(manager, a_company())
    mailbox = manager.post(f"/api/clients/{client_id}/mailboxes", {"body": "dehu", "via": "firm_certificate"}).body
    act(manager, client_id)
    wait_for(manager, f"/api/mailboxes/{mailbox['id']}", lambda body: body["why_not_read"])
    for path in ("/buzones", f"/clientes/{client_id}/buzones"):
        badges = opened(browser_of(manager), path).text("//tbody//*[contains(@class, 'badge')]")
        assert badges == said, path


# ── the trail ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_trail_is_narrowed_by_act_person_and_day(firm, manager):
    client_id = register(manager, a_company())
    wait_for(manager, "/api/audit", lambda body: body["total"] == 1, subject=client_id)
    browser, me = browser_of(manager), manager.get("/api/me").body["id"]
    today = datetime.now(ZoneInfo("Europe/Madrid")).date()
    act = f"/auditoria?act=clients.clients_registered&user_id={me}&subject={client_id}"
    for asked, count in (("", 1), (f"&desde={today}&hasta={today}", 1), (f"&hasta={today - timedelta(days=1)}", 0), ("&desde=ayer", 1)):
        page = opened(browser, act + asked)
        assert (page.status, len(page.document.xpath("//tbody/tr"))) == (200, count), asked


def test_the_trail_names_the_client_and_is_narrowed_to_it_by_name_or_by_a_link(firm, manager):
    party = a_company()
    client_id = register(manager, party)
    other = register(manager, a_company())
    wait_for(manager, "/api/audit", lambda body: body["total"] == 1, subject=client_id)
    browser = browser_of(manager)
    page = opened(browser, "/auditoria?act=clients.clients_registered")
    (link,) = page.document.xpath(f"//tbody//a[contains(@href, '{client_id}')]")
    assert link.text_content() == party.name
    for path in (link.get("href"), f"/auditoria?q={party.tax_id}"):
        narrowed = opened(browser, path)
        assert len(narrowed.document.xpath("//tbody/tr")) == 1, path
        assert party.name in narrowed.text("//ul[@class='chips']")
    assert client_id in opened(browser, narrowed.document.xpath("//tbody//a/@href")[0]).text()
    assert "Ningún cliente ni persona" in opened(browser, "/auditoria?q=nadie+se+llama+as%C3%AD").text()
    manager.patch(f"/api/clients/{client_id}", {"version": 1, "name": "Igual llamada"})
    manager.patch(f"/api/clients/{other}", {"version": 1, "name": "Igual llamada"})
    choices = opened(browser, "/auditoria?q=igual+llamada").document.xpath("//*[@aria-labelledby='choices']//a/@href")
    assert set(choices) == {f"/auditoria?subject={client_id}", f"/auditoria?subject={other}"}


def test_an_entry_says_who_did_what_and_that_it_is_provably_in_the_trail(firm, manager):
    client_id = register(manager, a_company())
    (entry,) = wait_for(manager, "/api/audit", lambda body: body["total"] == 1, subject=client_id)["items"]
    assert manager.get("/api/audit/export").status == 200  # Which signs a checkpoint at once.
    page = opened(browser_of(manager), f"/auditoria/{entry['seq']}")
    said = page.text()
    assert "Alta de clientes" in said and "manager" in said and "Comprobable" in said and entry["digest"] in said
    assert page.document.xpath(f"//a[@href='/clientes/{client_id}']")
    assert "cubre" in opened(browser_of(manager), "/auditoria").text("//*[@aria-labelledby='checkpoint']")


def test_an_entry_names_the_groups_that_a_client_is_in_from_then_on(firm, manager):
    client_id = register(manager, a_company())
    group = manager.post("/api/groups", {"name": "Pamplona"}).body
    manager.put(f"/api/clients/{client_id}/groups", {"group_ids": [group["id"]]})
    asked = {"subject": client_id, "act": "clients.clients_changed"}
    (entry,) = wait_for(manager, "/api/audit", lambda body: body["total"] == 1, **asked)["items"]
    assert "Pamplona" in opened(browser_of(manager), f"/auditoria/{entry['seq']}").text("//dl")


def test_an_entry_that_is_none_is_not_found(manager):
    assert [opened(browser_of(manager), f"/auditoria/{number}").status for number in ("0", "999999", "99999999999", "x")] == [404] * 4


def test_who_may_not_read_the_trail_has_no_way_to_it(firm):
    browser = browser_of(firm.user("operator"))
    assert opened(browser, "/auditoria").status == opened(browser, "/auditoria/1").status == 403
    assert opened(browser, "/salud").document.xpath("//a[@href='/auditoria']") == []


# ── health and parked events ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_health_says_of_each_body_how_it_answers_in_words(firm, manager):
    client = with_mailbox(firm, manager)
    wait_for(manager, f"/api/mailboxes/{client.mailbox_id}", lambda body: body["last_complete_check_at"])
    page = opened(browser_of(manager), "/salud")
    said = page.text()
    assert "Dirección Electrónica Habilitada única" in said and "%" in said and "Se consulta" in said
    assert page.document.get_element_by_id("coverage") is not None


def test_no_service_is_left_out_of_what_is_parked():
    assert len(parked.SERVICES) == len(PROMISES)


def test_parked_events_are_counted_for_who_manages_the_firm_and_for_nobody_else(firm, manager):
    page = opened(browser_of(firm.admin), "/aparcados")
    assert (page.status, "No hay ninguno" in page.text()) == (200, True)
    assert opened(browser_of(manager), "/aparcados").status == 403
