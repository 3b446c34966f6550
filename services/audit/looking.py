"""Looking a trail through, and signing what was found whole.

    some old blocks are read again → new blocks get their nodes → the rest is read, the last checkpoint checked → SIGNED → leaves the host

Being killed anywhere repeats what was not committed. A round of re-reading goes on where the last pass stopped, so that every entry of a
trail of any size is read again now and then: 65,536 a pass, all of them in most trails.

Invariant: what is signed begins with what was signed last, and each entry of it was read at least once and is as it was written. A trail
that is not is never signed again, and the same fault is found at each pass until it is mended.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

import eventlet
import structlog
from sqlalchemy import func, select, update

from services.audit import tree
from services.audit.checkpoint import Json, Signed, TrailKeys
from services.audit.faults import Broken
from services.audit.models import Checkpoint, Entry, SigningKey, Trail
from services.audit.nodes import BLOCK, Nodes, reread
from services.chassis.asking import Asking
from services.chassis.database import Store, UnitOfWork
from services.chassis.insert import insert_new
from services.contracts.message import utc_now

log = structlog.get_logger()
BLOCKS_A_UNIT = 4
BLOCKS_REREAD = 256


def look_through(store: Store, keys: TrailKeys, tenant_id: str, every: timedelta) -> Signed | None:
    """One pass over one trail; the checkpoint that was made. A fault stays on the trail until a pass finds none."""
    fault: Json | None = None
    made = None
    try:
        read_again(store, tenant_id)
        made = sign(store, keys, tenant_id)
    except Broken as broken:
        fault = told(broken, tenant_id)
    with store.begin(Asking(tenant_id=tenant_id)) as db:
        keep(db, tenant_id, next_at=utc_now() + every, fault=fault)
    return made


def sign_sound(store: Store, keys: TrailKeys, tenant_id: str) -> Signed | None:
    """A checkpoint at the moment, in between, of a trail with which nothing is known to be wrong."""
    with store.begin(Asking(tenant_id=tenant_id)) as db:
        if db.scalar(select(Trail.fault).where(Trail.tenant_id == tenant_id)) is not None:
            return None
    try:
        return sign(store, keys, tenant_id)
    except Broken as broken:
        with store.begin(Asking(tenant_id=tenant_id)) as db:
            keep(db, tenant_id, fault=told(broken, tenant_id))
        return None


def told(broken: Broken, tenant_id: str) -> Json:
    """What is kept of a fault, once it is in the log of the host."""
    log.error("trail_broken", tenant_id=tenant_id, **broken.to_wire())
    return broken.to_wire()


def sign(store: Store, keys: TrailKeys, tenant_id: str) -> Signed | None:
    """A checkpoint of the trail as it is now; None when there is one already. Raises Broken."""
    with store.begin(Asking(tenant_id=tenant_id)) as db:
        size, known = size_of(db), Nodes(db).blocks()
    for some in portions(range(known, size // BLOCK)):
        with store.begin(Asking(tenant_id=tenant_id)) as db:
            for number in some:
                Nodes(db).keep_block(number)
    with store.begin(Asking(tenant_id=tenant_id)) as db:
        return signed(db, keys, size)


def read_again(store: Store, tenant_id: str) -> None:
    """Some more whole blocks; after the last one the next round begins. Raises Broken."""
    with store.begin(Asking(tenant_id=tenant_id)) as db:
        known, done = Nodes(db).blocks(), db.scalars(select(Trail.reread).where(Trail.tenant_id == tenant_id)).one()
    first = done if done < known else 0
    for some in portions(range(first, min(known, first + BLOCKS_REREAD))):
        with store.begin(Asking(tenant_id=tenant_id)) as db:
            for number in some:
                Nodes(db).check_block(number)
            keep(db, tenant_id, reread=some[-1] + 1)


def portions(numbers: range) -> Iterable[range]:
    """A few blocks a unit of work: appending must not wait, nor other green threads of this process."""
    for at in range(0, len(numbers), BLOCKS_A_UNIT):
        yield numbers[at : at + BLOCKS_A_UNIT]
        eventlet.sleep(0)


def signed(db: UnitOfWork, keys: TrailKeys, size: int) -> Signed | None:
    """The entries after the last whole block are read, the last checkpoint is found in the tree, and the tree is signed."""
    nodes, last = Nodes(db), last_checkpoint(db)
    require_end(db, size, last)
    reread(db, size // BLOCK * BLOCK, size % BLOCK)
    root = tree.root(size, nodes)
    if last is not None:
        require_beginning(keys, nodes, last, (size, root))
    if size == (last.size if last else 0):
        return None
    made = keys.sign(db.asking.tenant_id, size, root.hex(), utc_now())
    insert_new(db, SigningKey, [{"id": made.key_id}], SigningKey.id)
    if not insert_new(db, Checkpoint, [vars(made)], Checkpoint.size):
        return None  # Another process was faster by a moment.
    keep(db, made.tenant_id, signed_size=size, signed_at=made.at)
    return made


def require_end(db: UnitOfWork, size: int, last: Signed | None) -> None:
    """The trail ends where its numbers end, and not before what was signed."""
    if last is not None and size < last.size:
        raise Broken("cut", size + 1, last.size)
    there = db.scalar(select(func.max(Entry.seq))) or 0
    if there < size:
        raise Broken("cut", there + 1, size)
    if there > size_of(db):
        raise Broken("extra", size + 1, there)


def require_beginning(keys: TrailKeys, nodes: Nodes, last: Signed, now: tuple[int, bytes]) -> None:
    """What was signed last is the beginning of the tree (size, root) as it is now."""
    if not keys.signed(last):
        raise Broken("signature", 1, last.size)
    if not tree.proves_consistency((last.size, bytes.fromhex(last.root)), now, tree.consistency(last.size, now[0], nodes)):
        raise Broken("another_history", 1, last.size)


def size_of(db: UnitOfWork) -> int:
    return db.scalar(select(Trail.size).where(Trail.tenant_id == db.asking.tenant_id)) or 0


def last_checkpoint(db: UnitOfWork) -> Signed | None:
    found = db.scalars(select(Checkpoint).order_by(Checkpoint.size.desc()).limit(1)).first()
    return found and signed_of(found)


def signed_of(row: Checkpoint) -> Signed:
    return Signed(row.tenant_id, row.size, row.root, row.at, row.key_id, row.signature)


def keep(db: UnitOfWork, tenant_id: str, **found: object) -> None:
    db.execute(update(Trail).where(Trail.tenant_id == tenant_id).values(**found), execution_options={"synchronize_session": False})
