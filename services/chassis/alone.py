"""From some point to the commit, alone with certain names: for a fact that is drawn from rows which several units may be writing at once.

SQLite has one writer at a time anyway. In PostgreSQL each name is an advisory lock, taken in one order; a unit that takes them last, and
after that waits for no row, cannot wait in a circle.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable

from sqlalchemy import BigInteger, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

ALONE = text("select pg_advisory_xact_lock(name) from unnest(:names) as name").bindparams(bindparam("names", type_=ARRAY(BigInteger)))


def alone_with(db: Session, names: Iterable[str]) -> None:
    """Whoever else says one of these names waits until this unit ends, and then reads what it wrote."""
    if db.get_bind().dialect.name == "postgresql":
        # Two names with one number only wait for each other without need.
        db.connection().execute(ALONE, {"names": sorted({zlib.crc32(name.encode()) for name in names})})
