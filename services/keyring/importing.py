"""Certificates of many clients out of one ZIP, as a job: each is its client's whose NIF it carries.

Each file and its password come in a box of their own and stay in it until their part is done, when they are destroyed. They are opened in a
native thread, outside units of work; what is opened lies in buffers that are overwritten at the end of the part, whatever comes of it.
Whose a NIF is, is asked of `clients`, which knows of those registered a moment ago too; a client out of sight is as if there was none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from eventlet import tpool

from services.chassis.asking import Asking
from services.chassis.boxes import wipe
from services.chassis.database import UnitOfWork
from services.chassis.entrypoints import rpc
from services.chassis.jobs import NewJob, Outcome, job
from services.contracts.errors import Invalid, Refusal
from services.contracts.events import ClientFacts
from services.contracts.rpc import Json
from services.contracts.schemas import certificates as shapes
from services.contracts.schemas import checked
from services.contracts.sentences import said
from services.keyring.envelopes import OpenKeys
from services.keyring.handing_in import handed_in, in_date
from services.keyring.known import keep_clients
from services.keyring.master import MasterKeys
from services.keyring.pkcs12 import Opened, open_pkcs12
from services.keyring.storing import keep
from services.keyring.subjects import Reading, read

if TYPE_CHECKING:
    from services.keyring.service import KeyringService

AT_ONCE: Final = 20
NO_TAX_ID: Final = said("El certificado no lleva un NIF que se pueda leer. Impórtelo en la ficha de su cliente.")
NO_CLIENT: Final = said(
    "Ningún cliente tiene el NIF de este certificado. Dé de alta al cliente antes, o impórtelo en la ficha de quien lo use."
)


@dataclass
class Candidate:
    """A row once its file was opened: certificate and key, or what is wrong with it."""

    opened: Opened | None = None
    reading: Reading | None = None
    errors: dict[str, list[str]] | None = None


class Importing:
    """The part of the service that takes many certificates in."""

    @rpc(needs="certificates.manage", keyed=False)
    def import_many(self: KeyringService, db: UnitOfWork, asking: Asking, entries: list[Json], digest: str, dry_run: bool) -> Json:
        """Boxes are for this service's door, bound to `import_many_context`; → the job."""
        handed = checked(shapes.ManyHandedIn, {"entries": entries, "digest": digest})
        rows = [{"line": place, **row} for place, row in enumerate(handed["entries"], 1)]
        return self.start_job(db, asking, NewJob(kind="import_certificates", rows=rows, digest=digest, is_dry_run=dry_run))

    @job(needs="certificates.manage", at_once=AT_ONCE, unit=False)
    def import_certificates(self: KeyringService, asking: Asking, job: Any, rows: Sequence[Json]) -> Storing:
        candidates = [candidate(self.master, row) for row in rows]
        tax_ids = sorted({each.reading.tax_id for each in candidates if each.reading})
        return Storing(self.master, candidates, ClientFacts.told(self.clients.asking(asking).facts_by_tax_id(tax_ids)))


def candidate(master: MasterKeys, row: Json) -> Candidate:
    """Whatever is wrong with the file is said of its row."""
    if "fault" in row:
        return Candidate(errors=row["fault"])
    opened = None
    try:
        opened = tpool.execute(open_pkcs12, *handed_in(master, row["box"], shapes.import_many_context()))
        reading = in_date(read(opened.chain[0]))
        if not reading.tax_id:
            raise Invalid.field("file", NO_TAX_ID)
    except Refusal as refusal:
        if opened:
            wipe(opened.private_key)
        return Candidate(errors=refusal.errors or {"file": [refusal.message]})
    return Candidate(opened, reading)


class Storing:
    """What is left to do in the unit of work, and afterwards."""

    def __init__(self, master: MasterKeys, candidates: list[Candidate], told: list[ClientFacts]):
        self.master, self.candidates, self.told = master, candidates, told

    def __call__(self, db: UnitOfWork) -> list[Outcome]:
        keep_clients(db, self.told)
        owners = {one.tax_id: one.client_id for one in self.told if db.asking.scope.sees(frozenset(one.group_ids))}
        with OpenKeys(self.master) as keys:
            return [kept(db, keys, each, owners) for each in self.candidates]

    def close(self) -> None:
        for each in self.candidates:
            if each.opened:
                wipe(each.opened.private_key)


def kept(db: UnitOfWork, keys: OpenKeys, candidate: Candidate, owners: dict[str, str]) -> Outcome:
    if candidate.opened is None or candidate.reading is None:
        return Outcome("refused", errors=candidate.errors or {})
    client_id = owners.get(candidate.reading.tax_id)
    if client_id is None:
        return Outcome("refused", errors={"file": [NO_CLIENT]})
    _, is_new = keep(db, keys, client_id, candidate.opened, candidate.reading)
    return Outcome("created" if is_new else "unchanged", client_id)
