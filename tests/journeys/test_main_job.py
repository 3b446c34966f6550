"""A firm's mailboxes are read and the TEU is watched; what was found stands once in the inbox, with its deadline."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from tests.journeys.portfolio import a_company, notified, register, with_mailbox
from tests.visitors import wait_for
from tests.worlds import numbers

MADRID = ZoneInfo("Europe/Madrid")
AN_HOUR_AGO = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)


def has(count):
    return lambda body: body["total"] == count


def last_weekday():
    day = datetime.now(MADRID).date()
    return day - timedelta(days=1) if day.weekday() == 6 else day


def test_a_notice_stands_in_the_inbox_with_its_deadline_and_is_not_opened(site):
    firm = site.firm()
    manager = firm.user("manager", [firm.group("Todos")])
    party = a_company()
    reference = site.sandbox.notice(party.tax_id, party.name, "  Requerimiento  de pago ", available_at=AN_HOUR_AGO)
    client = with_mailbox(firm, manager, party=party)
    assert manager.post(f"/api/mailboxes/{client.mailbox_id}/sync").status == 202
    (item,) = wait_for(manager, "/api/notifications", has(1))["items"]
    assert (item["client_id"], item["body"], item["reference"]) == (client.id, "dehu", reference)
    assert item["subject"] == "  Requerimiento  de pago "
    assert item["read_by"] == (AN_HOUR_AGO.astimezone(MADRID).date() + timedelta(days=10)).isoformat()
    assert any("43.2" in line or "43" in line for line in item["deadlines"][0]["explanation"])
    assert site.sandbox.acts(reference=reference) == []


def test_a_mailbox_is_read_when_it_is_added_without_anybody_asking(site):
    firm = site.firm()
    manager = firm.user("manager", [firm.group("Todos")])
    client = with_mailbox(firm, manager)
    mailbox = wait_for(manager, f"/api/mailboxes/{client.mailbox_id}", lambda body: body["last_complete_check_at"])
    assert mailbox["error"] is None
    assert mailbox["covered_since"]


def test_every_page_of_a_mailbox_is_read_and_nothing_stands_twice_when_it_is_read_again(site):
    firm = site.firm()
    manager = firm.user("manager", [firm.group("Todos")])
    party = a_company()
    planted = {row["reference"] for row in site.sandbox.many([party.tax_id], 101, seed=next(numbers))}
    client = with_mailbox(firm, manager, party=party)
    for _ in range(2):
        sync = manager.post(f"/api/mailboxes/{client.mailbox_id}/sync").body
        done = wait_for(manager, f"/api/syncs/{sync['id']}", lambda body: body["state"] == "done")
        assert (done["pages_read"], done["total_pages"], done["notices_seen"]) == (3, 3, 101)
    page = wait_for(manager, "/api/notifications", has(101), page_size=200)
    assert {item["reference"] for item in page["items"]} == planted


def test_the_card_of_a_client_is_the_keyrings_with_how_often_the_certificate_was_used(site):
    firm = site.firm()
    manager = firm.user("manager", [firm.group("Todos")])
    client = with_mailbox(firm, manager)
    wait_for(manager, f"/api/mailboxes/{client.mailbox_id}", lambda body: body["last_complete_check_at"])
    shown = wait_for(manager, f"/api/clients/{client.id}", lambda body: body["certificate"] and body["certificate"]["uses"])["certificate"]
    (kept,) = manager.get(f"/api/clients/{client.id}/certificates").body["items"]
    assert shown == {name: value for name, value in kept.items() if name not in ("client_id", "uploaded_by")}


def test_the_firms_certificate_reads_the_mailbox_of_a_client_who_named_it(site):
    firm = site.firm()
    manager = firm.user("manager", [firm.group("Todos")])
    own = a_company()
    file = site.sandbox.certificate(own.tax_id, own.name, "clave de la firma")
    assert manager.upload("/api/certificates", file, "clave de la firma").status == 201
    party = notified(site, "Liquidación")
    site.sandbox.registration(own.tax_id, [party.tax_id])
    client = with_mailbox(firm, manager, via="firm_certificate", party=party)
    sync = manager.post(f"/api/mailboxes/{client.mailbox_id}/sync").body
    wait_for(manager, f"/api/syncs/{sync['id']}", lambda body: body["state"] in ("done", "failed"))
    again = manager.post(f"/api/mailboxes/{client.mailbox_id}/sync").body
    wait_for(manager, f"/api/syncs/{again['id']}", lambda body: body["state"] == "done")
    assert wait_for(manager, "/api/notifications", has(1))["items"][0]["subject"] == "Liquidación"


def test_a_power_that_is_missing_is_said_in_plain_words(site):
    firm = site.firm()
    manager = firm.user("manager", [firm.group("Todos")])
    party = a_company()
    site.sandbox.registration(party.tax_id, registered=False)
    client = with_mailbox(firm, manager, party=party)
    manager.post(f"/api/mailboxes/{client.mailbox_id}/sync")
    # A first reading may come before the news of the certificate; that news has the mailbox read again at once.
    told = wait_for(
        manager, f"/api/mailboxes/{client.mailbox_id}", lambda body: "Gran Destinatario" in (body["error"] or {}).get("message", "")
    )
    assert told["state"] == "unreadable"


def test_an_edict_that_names_a_watched_client_stands_in_the_inbox_with_the_row_that_names_it(site):
    firm = site.firm()
    manager = firm.user("manager", [firm.group("Todos")])
    party = a_company()
    client_id = register(manager, party)
    (edict_id,) = site.sandbox.edicts(
        last_weekday(),
        [{"issuer": "AEAT", "title": "Anuncio de citación.", "regime": "tax", "text": f"Artículo 112 de la Ley 58/2003: {party.tax_id}."}],
    )
    firm.admin.post("/api/edicts/read", {"date": last_weekday().isoformat()})
    (item,) = wait_for(manager, f"/api/clients/{client_id}/notifications", has(1))["items"]
    assert (item["source"], item["kind"], item["body"], item["reference"]) == ("edict", "edict", "teu", edict_id)
    (edict,) = manager.get("/api/edicts", client=client_id).body["items"]
    assert party.tax_id in edict["row"]


def test_switching_the_tablon_off_finds_nothing_new_and_hides_nothing_old(site):
    firm = site.firm()
    manager = firm.user("manager", [firm.group("Todos")])
    watched, unwatched = a_company(), a_company()
    seen = register(manager, watched)
    unseen = register(manager, unwatched, watch_edicts=False)
    text = f"Se notifica a {watched.tax_id} y a {unwatched.tax_id}."
    site.sandbox.edicts(last_weekday(), [{"issuer": "TGSS", "title": "Anuncio.", "regime": "general", "text": text}])
    firm.admin.post("/api/edicts/read", {"date": last_weekday().isoformat()})
    wait_for(manager, f"/api/clients/{seen}/notifications", has(1))
    client = manager.get(f"/api/clients/{seen}").body
    assert manager.patch(f"/api/clients/{seen}", {"watch_edicts": False, "version": client["version"]}).status == 200
    assert manager.get(f"/api/clients/{seen}/notifications").body["total"] == 1
    assert manager.get(f"/api/clients/{unseen}/notifications").body["total"] == 0


def test_an_edict_that_was_dealt_with_leaves_the_pending_tray_of_the_tablon_too(site):
    firm = site.firm()
    manager = firm.user("manager", [firm.group("Todos")])
    party = a_company()
    client_id = register(manager, party)
    site.sandbox.edicts(last_weekday(), [{"issuer": "TGSS", "title": "Anuncio.", "regime": "general", "text": f"NIF {party.tax_id}."}])
    firm.admin.post("/api/edicts/read", {"date": last_weekday().isoformat()})
    (item,) = wait_for(manager, f"/api/clients/{client_id}/notifications", has(1))["items"]
    assert manager.patch(f"/api/notifications/{item['id']}", {"processing_state": "closed", "version": item["version"]}).status == 200
    wait_for(manager, "/api/edicts", has(1), client=client_id, tray="closed")
    assert manager.get("/api/edicts", client=client_id, tray="pending").body["total"] == 0
