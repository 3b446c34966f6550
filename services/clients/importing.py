"""Files of clients: taken in, and brought in part by part as a job (see `bringing`)."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from services.chassis.asking import Asking
from services.chassis.database import UnitOfWork
from services.chassis.entrypoints import rpc
from services.chassis.jobs import NewJob, Outcome, job
from services.clients.bringing import bring_in
from services.clients.groups import keep_group
from services.clients.layouts import draft_of, group_names_in, same_before
from services.clients.models import Group
from services.contracts.csv_layouts import OWNERS, read
from services.contracts.errors import Invalid
from services.contracts.rpc import Json
from services.contracts.sentences import said

if TYPE_CHECKING:
    from services.clients.service import ClientsService

ONE_PAGE = {"page": 1, "page_size": 200}
MOST_NEW_NAMES = 100
NOT_HERE = said("Este fichero no es de clientes. Envíelo sin «layout», o con el suyo.")


class Importing:
    """The part of the service that takes files in."""

    @rpc(needs="clients.import", unit=False)
    def import_file(self: ClientsService, asking: Asking, content: str, layout: str, dry_run: bool) -> Json:
        """`content` in base64. Raises Invalid and TooLarge about the file as a whole; → the job."""
        sheet = read(base64.b64decode(content), layout)
        if OWNERS[sheet.layout] != self.name:
            raise Invalid.field("layout", NOT_HERE)
        same_before(sheet.rows)
        learn_group_names(self, asking, group_names_in(sheet.rows))
        new = NewJob(kind="import_clients", rows=sheet.rows, digest=sheet.digest, arguments={"layout": sheet.layout}, is_dry_run=dry_run)
        with self.db.begin(asking) as db:
            return self.start_job(db, asking, new)

    @job(needs="clients.import")
    def import_clients(self, db: UnitOfWork, asking: Asking, job: Any, rows: Sequence[Json]) -> list[Outcome]:
        layout = job.arguments["layout"]
        return bring_in(db, asking, [draft_of(row, layout) for row in rows], layout)


def learn_group_names(service: ClientsService, asking: Asking, names: set[str]) -> None:
    """A group made a moment ago may still be on its way here: `access` is asked for names that are not known."""
    with service.db.begin(asking) as db:
        unknown = names - set(db.scalars(select(Group.name).where(Group.is_deleted.is_(False))))
    for name in sorted(unknown)[:MOST_NEW_NAMES]:
        found = service.access.groups(ONE_PAGE | {"q": name[:200]})["items"]
        with service.db.begin(asking) as db:
            for group in found:
                keep_group(db, {"id": group["id"], "name": group["name"], "version": group["version"], "is_deleted": False})
