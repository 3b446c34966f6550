"""The inbox by links and forms alone: trays, filters, the pane, what is done with a notification inside the firm."""

from __future__ import annotations

import pytest

from tests.journeys.portfolio import Client, notified, with_mailbox
from tests.visitors import wait_for
from tests.web.pages import Form, browser_of, opened


class Desk:
    """A manager with one client, who has received some notices."""

    def __init__(self, site, *subjects: str):
        self.site, self.firm = site, site.firm()
        self.group_id = self.firm.group("Todos")
        self.manager = self.firm.user("manager", [self.group_id])
        self.browser = browser_of(self.manager)
        self.client: Client = with_mailbox(self.firm, self.manager, [self.group_id], party=notified(site, *subjects))
        self.manager.post(f"/api/mailboxes/{self.client.mailbox_id}/sync")
        self.items = wait_for(self.manager, "/api/notifications", lambda body: body["total"] == len(subjects))["items"]

    def item(self, subject: str) -> dict:
        return next(item for item in self.items if item["subject"] == subject)

    def now(self, item: dict) -> dict:
        return self.manager.get(f"/api/notifications/{item['id']}").body

    def reads(self, item: dict, query: str = ""):
        return opened(self.browser, f"/notificaciones/{item['id']}{query}")

    def processing(self, page) -> Form:
        """The form with state, reminder and person."""
        (element,) = [form for form in page.document.forms if "assignee_id" in form.fields]
        return Form(self.browser, element, page.path)


@pytest.fixture
def desk(site):
    return Desk(site, "Requerimiento", "Liquidación")


def subjects(page) -> set[str]:
    return {link.text for link in page.document.xpath("//a[@data-row]")}


def counts(page) -> list[str]:
    return page.document.xpath("//nav[@aria-label='Bandejas']//*[@class='count']/text()")


# ── reading ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_each_tray_shows_what_is_in_it_and_says_how_much_is_in_the_others(desk):
    item = desk.item("Liquidación")
    desk.manager.patch(f"/api/notifications/{item['id']}", {"version": item["version"], "processing_state": "closed"})
    trays = {"/": {"Requerimiento"}, "/notificaciones?tray=in_progress": set(), "/notificaciones?tray=closed": {"Liquidación"}}
    for address, shown in trays.items():
        page = opened(desk.browser, address)
        assert (page.status, subjects(page), counts(page)) == (200, shown, ["1", "0", "1"]), address


def test_a_notification_is_read_beside_its_list_with_its_deadline_and_the_rule_and_is_not_opened(site):
    desk = Desk(site, "  Providencia   de apremio")
    (item,) = desk.items
    page = desk.reads(item)
    pane = page.text("//*[@id='pane']")
    assert page.document.get_element_by_id("subject").text == "  Providencia   de apremio"
    assert item["reference"] in pane and item["issuer"]["name"] in pane and desk.client.party.name in pane
    assert all(" ".join(sentence.split()) in pane for sentence in item["deadlines"][0]["explanation"])
    assert page.document.xpath("//a[@data-row and @aria-current='true']/@href") == [f"/notificaciones/{item['id']}"]
    assert site.sandbox.acts(reference=item["reference"]) == []


def test_the_list_is_narrowed_and_each_filter_is_a_chip_that_takes_it_away(desk):
    base = "/notificaciones?tray=pending"
    for asked, shown, chip in (
        ("q=liquidacion", {"Liquidación"}, "«liquidacion»"),
        ("body=aeat", set(), "Agencia Tributaria"),
        ("kind=notification", {"Requerimiento", "Liquidación"}, "Notificación"),
        ("body_state=read", set(), "Leída"),
        ("read_by_before=2020-01-01", set(), "Vencen antes"),
        (f"client={desk.client.id}", {"Requerimiento", "Liquidación"}, desk.client.party.name),
        (f"group={desk.group_id}", {"Requerimiento", "Liquidación"}, "Todos"),
    ):
        page = opened(desk.browser, f"{base}&{asked}")
        (link,) = page.document.xpath("//ul[@aria-label='Filtros puestos']//a")
        assert (subjects(page), chip in link.text_content(), link.get("href")) == (shown, True, base), asked


def test_an_address_that_is_not_understood_still_shows_the_inbox(desk):
    page = opened(desk.browser, "/notificaciones?tray=otra&body=ninguno&sort=nada")
    assert (page.status, subjects(page)) == (200, {"Requerimiento", "Liquidación"})


def test_beyond_the_last_page_the_last_one_is_shown(desk):
    page = opened(desk.browser, "/notificaciones?page=9&page_size=1")
    assert (len(subjects(page)), page.text("//nav[@aria-label='Páginas']")) == (1, "Anterior Página 2 de 2")


def test_an_empty_tray_says_why_and_what_next(desk):
    assert "pulse «Empezar a tramitar»" in opened(desk.browser, "/notificaciones?tray=in_progress").text()


