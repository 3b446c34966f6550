"""The edicts that name clients whom somebody may see: the list and one of them, by the same rule."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select, true, update

from services.chassis.asking import Asking
from services.chassis.database import UnitOfWork
from services.contracts.errors import NotFound
from services.contracts.events import NotificationChanged
from services.contracts.rpc import Json, Scope
from services.contracts.schemas.paging import Id, sort_terms, words
from services.teu_watcher.models import ClientGroup, Document, Match

COLUMNS = {"published_on": Match.published_on, "found_at": Match.found_at}


def listed(db: UnitOfWork, asking: Asking, wanted: Json) -> Json:
    """`wanted` as loaded by `schemas.edicts.EdictsPage`."""
    found = select(Match).where(visible_to(asking.scope), *_filters(wanted))
    total = db.scalar(select(func.count()).select_from(found.subquery()))
    order = [COLUMNS[name].desc() if greatest else COLUMNS[name].asc() for name, greatest in sort_terms(wanted["sort"] or "-published_on")]
    page = found.order_by(*order, Match.id).limit(wanted["page_size"]).offset((wanted["page"] - 1) * wanted["page_size"])
    return {"items": described(db, db.scalars(page).all()), "total": total, "page": wanted["page"], "page_size": wanted["page_size"]}


def keep_tray(db: UnitOfWork, fact: NotificationChanged) -> None:
    """Into which tray people have put an edict is decided in the inbox; here it is kept for the list."""
    known = update(Match).where(Match.client_id == fact.client_id, Match.edict_id == fact.edict_id, Match.tray_version < fact.version)
    db.execute(known.values(tray=fact.processing_state, tray_version=fact.version))


def visible_to(scope: Scope) -> ColumnElement[bool]:
    if scope.sees_all_clients:
        return true()
    return exists().where(ClientGroup.client_id == Match.client_id, ClientGroup.group_id.in_(scope.group_ids))


def _filters(wanted: Json) -> list[ColumnElement[bool]]:
    filters = []
    if "date" in wanted:
        filters.append(Match.published_on == wanted["date"])
    if "client" in wanted:
        filters.append(Match.client_id == wanted["client"])
    if wanted.get("tray"):
        filters.append(Match.tray.in_(words(wanted["tray"])))
    if wanted.get("match"):
        filters.append(Match.match.in_(words(wanted["match"])))
    return filters


def visible_match(service: Any, db: UnitOfWork, asking: Asking, match_id: str) -> Match:
    """Raises NotFound for what may not be seen, in the same words as for what does not exist."""
    found = select(Match).where(Match.id == match_id, visible_to(asking.scope)) if Id.SHAPE.fullmatch(match_id) else None
    match = db.scalars(found).one_or_none() if found is not None else None
    if match is None:
        raise NotFound()
    return match


def described(db: UnitOfWork, matches: Sequence[Match]) -> list[Json]:
    held = set(db.scalars(select(Document.edict_id).where(Document.edict_id.in_({match.edict_id for match in matches}))))
    return [_described(match, match.edict_id in held) for match in matches]


def _described(match: Match, has_document: bool) -> Json:
    texts = ("id", "client_id", "issuer", "title", "regime", "holder_tax_id", "row", "url", "match", "tray")
    return {name: getattr(match, name) for name in texts} | {
        "reference": match.edict_id,
        "published_on": match.published_on.isoformat(),
        "found_at": match.found_at.isoformat(),
        "has_document": has_document,
    }
