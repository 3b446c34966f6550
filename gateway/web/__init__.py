"""The pages: the same promises as the API, shown to people. Everything works without JavaScript."""

from __future__ import annotations

from flask import Blueprint, Flask

from gateway.web import (
    audit,
    bulk,
    certificates,
    client,
    client_browser,
    client_certificates,
    client_documents,
    client_groups,
    client_mailboxes,
    client_notifications,
    clients,
    doors,
    edicts,
    firm,
    firm_provider,
    group_clients,
    group_people,
    groups,
    health,
    imports,
    inbox,
    jobs,
    labels,
    languages,
    lists,
    mailboxes,
    parked,
    people,
    people_access,
    portals,
    processing,
    profile,
    profile_access,
    profile_tokens,
    providers,
    roles,
    second_factor,
    viewer,
    views,
)

CLIENT = (client, client_browser, client_certificates, client_documents, client_groups, client_mailboxes, client_notifications)
PEOPLE = (groups, group_people, group_clients, people, people_access, roles, profile, profile_access, profile_tokens)
FIRM = (firm, firm_provider, certificates, portals)
INBOX = (inbox, processing, edicts, mailboxes, audit, health, parked)


def blueprint() -> Blueprint:
    pages = Blueprint("web", __name__)
    for module in (doors, second_factor, *INBOX, clients, *CLIENT, views, viewer, bulk, imports, jobs, providers, *PEOPLE, *FIRM):
        module.register(pages)
    return pages


def register(app: Flask) -> None:
    languages.register(app)
    lists.register(app)
    labels.register(app)
    app.register_blueprint(blueprint())
