"""Whom the bulletin is read for: who is told of what, and what is kept of everybody else."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import text

from services.contracts.message import utc_now
from services.teu_watcher.catching_up import forget_old
from services.teu_watcher.models import Edict, Mention
from services.teu_watcher.schedule import KEPT_DAYS
from tests.people import company_tax_id, tax_id
from tests.teu_watcher.house import days_ago, edict

YESTERDAY = days_ago(1)
PUBLIC = ("watched", "edicts", "mentions", "days", "source", "leases")


def test_two_firms_that_watch_one_person_are_both_told_and_see_only_their_own(house):
    shared, other = tax_id(), tax_id()
    ours, theirs = house.watch(shared, "ours"), house.watch(shared, "theirs")
    house.watch(other, "theirs")
    first, second = house.bulletin.publish(YESTERDAY, [edict(shared), edict(other)])
    house.read(YESTERDAY)
    assert [(match.client_id, match.edict_id) for match in house.matches("ours")] == [(ours, first)]
    assert [match.edict_id for match in house.matches("theirs")] == [first, second]
    assert ("theirs", theirs, first) in house.told()


def test_a_match_says_what_the_edict_says(house):
    watched = company_tax_id()
    client = house.watch(watched)
    text_of = f"En virtud del artículo 112 de la Ley 58/2003 se cita a {watched[0]}-{watched[1:]} en el plazo de quince días."
    house.bulletin.publish(YESTERDAY, [edict(issuer="Agencia Tributaria", title="Citación", text=text_of)])
    house.read(YESTERDAY)
    (match,) = house.matches()
    assert (match.client_id, match.holder_tax_id, match.regime, match.issuer) == (client, watched, "tax", "Agencia Tributaria")
    assert watched[1:] in match.row and match.match == "on_reading"


def test_a_client_that_is_not_watched_is_not_told(house):
    unwatched, archived, late = tax_id(), tax_id(), tax_id()
    house.watch(unwatched, watch_edicts=False)
    house.watch(archived, is_archived=True)
    client = house.watch(late)
    house.watch(late, client_id=client, watch_edicts=False, version=2)
    house.bulletin.publish(YESTERDAY, [edict(unwatched, archived, late)])
    house.read(YESTERDAY)
    assert not house.matches() and not house.told()


def test_what_was_matched_stays_when_the_watch_ends(house):
    watched = tax_id()
    client = house.watch(watched)
    house.bulletin.publish(YESTERDAY, [edict(watched)])
    house.read(YESTERDAY)
    house.watch(watched, client_id=client, watch_edicts=False, version=2)
    assert len(house.matches()) == 1


def test_an_older_version_of_a_client_that_comes_late_changes_nothing(house):
    watched = tax_id()
    client = house.watch(watched, version=2)
    house.watch(tax_id(), client_id=client, watch_edicts=False, version=1)
    house.bulletin.publish(YESTERDAY, [edict(watched)])
    house.read(YESTERDAY)
    assert len(house.matches()) == 1


def test_a_client_registered_later_is_told_of_earlier_edicts_at_once(house):
    late = tax_id()
    (edict_id,) = house.bulletin.publish(YESTERDAY, [edict(late)])
    house.read(YESTERDAY)
    client = house.watch(late)
    assert house.told() == [("firm", client, edict_id)]
    assert [match.match for match in house.matches()] == ["afterwards"]


def test_the_row_and_the_pdf_of_an_edict_found_afterwards_are_fetched_again(house):
    late = tax_id()
    house.bulletin.publish(YESTERDAY, [edict(late)])
    house.read(YESTERDAY)
    house.watch(late)
    house.look()
    (match,) = house.matches()
    assert late in match.row and len(house.documents()) == 1
    assert len(house.told()) == 1 and house.asked_for(YESTERDAY) == 2


def test_the_terms_that_an_edict_sets_are_told_also_to_who_comes_later(house):
    late = tax_id()
    house.bulletin.publish(YESTERDAY, [edict(text=f"Se cita a {late}.\n\nDispone de un plazo de diez días hábiles.")])
    house.read(YESTERDAY)
    house.watch(late)
    (fact,) = house.facts()
    assert "plazo de diez días hábiles" in fact["edicts"][0].terms and late not in fact["edicts"][0].terms


def test_a_term_beside_the_tax_id_is_told_alike_to_who_was_watched_and_to_who_comes_later(house):
    watched, late = tax_id(), tax_id()
    house.watch(watched)
    house.bulletin.publish(YESTERDAY, [edict(text=f"A {watched} y {late}" + " se hace saber" * 20 + ": plazo de diez días hábiles.")])
    house.read(YESTERDAY)
    house.watch(late)
    first, second = (fact["edicts"][0].terms for fact in house.facts())
    assert first == second and "plazo de diez días hábiles" in first


def test_a_corrected_tax_id_is_watched_from_then_on_and_looked_for_in_what_was_read(house):
    right = tax_id()
    client = house.watch(tax_id())
    house.bulletin.publish(YESTERDAY, [edict(right)])
    house.read(YESTERDAY)
    house.watch(right, client_id=client, version=2)
    assert [match.holder_tax_id for match in house.matches()] == [right]


def test_the_pdf_is_kept_sealed_for_who_was_named_and_for_nobody_else(house):
    watched = tax_id()
    house.watch(watched)
    named, unnamed = house.bulletin.publish(YESTERDAY, [edict(watched), edict(tax_id())])
    house.read(YESTERDAY)
    (document,) = house.documents()
    assert document.edict_id == named and house.store.seals.open("firm", "edict", document.sealed).startswith(b"%PDF-")
    assert not house.documents("another firm")


def test_no_tax_id_and_no_title_stands_in_clear_where_firms_are_read_together(house):
    watched, stranger = tax_id(), tax_id()
    house.watch(watched)
    house.bulletin.publish(YESTERDAY, [edict(watched, stranger, title="Herederos de Fulano Canario")])
    house.read(YESTERDAY)
    with house.store.begin() as db:
        kept = " ".join(str(row) for table in (*PUBLIC, "outbox") for row in db.execute(text(f"select * from {table}")))
    assert not [secret for secret in (watched, stranger, "Canario", "Se notifica") if secret in kept]


def test_of_a_stranger_nothing_is_kept_but_hashes(house):
    stranger = tax_id()
    house.bulletin.publish(YESTERDAY, [edict(stranger)])
    house.read(YESTERDAY)
    with house.store.begin() as db:
        assert db.query(Mention).count() == 1
    assert not any(stranger.encode() in file.read_bytes() for file in house.store_files())


def test_edicts_and_mentions_are_forgotten_when_the_bulletin_no_longer_shows_them(house):
    house.bulletin.publish(YESTERDAY, [edict(tax_id())])
    house.read(YESTERDAY)
    with house.store.begin() as db:
        old = utc_now().date() - timedelta(days=KEPT_DAYS + 2)
        db.add(Mention(hash="0" * 32, edict_id="BOE-N-2026-000009", published_on=old))
        db.add(Edict(id="BOE-N-2026-000009", published_on=old, heading="", url=""))
    with house.store.begin() as db:
        forget_old(db)
        assert db.query(Mention).count() == db.query(Edict).count() == 1
