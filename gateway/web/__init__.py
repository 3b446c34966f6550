"""The pages: the same promises as the API, shown to people. Everything works without JavaScript."""

from __future__ import annotations

from flask import Blueprint

from gateway.web import doors, inbox, providers, second_factor


def blueprint() -> Blueprint:
    pages = Blueprint("web", __name__)
    for module in (doors, second_factor, inbox, providers):
        module.register(pages)
    return pages
