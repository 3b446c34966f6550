"""Saved views: kept by whoever made them, and lent to the whole firm when they share them.

A view holds a question, never its answer: what somebody sees by a shared view are the clients that they may see. Whoever looks after the
firm's settings may change and remove shared ones of others, so that those of people who left do not stay for ever.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError

from services.chassis.asking import Asking
from services.chassis.database import UnitOfWork
from services.chassis.entrypoints import rpc
from services.clients.listing import sizes_of
from services.clients.models import SavedView
from services.contracts.errors import Conflict, NotFound, StaleVersion
from services.contracts.events import ViewChanged
from services.contracts.message import new_id
from services.contracts.rpc import SIGNED_IN, Json
from services.contracts.schemas import checked
from services.contracts.schemas.clients import ClientsExport
from services.contracts.schemas.paging import Id
from services.contracts.schemas.views import NewView, ViewChanges, ViewQuery
from services.contracts.sentences import said

if TYPE_CHECKING:
    from services.clients.service import ClientsService

OVER_OTHERS = "settings.manage"
MOST_COUNTED = 30
TAKEN = said("Ya tiene una vista con este nombre. Elija otro.")


def known_view(service: ClientsService, db: UnitOfWork, asking: Asking, view_id: str) -> SavedView:
    """One of one's own or a shared one, locked; raises NotFound."""
    found = select(SavedView).where(SavedView.id == view_id, or_(SavedView.user_id == asking.user_id, SavedView.is_shared))
    view = db.scalars(found.with_for_update()).one_or_none() if Id.SHAPE.fullmatch(view_id) else None
    if view is None:
        raise NotFound()
    return view


def known_views(db: UnitOfWork, asking: Asking, most: int | None = None) -> list[SavedView]:
    """One's own and those that are shared, by name."""
    found = select(SavedView).where(or_(SavedView.user_id == asking.user_id, SavedView.is_shared))
    return list(db.scalars(found.order_by(SavedView.name, SavedView.id).limit(most)))


class Views:
    """The part of the service that keeps views."""

    @rpc(needs=SIGNED_IN, reads=True)
    def views(self, db: UnitOfWork, asking: Asking) -> list[Json]:
        return [shown(view, asking) for view in known_views(db, asking)]

    @rpc(needs=SIGNED_IN, reads=True)
    def sizes_of_views(self, db: UnitOfWork, asking: Asking) -> Json:
        """Of the first `MOST_COUNTED` of them: every one more is looked for in all rows."""
        found = {view.id: view.query for view in known_views(db, asking, MOST_COUNTED)}
        questions = [checked(ClientsExport, {"q": query["q"], **query["filters"]}) for query in found.values()]
        return dict(zip(found, sizes_of(db, asking, questions), strict=True))

    @rpc(needs=SIGNED_IN)
    def save_view(self, db: UnitOfWork, asking: Asking, new_view: Json) -> Json:
        new = checked(NewView, new_view)
        view = SavedView(id=new_id(), user_id=asking.user_id, version=1, **new | {"query": on_the_wire(new["query"])})
        db.add(view)
        written(db, view, "created")
        return shown(view, asking)

    @rpc(needs=SIGNED_IN, of=known_view)
    def change_view(self, db: UnitOfWork, asking: Asking, view: SavedView, changes: Json) -> Json:
        require_owner(view, asking)
        wanted = checked(ViewChanges, changes)
        if wanted.pop("version") != view.version:
            raise StaleVersion()
        for name, value in wanted.items():
            setattr(view, name, on_the_wire(value) if name == "query" else value)
        view.version += 1
        written(db, view, "changed")
        return shown(view, asking)

    @rpc(needs=SIGNED_IN, of=known_view)
    def remove_view(self, db: UnitOfWork, asking: Asking, view: SavedView) -> None:
        require_owner(view, asking)
        db.delete(view)
        written(db, view, "deleted")


def require_owner(view: SavedView, asking: Asking) -> None:
    """Raises NotAllowed."""
    if view.user_id != asking.user_id:
        asking.require(OVER_OTHERS)


def written(db: UnitOfWork, view: SavedView, change: str) -> None:
    """Write the row and say so; raises Conflict when its owner has another view of that name."""
    try:
        db.flush()
    except IntegrityError:
        # The database's own message holds the name.
        raise Conflict(TAKEN, {"name": [TAKEN]}) from None
    db.publish(ViewChanged(view_id=view.id, change=change, is_shared=view.is_shared, version=view.version))


def on_the_wire(query: Json) -> Json:
    """As JSON keeps it: days as text."""
    return ViewQuery().dump(query)


def shown(view: SavedView, asking: Asking) -> Json:
    kept = {name: getattr(view, name) for name in ("id", "name", "query", "is_shared", "version")}
    return kept | {"is_mine": view.user_id == asking.user_id}
