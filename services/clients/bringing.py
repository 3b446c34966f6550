"""Clients out of a file into the tables: new ones are registered, known ones changed where the file says something else, all by tax id.

An empty cell leaves what is there, a cell with something in it replaces it (all CCC, all NAF), and groups are added to those that a client
is in. So the same file twice is once. Who does not see every client brings clients into their own groups; the tax id of a client whom they
may not see is refused in the same words as when they register one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from services.chassis.asking import Asking
from services.chassis.database import UnitOfWork
from services.chassis.folding import fold
from services.chassis.jobs import Outcome
from services.clients import records
from services.clients.groups import group_ids_of
from services.clients.layouts import Draft, column_of, with_phone
from services.clients.membership import groups_on_creation, shown_groups
from services.clients.models import Client, ClientGroup, Group
from services.contracts.errors import Invalid
from services.contracts.rpc import Json, Scope
from services.contracts.sentences import said

NO_NAME = said("Falta el nombre: es un cliente nuevo.")
NO_GROUP = said("Hay un grupo que no existe o al que no pertenece. Créelo antes, o corrija su nombre.")


@dataclass(frozen=True)
class Known:
    """What is there before a part is brought in: clients by tax id, the groups of each, and the groups that may be named."""

    clients: dict[str, Client]
    groups_of: dict[str, set[str]]
    names: dict[str, str]

    @classmethod
    def before(cls, db: UnitOfWork, scope: Scope, drafts: Iterable[Draft]) -> Known:
        tax_ids = [draft.sent["tax_id"] for draft in drafts if not draft.errors]
        found = select(Client).where(Client.tax_id.in_(tax_ids), Client.is_archived.is_(False)).order_by(Client.id)
        clients = {client.tax_id: client for client in db.scalars(found.with_for_update())}
        groups = db.execute(select(Group.id, Group.name).where(Group.is_deleted.is_(False))).all()
        shown = [(group_id, name) for group_id, name in groups if shown_groups(scope, [group_id])]
        names = {fold(name): group_id for group_id, name in shown} | {name: group_id for group_id, name in shown}
        return cls(clients, group_ids_of(db, [client.id for client in clients.values()]), names)

    def group_ids(self, draft: Draft) -> set[str] | None:
        """None when one of the names is no group that the asker may name."""
        ids = {self.names.get(name, self.names.get(fold(name), "")) for name in draft.group_names}
        return None if "" in ids else ids


class Refused(Exception):
    """A row that is not brought in, and why, by column."""

    def __init__(self, errors: dict[str, list[str]]):
        super().__init__()
        self.errors = errors


def bring_in(db: UnitOfWork, asking: Asking, drafts: Sequence[Draft], layout: str) -> list[Outcome]:
    """What became of each, in order. A tax id stands in one of the drafts at most; new clients leave in one statement and one event."""
    known, new = Known.before(db, asking.scope, drafts), Bringing(db, asking)
    outcomes: dict[int, Outcome] = {}
    for draft in drafts:
        try:
            outcomes[draft.line] = new.take(draft, known)
        except Refused as refused:
            errors = {column_of(name, layout): reasons for name, reasons in refused.errors.items()}
            outcomes[draft.line] = Outcome("refused", errors=errors)
    outcomes |= new.write()
    return [outcomes[draft.line] for draft in drafts]


class Bringing:
    """What a part adds up to, written at its end."""

    def __init__(self, db: UnitOfWork, asking: Asking):
        self.db, self.asking = db, asking
        self.new: dict[int, Json] = {}
        self.changed: list[Client] = []
        self.grouped: list[Client] = []

    def take(self, draft: Draft, known: Known) -> Outcome:
        """Raises Refused."""
        if draft.errors:
            raise Refused(draft.errors)
        group_ids = known.group_ids(draft)
        if group_ids is None:
            raise Refused({"groups": [NO_GROUP]})
        client = known.clients.get(draft.sent["tax_id"])
        if client is None:
            return self._register(draft, group_ids, known)
        if not self.asking.scope.sees(known.groups_of[client.id]):
            raise Refused({"tax_id": [records.TAKEN]})
        return self._change(client, draft, group_ids - known.groups_of[client.id])

    def _register(self, draft: Draft, group_ids: set[str], known: Known) -> Outcome:
        if not draft.sent.get("name"):
            raise Refused({"name": [NO_NAME]})
        try:
            groups_on_creation(self.asking.scope, group_ids, frozenset(known.names.values()))
        except Invalid as wrong:
            raise Refused({"groups": sum(wrong.errors.values(), [])}) from None
        notes = with_phone(draft.sent.get("notes", ""), draft.phone)
        self.new[draft.line] = draft.sent | {"notes": notes, "group_ids": sorted(group_ids)}
        return Outcome("created")

    def _change(self, client: Client, draft: Draft, joins: set[str]) -> Outcome:
        records.write(client, draft.sent | {"notes": with_phone(draft.sent.get("notes", client.notes), draft.phone)})
        if not joins and not self.db.is_modified(client):
            return Outcome("unchanged", client.id)
        self.db.add_all(ClientGroup(client_id=client.id, group_id=group_id) for group_id in sorted(joins))
        (self.grouped if joins else self.changed).append(client)
        return Outcome("changed", client.id)

    def write(self) -> dict[int, Outcome]:
        """Line → outcome of the clients that are new."""
        for clients, also in ((self.changed, ()), (self.grouped, ("groups",))):
            if clients:
                records.touch(self.db, clients, *also)
        registered = records.register_all(self.db, self.asking, list(self.new.values())) if self.new else []
        return {line: Outcome("created", client.id) for line, client in zip(self.new, registered, strict=True)}
