"""One check of a mailbox while it runs: what is known of it, and how a page is stored.

A page is one unit of work: its rows, the events for what is new or changed, the progress that a person watches. Being killed after it
repeats the page, which finds everything known. `held` is the only way in which a check writes, so that a worker that lost its lease
changes nothing.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, tuple_, update

from services.chassis.asking import Asking
from services.chassis.database import Store, UnitOfWork
from services.chassis.insert import insert_new
from services.contracts.events import FoundNotice, NoticesFound, PublicBody
from services.mailbox_sync import claims
from services.mailbox_sync.connecting import Mailbox as Address
from services.mailbox_sync.connecting import Notice, Page, Party
from services.mailbox_sync.models import KnownNotice, Sync

KEPT = ("origin_code", "reference", "subject", "link", "holder_tax_id", "holder_name")
CHANGING = (*KEPT[2:], "digest")


Lease = tuple[str, int]
"""(mailbox, fence)"""


@dataclass(kw_only=True)
class Check:
    """`began_at` is the database's clock at the claim, `covered_…` what the last check left.

    `user_id`, `only` and `sync_id` are empty for a check by schedule. `use_id`: the entry of the trail for its certificate's use.
    """

    mailbox_id: str
    tenant_id: str
    fence: int
    failures: int
    client_id: str
    address: Address
    certificate_id: str
    began_at: datetime
    covered_since: datetime | None = None
    covered_until: datetime | None = None
    body_was_failing: bool = False
    use_id: str = ""
    sync_id: str = ""
    user_id: str = ""
    only: str = ""
    asked_s: float | None = None
    read_s: float | None = None
    pages_read: int = 0
    total_pages: int | None = None
    notices_seen: int = 0
    notices_new: int = 0
    digests: list[str] = field(default_factory=list)

    @property
    def lease(self) -> Lease:
        return (self.mailbox_id, self.fence)

    @property
    def body(self) -> str:
        return self.address.body

    @property
    def asking(self) -> Asking:
        return Asking(tenant_id=self.tenant_id, user_id=self.user_id, only=self.only)

    @property
    def duration_ms(self) -> int:
        """From when the body was first asked to its last answer, or to now; 0 when it was not asked."""
        return 0 if self.asked_s is None else int(((self.read_s or time.monotonic()) - self.asked_s) * 1000)

    def start_again(self) -> None:
        """From page 1; what was new stays counted, since it will be known by then."""
        self.pages_read, self.total_pages, self.notices_seen, self.digests = 0, None, 0, []


@contextmanager
def held(store: Store, check: Check) -> Iterator[tuple[UnitOfWork, datetime]]:
    """A unit of work for a step of the check, with the present; raises LeaseLost when the mailbox was withdrawn or taken over."""
    with store.begin(check.asking) as db:
        yield db, claims.hold(db, check.mailbox_id, check.fence)


def store_page(db: UnitOfWork, check: Check, page: Page) -> None:
    new = _unknown(db, check.mailbox_id, page.notices)
    if new:
        db.publish(NoticesFound(mailbox_id=check.mailbox_id, client_id=check.client_id, body=check.body, notices=tuple(map(told, new))))
    check.pages_read, check.total_pages = page.number, page.total_pages
    check.notices_seen += len(page.notices)
    check.notices_new += len(new)
    check.digests.append(page.digest)
    if check.sync_id:
        show_progress(db.get_one(Sync, check.sync_id), check)


def show_progress(sync: Sync, check: Check) -> None:
    sync.pages_read, sync.total_pages = check.pages_read, check.total_pages
    sync.notices_seen, sync.notices_new = check.notices_seen, check.notices_new


_KNOWN = KnownNotice.__table__
_OF_MAILBOX = (_KNOWN.c.tenant_id == bindparam("tenant"), _KNOWN.c.mailbox_id == bindparam("mailbox"))
LISTED_BEFORE = select(_KNOWN.c.origin_code, _KNOWN.c.reference, _KNOWN.c.digest).where(
    *_OF_MAILBOX, tuple_(_KNOWN.c.origin_code, _KNOWN.c.reference).in_(bindparam("listed", expanding=True))
)
LISTED_OTHERWISE = (
    update(_KNOWN)
    .where(*_OF_MAILBOX, _KNOWN.c.origin_code == bindparam("code"), _KNOWN.c.reference == bindparam("named"))
    .values({name: bindparam(f"new_{name}") for name in CHANGING})
)


def _unknown(db: UnitOfWork, mailbox_id: str, notices: Sequence[Notice]) -> list[Notice]:
    """Those that were never listed in this mailbox, or not like this; from now on they are known."""
    if not notices:
        return []
    listed = {(one.origin_code, one.reference): one for one in notices}
    rows = {key: row_of(one) for key, one in listed.items()}
    where = {"tenant": db.asking.tenant_id, "mailbox": mailbox_id}
    known = {(code, named): digest for code, named, digest in db.connection().execute(LISTED_BEFORE, where | {"listed": list(rows)})}
    own = {"tenant_id": db.asking.tenant_id, "mailbox_id": mailbox_id}
    insert_new(db, KnownNotice, [own | row for key, row in rows.items() if key not in known], KnownNotice.reference)
    changed = [key for key, digest in known.items() if digest != rows[key]["digest"]]
    if changed:
        news = [{f"new_{name}": rows[key][name] for name in CHANGING} | {"code": key[0], "named": key[1]} for key in changed]
        db.connection().execute(LISTED_OTHERWISE, [where | new for new in news])
    return [one for key, one in listed.items() if key not in known or key in changed]


def row_of(notice: Notice) -> dict[str, Any]:
    digest = hashlib.sha256(json.dumps(asdict(notice), sort_keys=True, default=str).encode()).hexdigest()
    return {name: getattr(notice, name) for name in KEPT} | {"digest": digest}


def told(notice: Notice) -> FoundNotice:
    return FoundNotice(
        origin_code=notice.origin_code,
        reference=notice.reference,
        kind=notice.kind,
        subject=notice.subject,
        issuer=_body(notice.issuer),
        issuer_root=_body(notice.issuer_root),
        holder_tax_id=notice.holder_tax_id,
        available_at=notice.available_at,
        expires_at=notice.expires_at,
        body_state=notice.body_state,
    )


def _body(party: Party) -> PublicBody:
    return PublicBody(code=party.code, name=party.name)
