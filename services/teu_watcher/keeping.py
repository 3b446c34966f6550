"""Writes what was read: mentions as hashes, the edict as read, and a match with its PDF for each client watched, told to his firm at once.

Idempotent by edict and client: an edict read again adds what is missing (the row and the PDF of a match found afterwards) and tells nothing
twice. PDFs of edicts that name no client are dropped with the memory they lie in.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import structlog
from sqlalchemy import select, update

from services.chassis.asking import Asking
from services.chassis.away import is_away
from services.chassis.database import UnitOfWork
from services.chassis.insert import insert_new
from services.chassis.logs import what_failed
from services.contracts.events import AT_MOST, EdictsMatched, MatchedEdict
from services.contracts.message import new_id, utc_now
from services.teu_watcher.edict import ReadEdict
from services.teu_watcher.models import Client, Document, Edict, Match, Mention, Watched

log = structlog.get_logger()
ROWS_A_STATEMENT = 500
SEALED = "edict"

Named = dict[str, dict[str, str]]
"""Tenant → client → hash."""


def parts(rows: Iterable[Any], size: int = ROWS_A_STATEMENT) -> Iterator[list[Any]]:
    known = list(rows)
    return (known[start : start + size] for start in range(0, len(known), size))


def keep_each(db: UnitOfWork, reads: Sequence[ReadEdict]) -> dict[str, Exception]:
    """Everything of these edicts, in the caller's unit of work; → those that could not be kept, of which nothing is, and why not.

    All at once as a rule; one by one where that fails. Raises when the database is away.
    """
    failure = _attempted(db, reads)
    if failure is None:
        return {}
    failed = {read.listed.edict_id: _attempted(db, [read]) if len(reads) > 1 else failure for read in reads}
    found = {edict_id: error for edict_id, error in failed.items() if error}
    for edict_id, error in found.items():
        log.warning("edict_not_kept", edict_id=edict_id, error=what_failed(error))
    return found


def _attempted(db: UnitOfWork, reads: Sequence[ReadEdict]) -> Exception | None:
    before = db.asking
    try:
        with db.begin_nested():
            _keep(db, reads)
    except Exception as failure:
        if is_away(failure):
            raise
        db.asking = before  # As the savepoint has given the database its tenant back.
        return failure
    return None


def _keep(db: UnitOfWork, reads: Sequence[ReadEdict]) -> None:
    """Afterwards the unit of work acts for some tenant or other."""
    for read in reads:
        _keep_edict(db, read)
    watchers = _watchers(db, {digest for read in reads for digest in read.rows})
    for tenant_id in sorted(watchers):
        db.act_for(Asking(tenant_id=tenant_id))
        tell(db, [match for read in reads for match in _keep_matches(db, read, watchers[tenant_id])])


def tell(db: UnitOfWork, matches: list[MatchedEdict]) -> None:
    for some in parts(matches, AT_MOST):
        db.publish(EdictsMatched(edicts=tuple(some)))


def _keep_edict(db: UnitOfWork, read: ReadEdict) -> None:
    edict_id = read.listed.edict_id
    for some in parts(read.rows):
        rows = [{"hash": digest, "edict_id": edict_id, "published_on": read.published_on} for digest in some]
        insert_new(db, Mention, rows, Mention.edict_id)
    terms = db.store.seals.seal("", SEALED, read.terms.encode()) if read.terms else ""
    done = update(Edict).where(Edict.id == edict_id)
    db.execute(done.values(state="read", attempts=0, regime=read.regime, sha256=read.pdf.sha256, terms=terms, wanted_at=None))


def _watchers(db: UnitOfWork, hashes: set[str]) -> Named:
    named: Named = defaultdict(dict)
    for some in parts(hashes):
        for tenant_id, client_id, digest in db.execute(
            select(Watched.tenant_id, Watched.client_id, Watched.hash).where(Watched.hash.in_(some))
        ):
            named[tenant_id][client_id] = digest
    return named


def _keep_matches(db: UnitOfWork, read: ReadEdict, watchers: dict[str, str]) -> list[MatchedEdict]:
    """Of one tenant; those that are new."""
    rows = {client_id: read.rows[digest] for client_id, digest in watchers.items() if digest in read.rows}
    if not rows:
        return []
    _keep_document(db, read)
    tax_ids = dict(db.execute(select(Client.id, Client.tax_id).where(Client.id.in_(rows))).all())
    found = [matched(read, client_id, tax_ids[client_id], row) for client_id, row in rows.items()]
    new = insert_matches(db, found, "on_reading")
    for match in found:
        if match not in new:
            unknown = update(Match).where(Match.client_id == match.client_id, Match.edict_id == match.edict_id, Match.row == "")
            db.execute(unknown.values(row=match.row))
    return new


def matched(read: ReadEdict, client_id: str, tax_id: str, row: str) -> MatchedEdict:
    return MatchedEdict(
        client_id=client_id,
        edict_id=read.listed.edict_id,
        published_on=read.published_on,
        issuer=read.listed.issuer,
        title=read.listed.title,
        regime=read.regime,
        holder_tax_id=tax_id,
        row=row,
        url=read.listed.url,
        terms=read.terms,
    )


def insert_matches(db: UnitOfWork, found: Sequence[MatchedEdict], how: str) -> list[MatchedEdict]:
    """Those that were not known yet."""
    new: set[str] = set()
    ids = {new_id(): match for match in found}
    for some in parts(ids.items()):
        new |= insert_new(db, Match, [_match_row(db, row_id, match, how) for row_id, match in some], Match.id)
    return [match for row_id, match in ids.items() if row_id in new]


def _match_row(db: UnitOfWork, row_id: str, match: MatchedEdict, how: str) -> dict[str, Any]:
    columns = ("client_id", "edict_id", "published_on", "issuer", "title", "regime", "holder_tax_id", "row", "url")
    told = {name: getattr(match, name) for name in columns}
    return told | {"id": row_id, "tenant_id": db.asking.tenant_id, "match": how, "found_at": utc_now()}


def _keep_document(db: UnitOfWork, read: ReadEdict) -> None:
    tenant_id, edict_id = db.asking.tenant_id, read.listed.edict_id
    if db.scalar(select(Document.edict_id).where(Document.edict_id == edict_id)):
        return
    sealed = db.store.seals.seal(tenant_id, SEALED, read.pdf.content)
    insert_new(
        db, Document, [{"tenant_id": tenant_id, "edict_id": edict_id, "sha256": read.pdf.sha256, "sealed": sealed}], Document.edict_id
    )
