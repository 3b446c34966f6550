"""A firm of which every service holds something, and a look into everything that is stored, whoever it belongs to."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import subprocess
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from gateway.documents import keep
from gateway.handing_over import hand_over
from services.catalogue import databases
from services.chassis.asking import Asking
from services.chassis.database import EVENTS, open_engine
from services.chassis.relay import Outlet, Row
from services.contracts.events import FoundNotice, MatchedEdict, NoticesFound, PublicBody
from services.contracts.message import Envelope, new_id, utc_now
from services.teu_watcher.keeping import insert_matches, tell
from services.teu_watcher.models import Document
from tests import people
from tests.facts import publish
from tests.worlds import numbers, until

PASSWORD = "una clave larga"
PASSING = ("outbox ", "handled ", "leases ", "trails ", "nodes ", "checkpoints ", "due ", "turns ", "mailboxes ", "coverage ", "answers ")
"""Tables that change by themselves while nobody does anything."""
SEALED = {"edict_id": "edict", "document_id": "document"}
"""A column beside a sealed text → what that is sealed as."""
SOMETIME = datetime(2026, 9, 29, 8, 15, tzinfo=UTC)


class Stock:
    """A firm with one client, of whom every service holds something. `words` stand nowhere but in what is theirs."""

    def __init__(self, world: Any, bodies: Any, firm: Any = None):
        self.world, self.bodies = world, bodies
        self.firm = firm or world.firm()
        self.admin, self.tenant_id = self.firm.admin, self.firm.tenant_id
        self.tax_id, number = people.tax_id(), next(numbers)
        self.name, self.email = f"Zacarías Quintín {number}", f"zq{number}@canario.example"
        self.words = [self.tax_id, f"Quintín {number}", self.email, f"calle{number}", f"asunto{number}", f"nota{number}"]
        self.client_id = self._registered()
        self.certificate_id = self._certified()
        self.mailbox_id = self._with_mailbox()
        self._documented()
        self._told()
        until(self.is_everywhere, "every service holds something of the client")

    def _registered(self) -> str:
        address, notes = {"street": self.words[3]}, self.words[5]
        new = {"tax_id": self.tax_id, "name": self.name, "email": self.email, "postal_address": address, "notes": notes}
        asking = self.firm.as_user(self.firm.admin_id, idempotency_key=new_id())
        client_id = asking.clients.register(new)["id"]
        asking.clients.export_rows([client_id])
        return client_id

    def _certified(self) -> str:
        file = self.bodies.certificate(self.tax_id, self.name.upper(), PASSWORD, key="shared")
        return hand_over(self.admin, self.client_id, base64.b64encode(file).decode(), PASSWORD)["id"]

    def _with_mailbox(self) -> str:
        return self.admin.mailbox_sync.add_mailbox(self.client_id, {"body": "dehu", "via": "own_certificate"})["id"]

    def _documented(self) -> None:
        content = f"{self.name}, {self.tax_id}".encode()
        self.document_id = keep(self.admin, self.client_id, {"name": f"{self.words[5]}.txt"}, io.BytesIO(content))["id"]

    def _told(self) -> None:
        body = PublicBody(code="E04990201", name="Un organismo")
        parties = {"issuer": body, "issuer_root": body, "holder_tax_id": self.tax_id}
        notice = FoundNotice(
            origin_code="AP", reference=f"r{self.words[4]}", kind="notification", subject=self.words[4], available_at=SOMETIME, **parties
        )
        for service in ("clients", "keyring"):
            self._brought(self.world.store(service))
        fact = NoticesFound(mailbox_id=self.mailbox_id, client_id=self.client_id, body="dehu", notices=(notice,))
        publish(self.world, self.tenant_id, fact)
        self._parked(fact)
        edict = MatchedEdict(
            client_id=self.client_id,
            edict_id=f"BOE-N-{next(numbers)}",
            published_on=date(2026, 9, 29),
            issuer="Un organismo",
            title=self.words[4],
            regime="LGT",
            holder_tax_id=self.tax_id,
            row=f"{self.tax_id} {self.name}",
            url="https://boe.example/",
        )
        store = self.world.store("teu_watcher")
        with store.begin(Asking(tenant_id=self.tenant_id)) as db:
            tell(db, insert_matches(db, [edict], "on_reading"))
            sealed = store.seals.seal(self.tenant_id, "edict", edict.row.encode())
            db.add(Document(edict_id=edict.edict_id, sha256="0" * 64, sealed=sealed))

    def _brought(self, store: Any) -> None:
        """What a job says of the row by which the client, or its certificate, came."""
        said = {"job_id": new_id(), "line": 2, "outcome": "created", "subject_id": self.client_id, "name": self.name}
        with store.begin(Asking(tenant_id=self.tenant_id)) as db:
            db.add(store.model.JobOutcome(**said, errors={}))

    def _parked(self, fact: NoticesFound) -> None:
        """The same fact, as if the inbox had failed to deal with it, to be tried again tomorrow."""
        store = self.world.store("notifications")
        sealed = store.seals.seal(self.tenant_id, EVENTS, fact.schema.dumps(fact).encode())
        ids = {"id": new_id(), "topic": fact.topic, "tenant_id": self.tenant_id, "by": "", "request_id": ""}
        envelope = Envelope(**ids, at=SOMETIME.isoformat(), sealed=sealed).to_wire()
        tomorrow = utc_now() + timedelta(days=1)
        with store.begin() as db:
            db.add(store.model.Parked(handler="file_notices", event_id=ids["id"], envelope=envelope, error="x", next_try_at=tomorrow))

    def is_everywhere(self) -> bool:
        """Their mailbox was read too, and `clients` has heard of that and of what was found, so that nothing is under way."""
        held = all(service in self.holders() for service in ("clients", "keyring", "mailbox_sync", "teu_watcher", "notifications"))
        kinds = {item["source"] for item in self.admin.notifications.notifications({"client": self.client_id})["items"]}
        client = self.admin.clients.client(self.client_id)
        return held and kinds == {"mailbox", "edict"} and client["pending"] == 2 and client["last_complete_check_at"] is not None

    def holders(self) -> set[str]:
        """The services in which one of the words stands, in clear or sealed."""
        return {service for service in databases() if any(word in text for text in stored(self.world, service) for word in self.words)}

    def erase(self) -> None:
        self.admin.clients.archive(self.client_id)
        self.admin.clients.erase(self.client_id, {"tax_id": self.tax_id, "reason": "consent_withdrawn"})

    def is_gone(self) -> bool:
        return not self.holders()


def stored(world: Any, service: str, tenant_id: str = "") -> Iterator[str]:
    """Every row of a service as text, whoever it belongs to; the events that are kept and the texts that are sealed, opened."""
    seals = world.store(service).seals
    engine = open_engine(world.settings.migrate_url or world.settings.database_for(service), service)
    try:
        with engine.connect() as connection:
            for table in world.store(service).model.metadata.sorted_tables:
                for row in connection.execute(select(table)).mappings():
                    if not tenant_id or owner_of(row) == tenant_id:
                        yield f"{table.name} {dict(row)} {opened(seals, row)}"
    finally:
        engine.dispose()


def owner_of(row: Any) -> str:
    return row["envelope"]["tenant_id"] if "envelope" in row else row.get("tenant_id", "")


def opened(seals: Any, row: Any) -> str:
    if "envelope" in row:
        return seals.open(owner_of(row), EVENTS, row["envelope"]["sealed"]).decode()
    purpose = next((SEALED[name] for name in SEALED if name in row), "") if "sealed" in row else ""
    return seals.open(owner_of(row), purpose, row["sealed"]).decode(errors="replace") if purpose else ""


def kept_events(world: Any, tenant_id: str) -> list[dict[str, str]]:
    """The envelopes that the services of a firm still keep, as they are now."""
    found = []
    for service in databases():
        store = world.store(service)
        with store.begin() as db:
            found += [row.envelope for row in db.scalars(select(store.model.Outgoing)) if row.envelope["tenant_id"] == tenant_id]
    return found


def send_again(world: Any, envelopes: list[dict[str, str]]) -> None:
    """As new events, which nobody has handled: what comes late, from wherever."""
    outlet = Outlet(world.settings)
    try:
        rows = [Envelope.from_wire(envelope | {"id": new_id()}) for envelope in envelopes]
        sent = [Row(envelope.id, envelope.topic, json.dumps(envelope.to_wire())) for envelope in rows]
        assert len(outlet.publish(sent)) == len(sent)
    finally:
        outlet.close()


def rows_of(stock: Stock) -> dict[str, list[str]]:
    """Service → its rows of the stock's firm."""
    return {service: list(stored(stock.world, service, stock.tenant_id)) for service in databases()}


def words_stored(stock: Stock) -> dict[str, int]:
    """How often each of the words stands anywhere, but in what passes."""
    rows = [row for service in databases() for row in stored(stock.world, service) if not row.startswith(PASSING)]
    return {word: sum(word in row for row in rows) for word in stock.words}


def digest_of(world: Any, tenant_id: str) -> dict[str, str]:
    """Service → a digest of all that it holds of a firm, but for what passes."""
    return {service: digest(text for text in stored(world, service, tenant_id) if not text.startswith(PASSING)) for service in databases()}


def digest(texts: Iterator[str]) -> str:
    return hashlib.sha256("\n".join(sorted(texts)).encode()).hexdigest()


def files(world: Any) -> bytes:
    """SQLite: the files themselves, journals too. PostgreSQL: all that a dump says."""
    if world.kind == "embedded":
        return b"".join(path.read_bytes() for path in sorted(world.settings.data_dir.glob("*.db*")))
    dump = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_dump"))[-1]
    return subprocess.run([dump, world.settings.migrate_url], capture_output=True, check=True, timeout=60).stdout


def in_files(stock: Stock) -> list[str]:
    """The words that stand in a file of a database."""
    content = files(stock.world)
    return [word for word in stock.words if word.encode() in content]
