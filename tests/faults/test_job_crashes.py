"""A process is killed in the middle of a job, before and after the commit of a part, and started again: every row is done once."""

from __future__ import annotations

import signal

import pytest
from sqlalchemy import select

from services.chassis.asking import Asking
from services.chassis.crash import JOB_POINTS
from services.chassis.job_records import keep_new
from services.chassis.jobs import NewJob
from services.chassis.settings import Settings
from tests.chassis import toil
from tests.chassis.ledger import store_of
from tests.chassis.toil import Toil, Toiling
from tests.faults.processes import supervised
from tests.worlds import until

CELLS = [f"row {number}" for number in range(1, 12)]


@pytest.fixture(params=["embedded", pytest.param("deployed", marks=pytest.mark.full)])
def toil_settings(request, tmp_path):
    settings = Settings(data_dir=tmp_path) if request.param == "embedded" else request.getfixturevalue("settings")
    toil.prepare(settings)
    return settings


@pytest.fixture
def store(toil_settings):
    store = store_of(toil_settings, Toiling)
    yield store
    store.engine.dispose()


def state_of(store, asking, job_id):
    with store.begin(asking) as db:
        return db.get(Toiling.Job, job_id).state


@pytest.mark.parametrize(("point", "kind"), [*((point, "book") for point in JOB_POINTS), (JOB_POINTS[0], "look_and_book")])
def test_every_row_is_done_once_whenever_the_process_is_killed(toil_settings, store, tenant, point, kind):
    asking = Asking(tenant_id=tenant, user_id="toils.write")
    with store.begin(asking) as db:
        rows = [{"line": line, "cell": cell} for line, cell in enumerate(CELLS, 1)]
        job_id = keep_new(db, asking, NewJob(kind=kind, rows=rows, digest="d"), toil.AT_ONCE).id
    with supervised(toil_settings, toil_settings.data_dir) as processes:
        child = processes.start("tests.chassis.toil_process", CRASH_AT=f"{point}:2")
        assert child.wait_died() == -signal.SIGKILL
        until(lambda: state_of(store, asking, job_id) == "done", "the job is done")
    with store.begin(asking) as db:
        assert sorted(db.scalars(select(Toil.name))) == sorted(CELLS)
        outcomes = db.scalars(select(Toiling.JobOutcome).order_by(Toiling.JobOutcome.line)).all()
        assert [(one.line, one.outcome) for one in outcomes] == [(line, "created") for line in range(1, 12)]
        assert db.get(Toiling.Job, job_id).counts == {"created": 11}
