"""A large firm moved in over HTTP: a CSV of 40,000 clients tried, imported and imported again, with its progress looked at meanwhile."""

from __future__ import annotations

import time
from random import Random
from typing import Any

from deploy.sandbox.people import invent_parties
from tests.bench.firm import deployed
from tests.bench.spending import load, spent
from tests.visitors import Person, wait_for

CLIENTS = 40_000
HEADER = "tax_id;name;email;street;postal_code;city;province;country;notes;ccc;naf;receives_notifications;watch_edicts;groups"
OVER = ("done", "failed")
RUNS = (("dry run", "true", "would_create"), ("import", "false", "created"), ("the same again", "false", "unchanged"))


def run(count: int = CLIENTS) -> dict[str, Any]:
    with deployed() as (site, _):
        firm = site.firm()
        firm.group("Norte")
        content, figures = file(count), {"rows": count, "MB": round(len(file(count)) / 1e6, 1)}
        for what, dry_run, outcome in RUNS:
            before = spent()
            seconds, first, job = timed(firm.admin, content, dry_run)
            assert job["counts"] == {outcome: count}, job
            cost = sum((spent() - before).values())
            figures |= {f"{what}: s": round(seconds, 1), f"{what}: first progress after s": round(first, 1)}
            figures[f"{what}: CPU ms a row, all processes"] = round(1000 * cost / count, 2)
        wait_for(firm.admin, "/api/clients", lambda body: body["total"] == count)
        return figures | {"load average": load()}


def file(count: int) -> bytes:
    rows = (
        f"{party.tax_id};{party.name};correo{number}@cliente.example;Calle Mayor, {number};08001;Barcelona;Barcelona;ES;;;;sí;sí;Norte"
        for number, party in enumerate(invent_parties(Random(count), count))
    )
    return "\r\n".join([HEADER, *rows]).encode()


def timed(person: Person, content: bytes, dry_run: str) -> tuple[float, float, dict[str, Any]]:
    """Seconds from the sending of the file to the end of the job, and to the first part that is done; the job."""
    began, first = time.perf_counter(), 0.0
    job = person.call("POST", "/api/clients/import", files={"file": ("clientes.csv", content)}, data={"dry_run": dry_run}).body
    while job["state"] not in OVER:
        time.sleep(0.2)
        job = person.get(f"/api/jobs/{job['id']}").body
        first = first or (time.perf_counter() - began if job["position"] else 0.0)
    return time.perf_counter() - began, first, job


if __name__ == "__main__":
    print(run())
