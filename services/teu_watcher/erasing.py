"""What `teu_watcher` holds of a client, destroyed: the watch, what was found, and the PDFs that no other client of the firm is found in.

The mentions of all tax ids of the last 92 days stay: keyed hashes, kept for whoever becomes a client; nothing ties them to this one now.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import exists

from services.chassis.database import UnitOfWork
from services.chassis.holdings import destroy, destroy_of_clients
from services.teu_watcher.models import Client, ClientGroup, Document, Match, Watched

BY_CLIENT = (Watched.client_id, Match.client_id, ClientGroup.client_id, Client.id)
_MATCHES, _DOCUMENTS = Match.__table__.c, Document.__table__.c


def forget(db: UnitOfWork, client_ids: Sequence[str]) -> None:
    destroy_of_clients(db, BY_CLIENT, client_ids)
    of_the_firm = (_MATCHES.tenant_id == _DOCUMENTS.tenant_id) & (_MATCHES.edict_id == _DOCUMENTS.edict_id)
    destroy(db, Document.__table__, ~exists().where(of_the_firm))
