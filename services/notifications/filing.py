"""What was found goes into the inbox, once, with its deadlines.

Whatever is repeated (an event, a page, a mailbox read whole again) finds the notice filed and changes nothing but the state that the body
gives it, and that only if it is reported later than what is known; and whose it is, when that client has been archived or has another tax
id by now.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time
from typing import Any

from sqlalchemy import select

from services.chassis.database import UnitOfWork
from services.chassis.folding import search_text
from services.chassis.insert import insert_new
from services.contracts.events import AT_MOST, EdictsMatched, FoundNotice, MatchedEdict, NoticesFound, PublicBody
from services.contracts.message import new_id
from services.contracts.rpc import Json
from services.notifications.calendars import MADRID
from services.notifications.counting import count_anew
from services.notifications.deadlines import Deadline, UnknownRegime, edict_deadlines, read_by
from services.notifications.models import KnownClient, Notification

TEU = "teu"


def file_notices(db: UnitOfWork, fact: NoticesFound) -> None:
    said_at = datetime.fromisoformat(db.info["envelope"].at)
    for start in range(0, len(fact.notices), AT_MOST):
        notices = fact.notices[start : start + AT_MOST]
        rows = [_notice_row(db, fact, notice, said_at) for notice in notices]
        touched = {fact.client_id} if insert_new(db, Notification, rows, Notification.id) else set()
        touched.update(_keep_known(db, fact, notices, said_at))
        if touched:
            count_anew(db, touched)


def file_edicts(db: UnitOfWork, fact: EdictsMatched) -> None:
    rows = [_edict_row(db, edict) for edict in fact.edicts]
    new = insert_new(db, Notification, rows, Notification.id)
    touched = {row["client_id"] for row in rows if row["id"] in new}
    if touched:
        count_anew(db, touched)


def _keep_known(db: UnitOfWork, fact: NoticesFound, notices: tuple[FoundNotice, ...], said_at: datetime) -> Iterator[str]:
    """What is new of notices that are known: their state, and whose they are. Gives the clients whose notices changed.

    A firm that archives a client and registers the same tax id anew has its notices with the client whose mailbox is read; one that had
    given a client the tax id of somebody else, with the client that the notice names as its holder.
    """
    said = {(notice.origin_code, notice.reference): notice.body_state for notice in notices}
    known = select(Notification).where(
        Notification.source == "mailbox", Notification.body == fact.body, Notification.reference.in_({reference for _, reference in said})
    )
    rows = [row for row in db.scalars(known.order_by(Notification.id).with_for_update()) if (row.origin_code, row.reference) in said]
    clients = _known_among(db, {fact.client_id, *(row.client_id for row in rows)})
    for row in rows:
        if row.client_id != fact.client_id and _is_left(clients, row, fact.client_id):
            yield row.client_id
            row.client_id = fact.client_id
            yield row.client_id
        state = said[row.origin_code, row.reference]
        if state != row.body_state and said_at > row.state_said_at:
            row.body_state, row.state_said_at = state, said_at
            yield row.client_id


def _known_among(db: UnitOfWork, client_ids: set[str]) -> dict[str, KnownClient]:
    if len(client_ids) == 1:  # Nothing changes hands.
        return {}
    return {client.client_id: client for client in db.scalars(select(KnownClient).where(KnownClient.client_id.in_(client_ids)))}


def _is_left(clients: dict[str, KnownClient], row: Notification, reader_id: str) -> bool:
    """Whether the client that has the notice leaves it to the one whose mailbox it was read in."""
    of, reader = clients.get(row.client_id), clients.get(reader_id)
    if of is None:
        return False
    is_the_readers = reader is not None and reader.tax_id == row.holder_tax_id
    return of.is_archived or (is_the_readers and of.tax_id not in ("", row.holder_tax_id))


def _notice_row(db: UnitOfWork, fact: NoticesFound, notice: FoundNotice, said_at: datetime) -> Json:
    deadline = read_by(notice.kind, notice.available_at, fact.body, notice.expires_at)
    return _row(
        db,
        client_id=fact.client_id,
        source="mailbox",
        body=fact.body,
        origin_code=notice.origin_code,
        reference=notice.reference,
        kind=notice.kind,
        subject=notice.subject,
        issuer=_party(notice.issuer),
        issuer_root=_party(notice.issuer_root),
        holder_tax_id=notice.holder_tax_id,
        available_at=notice.available_at,
        read_by=deadline.on if deadline else None,
        body_state=notice.body_state,
        state_said_at=said_at,
        deadlines=[deadline.as_wire()] if deadline else [],
    )


def _edict_row(db: UnitOfWork, edict: MatchedEdict) -> Json:
    """The publication is what makes an edict available; the first day by which somebody has to act is its `read_by`."""
    issuer = {"code": "", "name": edict.issuer}
    published_at = datetime.combine(edict.published_on, time(), MADRID).astimezone(UTC)
    deadlines = _deadlines_of(edict)
    return _row(
        db,
        client_id=edict.client_id,
        source="edict",
        body=TEU,
        origin_code=edict.client_id,
        reference=edict.edict_id,
        kind="edict",
        subject=edict.title,
        issuer=issuer,
        issuer_root=issuer,
        holder_tax_id=edict.holder_tax_id,
        available_at=published_at,
        read_by=next((deadline.on for deadline in deadlines if deadline.kind.endswith("_by")), None),
        body_state="available",
        state_said_at=published_at,
        deadlines=[deadline.as_wire() for deadline in deadlines],
    )


def _deadlines_of(edict: MatchedEdict) -> list[Deadline]:
    """None for a regime that no rule knows: an edict without deadline is better than one that nobody sees.

    The row is cut around the tax id, maybe in the middle of a term ("quince días" for "quince días hábiles"): the whole sentences win.
    """
    try:
        return edict_deadlines(edict.regime, edict.published_on, edict.terms or edict.row)
    except UnknownRegime:
        return []


def _row(db: UnitOfWork, **found: Any) -> Json:
    """A row as it enters the inbox."""
    issuer, root = found["issuer"], found["issuer_root"]
    searched = (found["subject"], issuer["name"], root["name"], found["reference"], found["holder_tax_id"])
    entered = {"id": new_id(), "tenant_id": db.asking.tenant_id, "processing_state": "pending", "version": 1}
    return {**found, **entered, "search_text": search_text(*searched)}


def _party(body: PublicBody) -> dict[str, str]:
    return {"code": body.code, "name": body.name}
