"""A long job is done part by part, each row once, under the rights of whoever asked for it as they are at each part."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update

from services.chassis.asking import Asking
from services.chassis.job_records import keep_new
from services.chassis.job_turns import ATTEMPTS, Claim, ClaimLost, claimed, do_part, end
from services.chassis.jobs import NewJob
from services.contracts.errors import Away, Conflict, NotAllowed, NotFound
from services.contracts.message import new_id, utc_now
from tests.chassis import toil
from tests.chassis.conftest import WORLDS, settings_of
from tests.chassis.ledger import asked
from tests.chassis.toil import ToilAsked, ToilDone, Toiler, Toiling, left_over
from tests.worlds import until

MAY, MAY_NOT, MANAGER = "toils.write", "nothing", "users.manage"
SEVEN = [f"row {number}" for number in range(1, 8)]


@pytest.fixture(scope="module", params=WORLDS)
def toiler(request, tmp_path_factory):
    settings = settings_of(request.param, tmp_path_factory.mktemp("toil"), request)
    with toil.opened(settings) as runner:
        yield runner


@pytest.fixture
def store(toiler):
    return next(each.store for each in toiler.service_map["toiler"].dependencies if hasattr(each, "store"))


@pytest.fixture
def as_user(toiler, tenant):
    """Calls of the toiler by a user."""

    def call(user_id, method, *arguments, **context):
        with asked(toiler.config["settings"], tenant, user_id=user_id, **context) as services:
            return getattr(services.toiler, method)(*arguments)

    return call


@pytest.fixture
def done(as_user):
    """Ask for a job, and wait for its end; → the job as shown."""

    def do(cells, kind="book", dry_run=False, user_id=MAY):
        job_id = as_user(user_id, "toil", cells, kind, dry_run)["id"]
        return until(lambda: job if (job := as_user(MANAGER, "job", job_id))["state"] in ("done", "failed") else None)

    return do


def outcomes(as_user, job, **page):
    return as_user(MANAGER, "job_outcomes", job["id"], {"page": 1, "page_size": 200, **page})["items"]


@pytest.mark.parametrize("kind", ["book", "look_and_book"])
def test_every_row_is_done_once_whatever_its_part(done, as_user, kind):
    job = done(SEVEN, kind)
    assert (job["state"], job["position"], job["total"], job["counts"]) == ("done", 7, 7, {"created": 7})
    assert as_user(MAY, "toiled") == SEVEN


def test_a_bad_row_stops_no_good_one_and_says_why(done, as_user):
    job = done(["one", "bad", "two"])
    assert job["counts"] == {"created": 2, "refused": 1}
    (refused,) = outcomes(as_user, job, outcome="refused")
    assert (refused["line"], refused["errors"], refused["subject_id"]) == (2, {"cell": ["No es bueno."]}, None)
    assert [one["line"] for one in outcomes(as_user, job)] == [1, 2, 3]


def test_of_a_dry_run_nothing_stays_but_what_would_happen(done, as_user, tenant):
    job = done(["tried", "bad", "tried", "tried"], dry_run=True)
    assert (job["dry_run"], job["counts"]) == (True, {"refused": 1, "would_create": 3})
    assert as_user(MAY, "toiled") == []
    done([f"heard {tenant}"])
    names = until(lambda: [*heard] if f"heard {tenant}" in (heard := heard_names()) else None, "what was done is heard")
    assert "tried" not in names


def heard_names() -> list[str]:
    return [fact.name for fact in Toiler.heard if isinstance(fact, ToilDone)]


def test_a_job_is_told_to_the_trail_with_the_count_of_its_list(done):
    job = done(SEVEN)
    told = until(lambda: [fact for fact in Toiler.heard if isinstance(fact, ToilAsked) and job["id"].endswith(fact.job_id)])
    assert [(fact.kind, fact.is_dry_run, fact.count, fact.sha256) for fact in told] == [("book", False, 7, "d")]


def test_the_rows_of_a_job_that_is_over_are_destroyed(done, store, tenant):
    done(SEVEN)
    assert left_over(store, tenant) == 0


def test_a_part_that_failed_is_tried_again_then_the_job_fails_and_keeps_what_was_done(done, as_user, store, tenant):
    Toiler.broken.add("row 5")
    try:
        job = done(SEVEN)
    finally:
        Toiler.broken.clear()
    assert (job["state"], job["error"]["code"], job["position"]) == ("failed", "internal", 3)
    assert as_user(MAY, "toiled") == SEVEN[:3]
    assert left_over(store, tenant) == 0


def test_a_part_waits_while_what_it_needs_is_away(as_user):
    """Another service is away: that is nobody's fault, so the job is neither done nor failed, and goes on by itself."""
    Toiler.away.extend(Away("No responde.") for _ in range(2))
    job_id = as_user(MAY, "toil", SEVEN, "book", False)["id"]
    until(lambda: as_user(MANAGER, "job", job_id)["state"] == "done", "the job is done")
    assert as_user(MAY, "toiled") == SEVEN


