"""The pages: the same promises as the API, shown to people. Everything works without JavaScript."""

from __future__ import annotations

from flask import Blueprint, Flask

from gateway.web import bulk, clients, doors, imports, inbox, jobs, languages, lists, providers, second_factor, views


def blueprint() -> Blueprint:
    pages = Blueprint("web", __name__)
    for module in (doors, second_factor, inbox, clients, views, bulk, imports, jobs, providers):
        module.register(pages)
    return pages


def register(app: Flask) -> None:
    languages.register(app)
    lists.register(app)
    app.register_blueprint(blueprint())
