"""The pages: the same promises as the API, shown to people. Everything works without JavaScript."""

from __future__ import annotations

from flask import Blueprint

from gateway.web import doors, inbox, providers


def blueprint() -> Blueprint:
    pages = Blueprint("web", __name__)
    for module in (doors, inbox, providers):
        module.register(pages)
    return pages