def test_a_part_that_clashes_with_what_somebody_wrote_meanwhile_is_tried_again(done, as_user):
    Toiler.away.append(Conflict("Ya está."))
    assert done(SEVEN)["counts"] == {"created": 7}
    assert as_user(MAY, "toiled") == SEVEN


def test_a_conflict_that_stays_ends_the_job_in_its_own_words(done, as_user):
    Toiler.away.extend(Conflict("Ya está.") for _ in range(ATTEMPTS))
    job = done(SEVEN)
    assert (job["state"], job["error"]) == ("failed", {"code": "conflict", "message": "Ya está."})
    assert (Toiler.away, as_user(MAY, "toiled")) == ([], [])


def test_a_large_job_of_one_firm_does_not_make_a_small_one_of_another_wait(toiler, as_user):
    large = as_user(MAY, "toil", [f"row {number}" for number in range(40)], "book", False)
    with asked(toiler.config["settings"], new_id(), user_id=MAY) as services:
        small = services.toiler.toil(["one"], "book", False)
        small = until(lambda: job if (job := services.toiler.job(small["id"]))["ended_at"] else None, "the small one is done")
    large = until(lambda: job if (job := as_user(MAY, "job", large["id"]))["ended_at"] else None, "the large one is done")
    assert small["ended_at"] < large["ended_at"] and large["counts"] == {"created": 40}


def test_of_many_jobs_that_wait_one_is_taken_at_a_time(store, tenant):
    claim = store.model.JobClaim
    ids, past = [new_id() for _ in range(6)], utc_now() - timedelta(hours=1)
    with store.begin() as db:
        db.add_all(claim(id=id, tenant_id=tenant, lease_until=past, served_at=past) for id in ids)
    while claimed(store, "somebody"):
        pass
    with store.begin() as db:
        assert not db.scalars(select(claim.id).where(claim.id.in_(ids), claim.lease_until < utc_now())).all()
        db.execute(delete(claim).where(claim.id.in_(ids)))


def test_whoever_lost_their_rights_is_stopped_before_the_next_part(done, as_user):
    user = f"{MAY}+x"
    try:
        job = done(["one", "two", "leave", "four"], user_id=user)
    finally:
        Toiler.gone.clear()
    assert (job["state"], job["error"]["code"], job["counts"]) == ("failed", "not_signed_in", {"created": 3})
    assert as_user(MAY, "toiled") == ["leave", "one", "two"]


def test_a_job_asked_for_with_a_narrowed_token_is_done_with_it(as_user, store, tenant):
    with pytest.raises(NotAllowed):
        as_user(MAY, "toil", ["one"], "book", False, only="clients.write")
    as_user(MAY, "toil", ["one"], "book", False, only=MAY)
    with store.begin(Asking(tenant_id=tenant)) as db:
        assert db.scalars(select(Toiling.Job.only)).all() == [MAY]


@pytest.mark.parametrize("call", ["job", "job_outcomes"])
def test_a_job_is_known_to_whoever_asked_and_who_manages_users(done, as_user, call):
    job = done(["one"])
    more = [{}] if call == "job_outcomes" else []
    assert as_user(MAY, call, job["id"], *more)
    assert as_user(MANAGER, call, job["id"], *more)
    for user, job_id in ((MAY_NOT, job["id"]), (MAY, "toiler.unknown"), (MAY, job["id"].replace("toiler", "other")), (MAY, "")):
        with pytest.raises(NotFound):
            as_user(user, call, job_id, *more)


def test_a_process_that_lost_its_claim_writes_nothing(store, tenant, as_user):
    """Thought dead, its job was taken by another process, which holds it for an hour."""
    service, another = Toiler(), Claim("", tenant, "another", 0)
    service.db = store
    with store.begin(Asking(tenant_id=tenant, user_id=MAY)) as db:
        job = keep_new(db, db.asking, NewJob(kind="book", rows=[{"line": 1, "cell": "one"}], digest="d"), 3)
        db.flush()
        db.execute(update(Toiling.JobClaim).values(holder=another.holder, lease_until=utc_now() + timedelta(hours=1)))
    with pytest.raises(ClaimLost):
        do_part(service, Claim(job.id, tenant, "mine", 0))
    assert as_user(MAY, "toiled") == []
    with store.begin(Asking(tenant_id=tenant)) as db:
        end(db, Claim(job.id, tenant, "another", 0), "failed", None)
