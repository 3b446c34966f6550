"""The stored part of the tree: hashes of complete subtrees at levels 8, 16, 24, and what is worked out from them.

A block is 256 entries: a subtree of level 8. Its hash is made from the entries themselves when they are looked through for the first time,
never at the moment of appending, which stays as cheap as it is; 256 blocks make one node of level 16. So any subtree is at most 256 stored
hashes away, and a root of a million entries is some hundreds of short rows.

Invariant: all whole blocks up to the size that is asked for have their node (`grow` comes first).
"""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import BindParameter, bindparam, func, select

from services.audit.entry import FIELDS, digest
from services.audit.faults import Broken
from services.audit.models import Entry, Node
from services.audit.tree import fold
from services.chassis.database import UnitOfWork
from services.chassis.insert import insert_new

LEVELS = 8
BLOCK = 1 << LEVELS
HASH = re.compile(r"[0-9a-f]{64}")
FROM: BindParameter[int] = bindparam("from")
TO: BindParameter[int] = bindparam("to")
LEVEL: BindParameter[int] = bindparam("level")
LEAVES = select(Entry.digest).where(Entry.seq > FROM, Entry.seq <= TO).order_by(Entry.seq)
NODES = select(Node.hash).where(Node.level == LEVEL, Node.number >= FROM, Node.number < TO).order_by(Node.number)
ENTRIES = select(*(getattr(Entry, name) for name in (*FIELDS, "digest"))).where(Entry.seq > FROM, Entry.seq <= TO).order_by(Entry.seq)


class Nodes:
    """The trail of the tenant that is acted for, as `tree` wants it."""

    def __init__(self, db: UnitOfWork):
        self.db = db

    def __call__(self, level: int, number: int) -> bytes:
        """The hash of a complete subtree. Raises Broken when a part of it is not there."""
        stored = level - level % LEVELS
        count = 1 << (level - stored)
        return fold(self.row(stored, number * count, count))

    def row(self, level: int, first: int, count: int) -> list[bytes]:
        """So many hashes of one stored level; those of level 0 are as they were written beside the entries. Raises Broken."""
        found = self.db.scalars(LEAVES if level == 0 else NODES, asked(level, first, count)).all()
        if len(found) != count or not all(HASH.fullmatch(text) for text in found):
            raise Broken("missing", (first << level) + 1, (first + count) << level)
        return [bytes.fromhex(text) for text in found]

    def blocks(self) -> int:
        """How many have their node."""
        last = self.db.scalar(select(func.max(Node.number)).where(Node.level == LEVELS))
        return 0 if last is None else last + 1

    def keep_block(self, number: int) -> None:
        """The node of a block that was not there, and the nodes above it that are whole with it."""
        self._keep(LEVELS, number, fold(reread(self.db, number * BLOCK, BLOCK)))

    def _keep(self, level: int, number: int, found: bytes) -> None:
        row: dict[str, Any] = {"tenant_id": self.db.asking.tenant_id, "level": level, "number": number, "hash": found.hex()}
        insert_new(self.db, Node, [row], Node.number)
        if number % BLOCK == BLOCK - 1:
            self._keep(level + LEVELS, number // BLOCK, fold(self.row(level, number - BLOCK + 1, BLOCK)))

    def check_block(self, number: int) -> None:
        """Raises Broken unless the entries of the block, and the nodes above it that end with it, are what their nodes say."""
        level, found = LEVELS, fold(reread(self.db, number * BLOCK, BLOCK))
        while True:
            if self.row(level, number, 1) != [found]:
                raise Broken("changed", (number << level) + 1, (number + 1) << level)
            if number % BLOCK != BLOCK - 1:
                return
            found = fold(self.row(level, number - BLOCK + 1, BLOCK))
            level, number = level + LEVELS, number // BLOCK


def asked(level: int, first: int, count: int) -> dict[str, int]:
    return {"from": first, "to": first + count} | ({"level": level} if level else {})


def reread(db: UnitOfWork, before: int, count: int) -> list[bytes]:
    """The leaves of the entries after number `before`, made from the entries. Raises Broken at the first that is not as it was written."""
    try:
        found = [row._asdict() for row in db.execute(ENTRIES, asked(0, before, count))]
        made = [digest(entry) for entry in found]
    except (ValueError, TypeError, AttributeError) as error:
        raise Broken("changed", before + 1, before + count) from error
    for seq, leaf, entry in zip(range(before + 1, before + count + 1), made, found, strict=False):
        if entry["seq"] != seq:
            raise Broken("missing", seq)
        if entry["digest"] != leaf:
            raise Broken("changed", seq)
    if len(made) < count:
        raise Broken("missing", before + len(made) + 1)
    return [bytes.fromhex(leaf) for leaf in made]
