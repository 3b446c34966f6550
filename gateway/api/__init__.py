"""The JSON API: a blueprint a resource, each view a call described where it stands."""

from __future__ import annotations

from flask import Blueprint

from gateway.api import (
    audit,
    bodies,
    browser_sessions,
    bulk,
    certificates,
    clients,
    documents,
    edicts,
    erasure,
    grants,
    imports,
    jobs,
    mailboxes,
    notifications,
    oidc,
    openapi,
    passkeys,
    passwords,
    people,
    portals,
    roles,
    second_factor,
    sessions,
    settings,
    tokens,
    views,
)

RESOURCES = (
    sessions,
    passwords,
    second_factor,
    passkeys,
    tokens,
    people,
    roles,
    grants,
    settings,
    oidc,
    imports,
    bulk,
    clients,
    views,
    certificates,
    documents,
    browser_sessions,
    mailboxes,
    bodies,
    portals,
    notifications,
    edicts,
    erasure,
    jobs,
    audit,
    openapi,
)


def blueprints() -> list[Blueprint]:
    return [resource.blueprint for resource in RESOURCES]
