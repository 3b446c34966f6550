"""A session from its opening to its end: who may, what the trail has, what closes it, and that nothing is left."""

from __future__ import annotations

import contextlib
import os
import signal
from datetime import timedelta
from pathlib import Path
from typing import Any

import eventlet
import pytest
from sqlalchemy import delete, text

from services.browser import opening, sessions
from services.browser.models import Running, Session
from services.chassis.asking import Asking
from services.contracts.errors import Conflict, Invalid, NotAllowed, NotFound, TooMany
from services.contracts.events import CertificateImported
from services.contracts.message import new_id, utc_now
from services.keyring.models import Certificate
from tests.browser_service.conftest import WHY, keeper_of
from tests.browser_service.offices import HOST
from tests.browser_service.screen import at_socket
from tests.facts import publish
from tests.worlds import until


def processes_of(folder: Path) -> list[int]:
    """Those in whose command line the session's folder stands."""
    found = []
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            try:
                command = Path(f"/proc/{entry.name}/cmdline").read_bytes()
            except OSError:
                continue
            found += [int(entry.name)] if str(folder).encode() in command else []
    return found


def trail(desk, act: str) -> list[dict]:
    return desk.firm.admin.audit.entries({"act": act})["items"]


def test_without_the_capability_nobody_opens_a_browser(desk):
    desk.certified()
    clerk = desk.firm.user("reader")
    desk.firm.admin.access.change_group(desk.group["id"], {"member_ids": [desk.user_id, clerk], "version": desk.group["version"]})
    with pytest.raises(NotAllowed):
        desk.firm.as_user(clerk).browser.open(desk.client_id, {"reason": WHY})


def test_a_client_out_of_sight_is_not_found(desk):
    desk.certified()
    stranger = desk.firm.as_user(desk.firm.user("operator"))
    with pytest.raises(NotFound):
        stranger.browser.open(desk.client_id, {"reason": WHY})


def test_nobody_opens_a_browser_without_saying_why(desk):
    desk.certified()
    with pytest.raises(Invalid):
        desk.user.browser.open(desk.client_id, {"reason": " "})


def test_a_client_without_a_certificate_is_refused_in_plain_words(desk):
    with pytest.raises(Conflict, match="no tiene certificado"):
        desk.open()


def test_an_expired_certificate_is_refused_in_plain_words(desk):
    certificate_id = desk.certified()
    with desk.world.store("keyring").begin(Asking(tenant_id=desk.firm.tenant_id)) as db:
        db.get(Certificate, certificate_id).not_after = utc_now() - timedelta(seconds=1)
    with pytest.raises(Conflict, match="El certificado del cliente ha caducado") as refused:
        desk.open()
    assert str(refused.value) == str(opening.EXPIRED)


def test_where_it_went_and_for_how_long_is_in_the_trail(desk, open_session):
    desk.screen(open_session).press_button(0)
    until(lambda: ("/", desk.common_name) in desk.sedes.tls13.seen(), "the office saw the certificate")
    desk.user.browser.close(open_session["id"])
    desk.ended(open_session)
    (end,) = until(lambda: trail(desk, "browser.browser_session_ended"), "the end is in the trail")
    assert end["detail"]["hosts"] == [HOST] and isinstance(end["detail"]["lasted_s"], int)


def test_the_use_of_the_key_is_in_the_trail_with_its_reason_and_how_it_ended(desk, open_session):
    (used,) = trail(desk, "certificate_used")
    assert used["user_id"] == desk.user_id and used["detail"]["why"] == WHY and used["detail"]["mailbox_id"] == open_session["id"]
    desk.user.browser.close(open_session["id"])
    desk.ended(open_session)
    (end,) = until(lambda: trail(desk, "browser.browser_session_ended"), "the end is in the trail")
    assert (end["user_id"], end["detail"]["because"], end["detail"]["use_id"]) == (desk.user_id, "closed", used["id"])
    assert [entry["subject"] for entry in trail(desk, "certificate_use_ended")] == [used["id"]]


def test_nothing_is_left_after_closing(desk, open_session):
    folder = desk.folder(open_session)
    assert folder.is_dir() and processes_of(folder)
    desk.user.browser.close(open_session["id"])
    desk.ended(open_session)
    assert not folder.exists() and processes_of(folder) == []


def test_nothing_is_left_when_its_warden_is_killed(desk, open_session):
    folder = desk.folder(open_session)
    inside = processes_of(folder)
    os.kill(keeper_of(desk.world).kept[open_session["id"]].process.pid, signal.SIGKILL)
    assert desk.ended(open_session)["ended_because"] == "service_gone"
    until(lambda: not folder.exists(), "the folder is swept")
    until(lambda: not any(pid in processes_of(folder) for pid in inside), "its processes are gone")


def test_a_session_that_nobody_looks_at_ends(desk, impatient):
    desk.certified()
    with contextlib.suppress(Conflict):  # A busy machine takes longer to open it than somebody may look away.
        desk.open()
    (session,) = desk.user.browser.sessions_of(desk.client_id)
    folder = desk.folder(session)
    assert desk.ended(session)["ended_because"] == "viewer_away"
    assert not folder.exists()


