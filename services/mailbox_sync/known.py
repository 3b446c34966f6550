"""Clients that a call names and that may still be on their way here: `clients` is asked for them, before the unit of work opens."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import wraps
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from services.chassis.asking import Asking
from services.contracts.events import ClientFacts
from services.contracts.schemas.paging import Id
from services.mailbox_sync import facts
from services.mailbox_sync.models import Client

if TYPE_CHECKING:
    from services.mailbox_sync.service import MailboxSyncService


def knowing_client(named: Callable[..., Any]) -> Callable:
    """Above an `@rpc` that names a client."""

    def decorate(method: Callable) -> Callable:
        @wraps(method)
        def answer(self: MailboxSyncService, *args: Any) -> Any:
            client_id = named(*args)
            if isinstance(client_id, str) and Id.SHAPE.fullmatch(client_id):
                learn_clients(self, self.asking, [client_id])
            return method(self, *args)

        return answer

    return decorate


def learn_clients(service: MailboxSyncService, asking: Asking, client_ids: Iterable[str]) -> None:
    ids = set(client_ids)
    with service.db.begin(asking) as db:
        unknown = sorted(ids - set(db.scalars(select(Client.id).where(Client.id.in_(ids)))))
    if not unknown:
        return
    told = [
        ClientFacts(**{**one, "group_ids": tuple(one["group_ids"])}) for one in service.clients.asking(asking.without_key()).facts(unknown)
    ]
    # The fact itself may come just now, and then says the same.
    with suppress(IntegrityError), service.db.begin(asking) as db:
        facts.keep_clients(db, told)
