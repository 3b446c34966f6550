"""A long job is followed while somebody looks on."""

from __future__ import annotations

import json

from playwright.sync_api import expect

from tests.people import company_tax_id
from tests.visitors import wait_for

RUNNING = {"state": "running", "position": 3, "total": 8}


def finished(person) -> str:
    """The id of a rehearsed import of one row."""
    file = ("clientes.csv", f"tax_id,name\n{company_tax_id()},Ana\n".encode())
    job = person.call("POST", "/api/clients/import", files={"file": file}, data={"dry_run": "true"}).body
    wait_for(person, f"/api/jobs/{job['id']}", lambda now: now["state"] == "done")
    return job["id"]


def test_how_far_a_job_is_changes_on_its_page_with_each_event(demo, visits):
    """The page of a job that is over, made to follow an event of ours: a real job may be over before it is looked at."""
    page, job_id = visits.page_of("manager"), finished(demo.person("manager"))
    follows = f'id="progress" data-events="/api/jobs/{job_id}/events" data-then="reload"'
    stream = f"retry: 600000\ndata: {json.dumps(RUNNING)}\n\n"

    def as_if_it_went_on(route):
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace('id="progress"', follows))

    page.route(f"**/trabajos/{job_id}", as_if_it_went_on)
    page.route("**/api/jobs/*/events", lambda route: route.fulfill(content_type="text/event-stream", body=stream))
    page.goto(f"/trabajos/{job_id}")
    expect(page.locator("#progress").get_by_role("status")).to_have_text("En marcha · 3 de 8 filas")
    bar = page.get_by_role("progressbar", name="Filas tratadas")
    expect(bar).to_have_attribute("max", "8")
    expect(bar).to_have_attribute("value", "3")
