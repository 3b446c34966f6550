"""Waiting for long jobs of the product's services, and what became of their rows."""

from __future__ import annotations

from typing import Any

from tests.worlds import until

OVER = ("done", "failed")


def ended(service: Any, job: dict) -> dict:
    """The job once it is over; `service` as whoever asked asks it."""
    return until(lambda: now if (now := service.job(job["id"]))["state"] in OVER else None, "the job is over")


def outcomes(service: Any, job: dict) -> list[dict]:
    return service.job_outcomes(job["id"], {"page": 1, "page_size": 200})["items"]


def told(service: Any, job: dict) -> list[tuple[int, str, dict]]:
    """(line, outcome, errors) of each row."""
    return [(one["line"], one["outcome"], one["errors"]) for one in outcomes(service, job)]