# ── working on it ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_person_sets_state_reminder_and_who_works_on_it(desk):
    item, me = desk.item("Requerimiento"), desk.manager.get("/api/me").body
    form = desk.processing(desk.reads(item))
    page = form.send(processing_state="in_progress", process_by="2027-03-01", assignee_id=me["id"])
    assert (page.status, page.text("//*[@role='status']")) == (200, "Guardado. Deshacer")
    now = desk.now(item)
    assert (now["processing_state"], now["process_by"], now["assignee_id"]) == ("in_progress", "2027-03-01", me["id"])
    desk.processing(desk.reads(item)).send(process_by="", assignee_id="")
    assert (desk.now(item)["process_by"], desk.now(item)["assignee_id"]) == (None, None)


def test_a_button_moves_it_on_and_the_next_one_is_shown(desk):
    first, second = (desk.item(link) for link in opened(desk.browser, "/notificaciones").document.xpath("//a[@data-row]/text()"))
    page = desk.reads(first, "?tray=pending")
    (quick,) = page.document.xpath("//button[@data-key='e']")
    after = Form(desk.browser, quick.getparent(), page.path).send(quick.get("name"), quick.get("value"))
    assert after.document.get_element_by_id("subject").text == second["subject"]
    assert (desk.now(first)["processing_state"], counts(after)) == ("in_progress", ["1", "1", "0"])


def test_after_the_last_of_a_page_the_list_begins_anew(desk):
    address = "/notificaciones?page=2&page_size=1"
    (last,) = (desk.item(link) for link in opened(desk.browser, address).document.xpath("//a[@data-row]/text()"))
    page = desk.reads(last, "?page=2&page_size=1")
    (quick,) = page.document.xpath("//button[@data-key='e']")
    after = Form(desk.browser, quick.getparent(), page.path).send(quick.get("name"), quick.get("value"))
    assert after.path == "/notificaciones?page_size=1"
    assert subjects(after) == {"Requerimiento", "Liquidación"} - {last["subject"]}


def test_what_did_not_change_is_not_saved_again(desk):
    item = desk.item("Requerimiento")
    desk.processing(desk.reads(item)).send()
    assert desk.now(item)["version"] == item["version"]


def test_who_saves_second_is_told_what_stands_there_and_keeps_what_they_chose(desk):
    item = desk.item("Requerimiento")
    form = desk.processing(desk.reads(item))
    desk.manager.patch(f"/api/notifications/{item['id']}", {"version": item["version"], "processing_state": "closed"})
    page = form.send(processing_state="in_progress", process_by="2027-03-01")
    assert (page.status, "Estado de tramitación: Cerrada" in page.text("//*[@role='alert']")) == (409, True)
    again = desk.processing(page)
    assert (again.values["processing_state"], again.values["process_by"]) == (["in_progress"], ["2027-03-01"])
    assert (again.send().status, desk.now(item)["processing_state"]) == (200, "in_progress")


def test_a_day_that_is_none_is_marked_beside_its_field(desk):
    item = desk.item("Requerimiento")
    page = desk.processing(desk.reads(item)).send(process_by="mañana", processing_state="closed")
    assert (page.status, page.fault_of("process_by")) == (422, "No es un valor válido.")
    assert desk.processing(page).values["processing_state"] == ["closed"]


# ── who may ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_who_may_not_process_has_no_form_and_is_refused(desk):
    item = desk.item("Requerimiento")
    reader = browser_of(desk.firm.user("reader", [desk.group_id]))
    page = opened(reader, f"/notificaciones/{item['id']}")
    assert (page.status, "processing_state" in page.answer.body) == (200, False)
    token = page.document.xpath("//input[@name='csrf_token']/@value")[0]
    for changed in ({"processing_state": "closed"}, {"processing_state": item["processing_state"]}):
        sent = {"csrf_token": token, "version": item["version"], **changed}
        assert reader.call("POST", f"/notificaciones/{item['id']}", data=sent).status == 403


def test_what_one_may_not_see_is_not_found_however_it_is_asked_for(desk):
    item = desk.item("Requerimiento")
    stranger = browser_of(desk.firm.user("operator", [desk.firm.group("Otros")]))
    assert opened(stranger, f"/notificaciones/{item['id']}").status == 404
    assert opened(stranger, f"/notificaciones?client={desk.client.id}").status == 404
    assert subjects(opened(stranger, "/notificaciones")) == set()


def test_an_operator_who_sees_no_colleagues_may_still_take_it_on(desk):
    item = desk.item("Requerimiento")
    operator = desk.firm.user("operator", [desk.group_id])
    page = opened(browser_of(operator), f"/notificaciones/{item['id']}")
    offered = page.document.xpath("//select[@id='assignee_id']/option/@value")
    assert offered == ["", operator.get("/api/me").body["id"]]
