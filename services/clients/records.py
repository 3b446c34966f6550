"""Making and changing clients: the rows, and the facts that tell others.

Every way in takes a list, so that one client and many go the same way. Facts leave in events of at most 500 clients.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import ColumnElement, select
from sqlalchemy.exc import IntegrityError

from services.chassis.asking import Asking
from services.chassis.database import UnitOfWork
from services.chassis.folding import search_text, sort_name
from services.clients.groups import group_ids_of, known_groups
from services.clients.membership import groups_on_creation
from services.clients.models import Client, ClientGroup, KnownFacts
from services.clients.warnings import odd_numbers
from services.contracts.errors import Conflict, StaleVersion
from services.contracts.events import AT_MOST, ClientFacts, ClientsChanged, ClientsRegistered
from services.contracts.message import new_id, utc_now
from services.contracts.rpc import Json
from services.contracts.sentences import said

ADDRESS = ("street", "postal_code", "city", "province", "country")
PLAIN = ("tax_id", "name", "email", "notes", "receives_notifications", "watch_edicts")
COPIED = ("tax_id", "is_archived", "receives_notifications", "watch_edicts")
DEFAULTS = {"email": "", "receives_notifications": True, "watch_edicts": True}
SHOWN_AS = {
    **{name: name for name in (*PLAIN, "postal_address")},
    "ccc": "social_security.ccc",
    "naf": "social_security.naf",
    "is_archived": "archived",
}
NEW_MEANWHILE = said("Ha cambiado entretanto.")
TAKEN = said("Ya hay un cliente con este NIF. Búsquelo en el listado; si está archivado, recupérelo.")


def register_all(db: UnitOfWork, asking: Asking, new_clients: Sequence[Json]) -> list[Client]:
    """`new_clients` as loaded by `schemas.clients.NewClient`. Raises Conflict (a tax id that is taken) or Invalid (groups)."""
    existing = known_groups(db, {group_id for new in new_clients for group_id in new.get("group_ids", ())})
    clients, groups = [], {}
    for new in new_clients:
        group_ids = groups_on_creation(asking.scope, new.get("group_ids", ()), existing)
        client = Client(id=new_id(), is_archived=False, postal_address=dict.fromkeys(ADDRESS, "") | {"country": "ES"}, ccc=[], naf=[])
        write(client, DEFAULTS | new)
        db.add_all([client, copied(client, group_ids, KnownFacts(client_id=client.id))])
        db.add_all(ClientGroup(client_id=client.id, group_id=group_id) for group_id in sorted(group_ids))
        clients.append(client)
        groups[client.id] = group_ids
    flush(db)
    announce(db, ClientsRegistered, clients, groups)
    return clients


def change(db: UnitOfWork, client: Client, changes: Json) -> None:
    """`changes` as loaded by `schemas.clients.ClientChanges`. Raises StaleVersion naming the fields that are new, or Conflict."""
    if changes["version"] != client.version:
        raise StaleVersion(errors={name: [NEW_MEANWHILE] for name in changed_since(client, changes["version"])})
    write(client, changes)
    touch(db, [client])


def changed_since(client: Client, version: int) -> list[str]:
    """The fields, as the API calls them, that changed after that version."""
    return sorted(name for name, changed_in in client.changed_in.items() if changed_in > version)


def set_archived(db: UnitOfWork, client: Client, is_archived: bool) -> None:
    """Once. Raises Conflict when a client is to come back whose tax id another one has by now."""
    if client.is_archived != is_archived:
        write(client, {"archived": is_archived})
        touch(db, [client])


def touch(db: UnitOfWork, clients: Sequence[Client], *also: str) -> None:
    """These clients are as others know them no longer: a version further, and said so. `also` names what changed beside `write`."""
    for client in clients:
        mark(client, also)
        client.version, client.updated_at = client.version + 1, utc_now()
    flush(db)
    by_id = {client.id: client for client in clients}
    groups = group_ids_of(db, by_id)
    for row in db.scalars(select(KnownFacts).where(KnownFacts.client_id.in_(list(by_id)))):
        copied(by_id[row.client_id], groups[row.client_id], row)
    announce(db, ClientsChanged, clients, groups)


def touch_by_id(db: UnitOfWork, client_ids: Sequence[str], *also: str) -> None:
    for some in in_parts(client_ids):
        touch(db, db.scalars(select(Client).where(Client.id.in_(some)).order_by(Client.id).with_for_update()).all(), *also)


def write(client: Client, sent: Json) -> None:
    """What was sent, and in which version it will be new; the rest stays. `touch` follows, unless the client is new itself."""
    before = {column: getattr(client, column) for column in SHOWN_AS}
    for name in PLAIN:
        if name in sent:
            setattr(client, name, sent[name])
    client.postal_address = {**client.postal_address, **sent.get("postal_address", {})}
    numbers = sent.get("social_security", {})
    client.ccc = list(dict.fromkeys(numbers.get("ccc", client.ccc)))
    client.naf = list(dict.fromkeys(numbers.get("naf", client.naf)))
    client.is_archived = sent.get("archived", client.is_archived)
    mark(client, [name for column, name in SHOWN_AS.items() if getattr(client, column) != before[column]])


def mark(client: Client, names: Sequence[str]) -> None:
    """These fields will be new in the version that comes next."""
    if client.version and names:
        client.changed_in = client.changed_in | dict.fromkeys(names, client.version + 1)


def copied(client: Client, group_ids: set[str], facts: KnownFacts) -> KnownFacts:
    """What the list filters and sorts by, as the record has it now."""
    if facts.tax_id not in (None, client.tax_id):
        facts.last_complete_check_at, facts.checked_at = None, utc_now()  # What was read was another tax id's.
    for name in COPIED:
        setattr(facts, name, getattr(client, name))
    facts.has_odd_number = any(odd_numbers(client.tax_id, client.ccc, client.naf))
    facts.has_number = bool(client.ccc or client.naf)
    facts.has_group = bool(group_ids)
    facts.search_text = search_text(client.tax_id, client.name, client.email)
    facts.sort_name = sort_name(client.name)
    return facts


def flush(db: UnitOfWork) -> None:
    """Write the rows; the only key that people can hit is that of the tax id."""
    try:
        db.flush()
    except IntegrityError:
        # PostgreSQL's own message holds the tax id, and causes are logged with what they caused.
        raise Conflict(TAKEN, {"tax_id": [TAKEN]}) from None


def announce(
    db: UnitOfWork, event: type[ClientsRegistered] | type[ClientsChanged], clients: Sequence[Client], groups: dict[str, set[str]]
) -> None:
    for some in in_parts(clients):
        db.publish(event(clients=tuple(facts_of(client, groups[client.id]) for client in some)))


def facts_by_id(db: UnitOfWork, client_ids: list[str]) -> list[ClientFacts]:
    """Of those that exist, in order of id."""
    return facts_where(db, Client.id.in_(client_ids))


def facts_by_tax_id(db: UnitOfWork, tax_ids: list[str]) -> list[ClientFacts]:
    """Of the clients with one of these that are not archived."""
    return facts_where(db, Client.tax_id.in_(tax_ids) & Client.is_archived.is_(False))


def facts_where(db: UnitOfWork, condition: ColumnElement[bool]) -> list[ClientFacts]:
    clients = db.scalars(select(Client).where(condition).order_by(Client.id)).all()
    groups = group_ids_of(db, [client.id for client in clients])
    return [facts_of(client, groups[client.id]) for client in clients]


def facts_of(client: Client, group_ids: set[str]) -> ClientFacts:
    return ClientFacts(
        client_id=client.id,
        tax_id=client.tax_id,
        name=client.name,
        receives_notifications=client.receives_notifications,
        watch_edicts=client.watch_edicts,
        is_archived=client.is_archived,
        group_ids=tuple(sorted(group_ids)),
        version=client.version,
        fields=tuple(changed_since(client, client.version - 1)),
    )


def in_parts(things: Sequence, size: int = AT_MOST) -> Iterator[Sequence]:
    return (things[start : start + size] for start in range(0, len(things), size))
