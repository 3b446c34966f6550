"""Whom the bulletin is read for: clients with `watch_edicts` on and not archived, by keyed hash, kept from what `clients` says.

A client who is watched anew (registered, switched on again, tax id changed) is looked for at once among the mentions of the last 92 days,
by one indexed join; those edicts are then fetched again for their row and PDF. Trap: an edict being written meanwhile does not see the new
watch, nor the watch the edict; so both go through the lease's row, one after the other. What was matched stays, whatever becomes of the
watch.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import delete, select, update

from services.chassis.database import UnitOfWork
from services.chassis.sealing import Seals
from services.contracts.events import ClientFacts, MatchedEdict
from services.contracts.message import utc_now
from services.teu_watcher.edict import HASHING, hash_of
from services.teu_watcher.keeping import SEALED, insert_matches, parts, tell
from services.teu_watcher.models import Client, ClientGroup, Edict, Mention, Watched
from services.teu_watcher.schedule import oldest_kept
from services.teu_watcher.turn import between_reads


def keep_clients(db: UnitOfWork, told: Sequence[ClientFacts]) -> None:
    """The newer version of each client counts; an older one that comes late changes nothing."""
    ids = [one.client_id for one in told]
    known = {client.id: client for client in db.scalars(select(Client).where(Client.id.in_(ids)).order_by(Client.id).with_for_update())}
    newer = [one for one in told if one.client_id not in known or known[one.client_id].version < one.version]
    for one in newer:
        client = known.get(one.client_id) or Client(id=one.client_id)
        client.tax_id, client.version = one.tax_id, one.version
        db.add(client)
    db.execute(delete(ClientGroup).where(ClientGroup.client_id.in_([one.client_id for one in newer])))
    db.add_all(ClientGroup(client_id=one.client_id, group_id=group_id) for one in newer for group_id in dict.fromkeys(one.group_ids))
    db.flush()
    _find_afterwards(db, _keep_watch(db, newer))


def _keep_watch(db: UnitOfWork, told: Sequence[ClientFacts]) -> dict[str, list[ClientFacts]]:
    """The watch list as it is now; → hash → clients who were not watched under it before."""
    between_reads(db)
    key, ids = db.store.seals.hashing_key(HASHING), [one.client_id for one in told]
    wanted = {one.client_id: hash_of(key, one.tax_id) for one in told if one.watch_edicts and not one.is_archived}
    before = dict(db.execute(select(Watched.client_id, Watched.hash).where(Watched.client_id.in_(ids))).all())
    db.execute(delete(Watched).where(Watched.client_id.in_(ids)))
    db.add_all(Watched(client_id=client_id, tenant_id=db.asking.tenant_id, hash=digest) for client_id, digest in wanted.items())
    db.flush()
    new: dict[str, list[ClientFacts]] = defaultdict(list)
    for one in told:
        if one.client_id in wanted and before.get(one.client_id) != wanted[one.client_id]:
            new[wanted[one.client_id]].append(one)
    return new


def _find_afterwards(db: UnitOfWork, watched: dict[str, list[ClientFacts]]) -> None:
    joined = select(Mention.hash, Edict).join(Edict, Edict.id == Mention.edict_id)
    found: list[MatchedEdict] = []
    for some in parts(watched):
        kept = joined.where(Mention.hash.in_(some), Mention.published_on >= oldest_kept(utc_now()))
        found += [_matched(db, edict, client) for digest, edict in db.execute(kept) for client in watched[digest]]
    new = insert_matches(db, found, "afterwards")
    for some in parts({match.edict_id for match in new}):
        db.execute(update(Edict).where(Edict.id.in_(some)).values(wanted_at=utc_now()))
    tell(db, new)


def _matched(db: UnitOfWork, edict: Edict, client: ClientFacts) -> MatchedEdict:
    heading = heading_of(db.store.seals, edict)
    return MatchedEdict(
        client_id=client.client_id,
        edict_id=edict.id,
        published_on=edict.published_on,
        issuer=heading["issuer"],
        title=heading["title"],
        regime=edict.regime,
        holder_tax_id=client.tax_id,
        row="",
        url=edict.url,
        terms=db.store.seals.open("", SEALED, edict.terms).decode() if edict.terms else "",
    )


def heading_of(seals: Seals, edict: Edict) -> dict[str, str]:
    """{issuer, title} as the index has them."""
    return json.loads(seals.open("", SEALED, edict.heading))