def test_a_session_whose_viewer_is_lost_ends(desk, set_up):
    """The viewer is there from the first moment on, so that it is its loss that ends the session."""
    set_up(browser_viewer_away_s=5)
    desk.certified()
    opened = eventlet.spawn(desk.open)
    (session,) = until(lambda: desk.firm.admin.browser.sessions_of(desk.client_id), "the session is known")
    path = desk.folder(session) / "run" / "rfb.sock"
    until(path.exists, "the screen is there")
    viewer = at_socket(str(path))
    assert opened.wait()["state"] == "open"
    assert desk.seen(session)["state"] == "open"
    del viewer
    assert desk.ended(session)["ended_because"] == "viewer_away"


def test_a_token_opens_one_viewer_and_is_good_for_nobody_else(desk, open_session):
    token = desk.user.browser.viewer_token(open_session["id"])
    with pytest.raises(NotFound):
        desk.firm.admin.browser.redeem(open_session["id"], token)
    assert desk.user.browser.redeem(open_session["id"], token)["screen"].endswith("rfb.sock")
    with pytest.raises(NotAllowed):
        desk.user.browser.redeem(open_session["id"], token)


def test_a_new_token_replaces_the_one_before_it(desk, open_session):
    old = desk.user.browser.viewer_token(open_session["id"])
    desk.user.browser.viewer_token(open_session["id"])
    with pytest.raises(NotAllowed):
        desk.user.browser.redeem(open_session["id"], old)


def lose_the_capability(desk):
    user = desk.firm.admin.access.user(desk.user_id)
    desk.firm.admin.access.change_user(desk.user_id, {"role": "reader", "version": user["version"]})


def lose_sight(desk):
    desk.firm.admin.access.change_group(desk.group["id"], {"member_ids": [], "version": desk.group["version"]})


def be_disabled(desk):
    user = desk.firm.admin.access.user(desk.user_id)
    desk.firm.admin.access.change_user(desk.user_id, {"is_active": False, "version": user["version"]})


def archive(desk):
    desk.firm.admin.clients.archive(desk.client_id)


def replace(desk):
    desk.certified()


@pytest.mark.parametrize(
    "lose, because",
    [
        (lose_sight, "permission_lost"),
        pytest.param(lose_the_capability, "permission_lost", marks=pytest.mark.full),
        pytest.param(be_disabled, "permission_lost", marks=pytest.mark.full),
        pytest.param(archive, "client_archived", marks=pytest.mark.full),
        (replace, "certificate_replaced"),
    ],
)
def test_a_session_dies_with_the_permission(desk, open_session, lose, because):
    folder = desk.folder(open_session)
    lose(desk)
    seen = until(lambda: (now := desk.firm.admin.browser.session(open_session["id"]))["state"] == "ended" and now, "the session ends")
    assert seen["ended_because"] == because
    assert not folder.exists()


def test_a_certificate_whose_time_has_not_come_closes_nothing(desk, open_session):
    begins = utc_now() + timedelta(days=1)
    dates = {"not_before": begins, "not_after": begins + timedelta(days=365)}
    later = CertificateImported(certificate_id=new_id(), client_id=desk.client_id, tax_id=desk.tax_id, **dates)
    event_id, store = publish(desk.world, desk.firm.tenant_id, later), desk.world.store("browser")

    def is_heard() -> bool:
        with store.begin() as db:
            return db.get(store.model.Handled, ("close_with_certificate", event_id)) is not None

    until(is_heard, "the import is heard of")
    assert desk.seen(open_session)["state"] == "open"


@pytest.mark.full
def test_a_firm_has_no_more_browsers_at_once_than_it_may(desk):
    desk.certified()
    for _ in range(4):
        desk.open()
    with pytest.raises(TooMany):
        desk.open()


def test_two_that_come_at_once_are_counted_one_after_the_other(desk):
    """The second starts while the first has not committed yet, and must not see a firm that has a place left."""
    store, asking = desk.world.store("browser"), Asking(tenant_id=desk.firm.tenant_id, user_id=desk.user_id)

    def take(db: Any, host: str) -> int:
        session = Session(id=new_id(), tenant_id=asking.tenant_id, user_id=asking.user_id, client_id=desk.client_id)
        return sessions.take_place(db, session, host, most_here=4, most_of_firm=1)

    def second() -> int:
        with store.begin(asking) as db:
            return take(db, "otra")

    with store.begin(asking) as db:
        take(db, "una")
        waiting = eventlet.spawn(second)
        until(lambda: waiting.dead or is_waiting(desk.world), "the second waits for the first")
    with pytest.raises(TooMany):
        waiting.wait()
    with store.begin(asking) as db:
        db.execute(delete(Running).where(Running.tenant_id == asking.tenant_id))


def is_waiting(world: Any) -> bool:
    """Somebody waits for a name that another unit has taken; in SQLite for the one place of who writes."""
    if world.kind == "embedded":
        return True
    with world.store("browser").begin(Asking()) as db:
        return bool(db.scalar(text("select count(*) from pg_locks where locktype = 'advisory' and not granted")))


def test_a_machine_has_no_more_browsers_at_once_than_it_may(desk, open_session, set_up):
    set_up(browser_sessions_host=1)
    with pytest.raises(TooMany, match="En esta máquina ya hay tantos navegadores"):
        desk.open()
