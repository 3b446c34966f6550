"""A whole trail as lines of text, page by page, for a verifier that knows nothing but docs/audit.md.

    {"audit_export":1,"checkpoint":…,"fault":…,"keys":[…],"size":…,"tenant_id":…}     the header
    {"digest":…,"entry":…}                                                            each entry, the entry in canonical form
    {"checkpoint":…}                                                                  behind the last entry that it covers

The entry that records the export is the last one, and the checkpoint of the header covers it, unless the trail is broken: then the
header says what was found, and the lines are as they are.
"""

from __future__ import annotations

from sqlalchemy import select

from services.audit.checkpoint import Json, TrailKeys
from services.audit.entry import FIELDS, as_json, canonical
from services.audit.looking import last_checkpoint, signed_of, size_of
from services.audit.models import Checkpoint, Entry, Trail
from services.chassis.database import UnitOfWork

VERSION = 1
PAGE = 500
COLUMNS = [getattr(Entry, name) for name in (*FIELDS, "digest")]


def header(db: UnitOfWork, keys: TrailKeys) -> Json:
    """{line, size}: the first line, and up to which entry the pages go."""
    last, size = last_checkpoint(db), size_of(db)
    fault = db.scalar(select(Trail.fault).where(Trail.tenant_id == db.asking.tenant_id))
    is_whole = last is not None and fault is None
    said = {
        "audit_export": VERSION,
        "tenant_id": db.asking.tenant_id,
        "size": last.size if last and is_whole else size,
        "keys": keys.published(),
        "checkpoint": last and last.to_wire(),
        "fault": fault,
    }
    return {"line": as_json(said).decode(), "size": said["size"]}


def page(db: UnitOfWork, after: int, size: int) -> Json:
    """{lines, after}: the lines of at most 500 entries behind number `after`, and what to ask for next, until that is `size`."""
    upto = min(after + PAGE, size)
    rows = db.execute(select(*COLUMNS).where(Entry.seq > after, Entry.seq <= upto).order_by(Entry.seq))
    lines = [(row.seq, 0, entry_line(row._asdict())) for row in rows]
    signed = db.scalars(select(Checkpoint).where(Checkpoint.size > after, Checkpoint.size <= upto))
    lines += [(row.size, 1, as_json({"checkpoint": signed_of(row).to_wire()})) for row in signed]
    return {"lines": [line.decode() for _, _, line in sorted(lines)], "after": upto}


def entry_line(entry: Json) -> bytes:
    return b'{"digest":"' + entry["digest"].encode() + b'","entry":' + canonical(entry) + b"}"
