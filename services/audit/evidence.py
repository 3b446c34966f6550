"""What is shown to who wants to check a trail from outside: checkpoints, and the proofs that lead to them."""

from __future__ import annotations

from sqlalchemy import select

from services.audit import tree
from services.audit.checkpoint import Json, Signed, TrailKeys
from services.audit.entry import FIELDS, hashed
from services.audit.looking import last_checkpoint, signed_of
from services.audit.models import Checkpoint, Entry, Trail
from services.audit.nodes import Nodes
from services.chassis.database import UnitOfWork
from services.contracts.errors import Conflict, Invalid, NotFound
from services.contracts.schemas.paging import Id
from services.contracts.sentences import said

NOT_YET = said(
    "Todavía no hay un punto de control firmado que llegue hasta aquí: se firma uno cada cierto tiempo. "
    "Inténtelo más tarde, o exporte el rastro, que firma uno en el momento."
)


def checkpoint_of(db: UnitOfWork, size: int) -> Signed:
    """The one of exactly this size, or the latest for 0. Raises NotFound, and Conflict while there is none at all."""
    if size:
        found = db.scalars(select(Checkpoint).where(Checkpoint.size == size)).first()
        if found is None:
            raise NotFound()
        return signed_of(found)
    latest = last_checkpoint(db)
    if latest is None:
        raise Conflict(NOT_YET)
    return latest


def described(db: UnitOfWork, keys: TrailKeys, size: int) -> Json:
    """The checkpoint with the key that it was signed with, how long the trail is by now, and what is wrong with it, if anything."""
    signed = checkpoint_of(db, size)
    trail = db.scalars(select(Trail).where(Trail.tenant_id == db.asking.tenant_id)).one()
    return signed.to_wire() | {"public_key": keys.public(signed.key_id), "entries": trail.size, "fault": trail.fault}


def inclusion(db: UnitOfWork, entry_id: str, size: int) -> Json:
    entry = db.scalars(select(Entry).where(Entry.id == entry_id)).first() if Id.SHAPE.fullmatch(entry_id) else None
    if entry is None:
        raise NotFound()
    signed = checkpoint_of(db, size)
    if entry.seq > signed.size:
        raise Conflict(NOT_YET)
    path = tree.inclusion(entry.seq - 1, signed.size, Nodes(db))
    form = hashed({name: getattr(entry, name) for name in FIELDS})
    return {"digest": entry.digest, "entry": form, "path": in_hex(path), "checkpoint": signed.to_wire()}


def consistency(db: UnitOfWork, first: int, second: int) -> Json:
    old, new = checkpoint_of(db, first), checkpoint_of(db, second)
    if old.size > new.size:
        raise Invalid.field("first", said("Es posterior al segundo. Indique primero el que cubre menos asientos."))
    path = tree.consistency(old.size, new.size, Nodes(db))
    return {"first": old.to_wire(), "second": new.to_wire(), "path": in_hex(path)}


def in_hex(path: list[bytes]) -> list[str]:
    return [one.hex() for one in path]
