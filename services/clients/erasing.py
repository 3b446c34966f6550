"""A client erased for good: what the firm must not keep any longer (GDPR, article 17).

    archived → in the trail → record, facts and marks destroyed, told to everybody who holds something (ClientsErased)

Only whoever may say what holds for the whole firm does it, to a client that is archived, typing the tax id again. There is no way back.
What a client is called may stand in a saved view that somebody searches by, so such a view goes too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlalchemy import select

from services.chassis.asking import Asking
from services.chassis.database import UnitOfWork
from services.chassis.entrypoints import rpc
from services.chassis.erasing import erase_clients, forget_answers, forget_outcomes
from services.chassis.folding import fold
from services.chassis.holdings import destroy, destroy_of_clients
from services.clients.models import Certificate, Client, ClientGroup, KnownFacts, Mailbox, SavedView
from services.clients.visibility import client_to_change
from services.contracts.errors import Conflict
from services.contracts.events import ClientsErased
from services.contracts.ids import InvalidTaxId, TaxId
from services.contracts.rpc import SIGNED_IN, Json
from services.contracts.schemas import checked
from services.contracts.schemas.erasing import ClientErasure
from services.contracts.sentences import said

if TYPE_CHECKING:
    from services.clients.service import ClientsService

NEEDS = "settings.manage"
BY_CLIENT = (Certificate.client_id, Mailbox.client_id, ClientGroup.client_id, KnownFacts.client_id, Client.id)
FIRST_ARCHIVE = said("El cliente no está archivado. Archívelo antes de borrarlo para siempre.")
NOT_THE_SAME = said("No es el NIF de este cliente. Escríbalo tal como está en su ficha.")


class ErasingClients:
    """The part of the service that destroys clients."""

    @rpc(needs=SIGNED_IN, unit=False, keyed=False)
    def erase(self: ClientsService, asking: Asking, client_id: str, confirmation: Json) -> None:
        """Needs settings.manage, judged after the client was found. Raises Conflict for a client that is not archived."""
        with self.db.begin(asking) as db:
            client = client_to_change(self, db, asking, client_id)
            asking.require(NEEDS)
            ground = confirmed(client, confirmation)
        act = {"tenant_id": asking.tenant_id, "act": "erase_client", "user_id": asking.user_id, "subject": client_id}
        self.audit.record([act | {"detail": {"reason": ground}}])
        with self.db.begin(asking) as db:
            confirmed(client_to_change(self, db, asking, client_id), confirmation)
            erase_clients(self, db, [client_id])
            db.publish(ClientsErased(client_ids=(client_id,)))


def confirmed(client: Client, confirmation: Json) -> str:
    """The ground, when everything is as it must be."""
    if not client.is_archived:
        raise Conflict(FIRST_ARCHIVE)
    confirmed = checked(
        ClientErasure, confirmation, lambda loaded: {"tax_id": [] if same(client, loaded.get("tax_id")) else [NOT_THE_SAME]}
    )
    return confirmed["reason"]


def same(client: Client, typed: str | None) -> bool:
    """Whether it is the client's tax id, however it was typed."""
    try:
        return typed is None or TaxId(typed) == client.tax_id
    except InvalidTaxId:
        return False


def forget(db: UnitOfWork, client_ids: Sequence[str]) -> None:
    names = db.execute(select(Client.tax_id, Client.name, Client.email).where(Client.id.in_(client_ids))).all()
    words = {word for row in names for word in row if word}
    forget_views(db, {fold(word) for word in words})
    forget_outcomes(db, client_ids, sorted(words))
    if words:
        forget_answers(db, sorted(words))
    destroy_of_clients(db, BY_CLIENT, client_ids)


def forget_views(db: UnitOfWork, words: set[str]) -> None:
    """Those whose name, or what they search for, has all of a name, tax id or email in it, as whole words."""
    views = db.scalars(select(SavedView)).all() if words else []
    texts = {view.id: f" {fold(view.name)} \n {fold(view.query.get('q', ''))} " for view in views}
    naming = [view_id for view_id, text in texts.items() if any(f" {word} " in text for word in words)]
    destroy(db, SavedView.__table__, SavedView.__table__.c.id.in_(naming))
