"""Groups and people out of the files of other managers, row by row, each in a savepoint: what is wrong with one leaves the others alone.

A group is known by its name, a person by the email. An import adds, it takes nothing away: known ones are changed where the file says
something else, and people join the groups named. Nobody gets a mail: who is to come in is invited later. Identifiers of the other manager,
tax ids and telephones of people have no field here and are not kept.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from services.access import groups, users
from services.access.directory import hash_of
from services.access.holdings import groups_of
from services.access.models import Entry, Group, Role, User
from services.access.settings import tenant_of
from services.chassis.asking import Asking
from services.chassis.database import UnitOfWork
from services.chassis.entrypoints import rpc
from services.chassis.jobs import NewJob, Outcome, job
from services.contracts.csv_layouts import OWNERS, folded, read
from services.contracts.errors import Invalid, Refusal
from services.contracts.rpc import Json
from services.contracts.schemas import checked
from services.contracts.schemas.people import NewGroup, NewUser
from services.contracts.sentences import said

if TYPE_CHECKING:
    from services.access.service import AccessService

AT_ONCE = 100
DEFAULT_ROLE: Final = "reader"
BETWEEN_GROUPS: Final = "|"
KINDS: Final = {"groups": ("import_groups", "groups.manage"), "users": ("import_users", "users.manage")}
COLUMN_OF: Final = {"name": "nombre_grupo", "description": "descripcion"}
COLUMN_OF_PERSON: Final = {"name": "nombre", "role": "rol", "group_ids": "grupo"}
NOT_HERE: Final = said("Este fichero no es de grupos ni de usuarios. Envíelo sin «layout», o con el suyo.")
NO_GROUP: Final = said("No existe un grupo con este nombre. Impórtelo o créelo antes.")


class Importing:
    """The part of the service that takes files in."""

    @rpc(needs="clients.import", unit=False)
    def import_file(self: AccessService, asking: Asking, content: str, layout: str, dry_run: bool) -> Json:
        """`content` in base64. Needs also to manage what the file holds. Raises Invalid and TooLarge about the whole file; → the job."""
        sheet = read(base64.b64decode(content), layout)
        if OWNERS[sheet.layout] != self.name:
            raise Invalid.field("layout", NOT_HERE)
        kind, needed = KINDS[sheet.layout]
        asking.require(needed)
        asking.require_whole()
        with self.db.begin(asking) as db:
            return self.start_job(db, asking, NewJob(kind=kind, rows=sheet.rows, digest=sheet.digest, is_dry_run=dry_run))

    @job(needs="groups.manage", at_once=AT_ONCE)
    def import_groups(self, db: UnitOfWork, asking: Asking, job: Any, rows: Sequence[Json]) -> list[Outcome]:
        asking.require("clients.import")
        tenant_of(db)
        return [attempted(db, row, group_brought_in, COLUMN_OF) for row in rows]

    @job(needs="users.manage", at_once=AT_ONCE)
    def import_users(self, db: UnitOfWork, asking: Asking, job: Any, rows: Sequence[Json]) -> list[Outcome]:
        asking.require("clients.import")
        tenant_of(db)
        return [attempted(db, row, person_brought_in, COLUMN_OF_PERSON) for row in rows]


def attempted(db: UnitOfWork, row: Json, bring_in: Callable[[UnitOfWork, Json], Outcome], columns: dict[str, str]) -> Outcome:
    if "fault" in row:
        return Outcome("refused", errors={"file": [row["fault"]]})
    try:
        with db.begin_nested():
            return bring_in(db, {name: cell for name, cell in row["cells"].items() if cell})
    except Refusal as refusal:
        found = refusal.errors or {"file": [refusal.message]}
        return Outcome("refused", errors={columns.get(name.partition(".")[0], name): reasons for name, reasons in found.items()})


def group_brought_in(db: UnitOfWork, cells: dict[str, str]) -> Outcome:
    new = checked(NewGroup, {"name": cells.get("nombre_grupo", ""), "description": cells.get("descripcion", "")})
    group = db.scalars(select(Group).where(Group.name == new["name"])).one_or_none()
    if group is None:
        return Outcome("created", groups.create(db, new).id)
    if new["description"] in ("", group.description):
        return Outcome("unchanged", group.id)
    groups.change(db, group, {"version": group.version, "description": new["description"]})
    return Outcome("changed", group.id)


def person_brought_in(db: UnitOfWork, cells: dict[str, str]) -> Outcome:
    name = " ".join(cells[part] for part in ("nombre", "apellidos") if part in cells)
    body = {"email": cells.get("email", ""), "name": name, "role": role_named(db, cells.get("rol", DEFAULT_ROLE))}
    new = checked(NewUser, body | {"group_ids": groups_named(db, cells.get("grupo", ""))}, lambda given: users.faults(db, given))
    user = colleague(db, new["email"])
    if user is None:
        return Outcome("created", users.create(db, new).id)
    changes = differences(db, user, new, says_role="rol" in cells)
    if not changes:
        return Outcome("unchanged", user.id)
    users.change(db, user, changes | {"version": user.version})
    return Outcome("changed", user.id)


def groups_named(db: UnitOfWork, cell: str) -> list[str]:
    names = [name.strip() for name in cell.split(BETWEEN_GROUPS) if name.strip()]
    known = {folded(name): group_id for group_id, name in db.execute(select(Group.id, Group.name))}
    if any(folded(name) not in known for name in names):
        raise Invalid.field("group_ids", NO_GROUP)
    return list(dict.fromkeys(known[folded(name)] for name in names))


def role_named(db: UnitOfWork, name: str) -> str:
    """The firm's role of this name, however it is typed; what is none is refused with the rest."""
    return next((role for role in db.scalars(select(Role.name)) if folded(role) == folded(name)), name)


def colleague(db: UnitOfWork, email: str) -> User | None:
    entry = db.get(Entry, hash_of(db, email))
    return users.find(db, entry.user_id) if entry is not None and entry.tenant_id == db.asking.tenant_id else None


def differences(db: UnitOfWork, user: User, new: Json, *, says_role: bool) -> Json:
    current = [group["id"] for group in groups_of(db, [user.id]).get(user.id, [])]
    changes: Json = {"name": new["name"]} if new["name"] != user.name else {}
    if says_role and users.role_id_of(db, new["role"]) != user.role_id:
        changes["role"] = new["role"]
    if not set(new["group_ids"]) <= set(current):
        changes["group_ids"] = [*current, *new["group_ids"]]
    return changes
