"""Documents that the firm's people keep with a client: sealed at rest, taken and given part by part.

    add_document → add_part … → finish_document → DocumentAdded
                                      └ before that it is nobody's document: not listed, not read, and after a day destroyed when
                                        the firm's next one begins

Who may see the client may list and read; reading is in the trail before anything is handed over. A part that is sent again is the same
part, so that whoever lost the connection goes on where they were.
"""

from __future__ import annotations

import base64
import binascii
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select

from services.chassis.asking import Asking
from services.chassis.database import UnitOfWork
from services.chassis.entrypoints import rpc
from services.chassis.holdings import destroy
from services.chassis.insert import insert_new
from services.chassis.learning import knowing
from services.contracts.errors import Conflict, Invalid, NotFound, TooLarge
from services.contracts.events import DocumentAdded
from services.contracts.message import utc_now
from services.contracts.rpc import SIGNED_IN, Json
from services.contracts.schemas import checked
from services.contracts.schemas.documents import LARGEST, LARGEST_MB, PART_BYTES, Document, NewDocument, WholeDocument
from services.contracts.schemas.paging import Id
from services.contracts.sentences import said
from services.notifications import models
from services.notifications.known import learn_client
from services.notifications.listing import require_client
from services.notifications.models import DocumentPart

if TYPE_CHECKING:
    from services.notifications.service import NotificationsService

SEALED: Final = "document"
MOST_PARTS: Final = -(-LARGEST // PART_BYTES)
ABANDONED: Final = timedelta(days=1)
NEEDS: Final = "notifications.process"


def visible_client(service: NotificationsService, db: UnitOfWork, asking: Asking, client_id: str) -> str:
    if not Id.SHAPE.fullmatch(client_id):
        raise NotFound()
    require_client(db, asking.scope, client_id)
    return client_id


def visible_document(service: NotificationsService, db: UnitOfWork, asking: Asking, document_id: str) -> models.Document:
    found = db.scalars(select(models.Document).where(models.Document.id == document_id, models.Document.is_whole)).one_or_none()
    return of_visible_client(db, asking, found)


def arriving_document(service: NotificationsService, db: UnitOfWork, asking: Asking, document_id: str) -> models.Document:
    """One's own, whether it is still arriving or was just finished."""
    own = (models.Document.id == document_id, models.Document.added_by == asking.user_id)
    return of_visible_client(db, asking, db.scalars(select(models.Document).where(*own).with_for_update()).one_or_none())


def of_visible_client(db: UnitOfWork, asking: Asking, found: models.Document | None) -> models.Document:
    if found is None:
        raise NotFound()
    require_client(db, asking.scope, found.client_id)
    return found


class Documents:
    """What may be asked of documents."""

    @knowing(lambda client_id, new_document: client_id, learn_client)
    @rpc(needs=NEEDS, of=visible_client)
    def add_document(self, db: UnitOfWork, asking: Asking, client_id: str, new_document: Json) -> Json:
        new = checked(NewDocument, new_document)
        forget_abandoned(db)
        row = models.Document(client_id=client_id, added_by=asking.user_id, size=0, sha256="", parts=0, is_whole=False, **new)
        db.add(row)
        db.flush()
        return shown(row)

    @rpc(needs=NEEDS, of=arriving_document, keyed=False)
    def add_part(self, db: UnitOfWork, asking: Asking, document: models.Document, number: int, content_base64: str) -> None:
        content = part_of(number, content_base64)
        sealed = db.store.seals.seal(asking.tenant_id, SEALED, content)
        where = {"tenant_id": asking.tenant_id, "document_id": document.id, "number": number, "client_id": document.client_id}
        is_new = insert_new(db, DocumentPart, [{**where, "size": len(content), "sealed": sealed}], DocumentPart.number)
        if is_new and document.is_whole:
            raise Conflict(said("Este documento ya está completo. Súbalo de nuevo como otro."))

    @rpc(needs=NEEDS, of=arriving_document)
    def finish_document(self, db: UnitOfWork, asking: Asking, document: models.Document, whole: Json) -> Json:
        wanted = checked(WholeDocument, whole)
        if document.is_whole:
            return shown(document)
        count, size = arrived(db, document)
        if size != wanted["size"]:
            raise Conflict(said("El fichero no ha llegado entero. Vuelva a subirlo."))
        document.size, document.sha256, document.parts, document.is_whole = size, wanted["sha256"], count, True
        db.publish(DocumentAdded(document_id=document.id, client_id=document.client_id, origin=document.origin, size=size))
        return shown(document)

    @knowing(lambda client_id: client_id, learn_client)
    @rpc(needs=SIGNED_IN, of=visible_client)
    def documents(self, db: UnitOfWork, asking: Asking, client_id: str) -> list[Json]:
        """Newest first."""
        own = select(models.Document).where(models.Document.client_id == client_id, models.Document.is_whole)
        return [shown(row) for row in db.scalars(own.order_by(models.Document.id.desc()))]

    @rpc(needs=SIGNED_IN, of=visible_document)
    def document_part(self, db: UnitOfWork, asking: Asking, document: models.Document, number: int) -> str:
        """In base64; parts are counted from 0."""
        part = db.get(DocumentPart, (document.id, number))
        if part is None or part.tenant_id != asking.tenant_id:
            raise NotFound()
        return base64.b64encode(db.store.seals.open(asking.tenant_id, SEALED, part.sealed)).decode()


def forget_abandoned(db: UnitOfWork) -> None:
    """Of this firm, what never became whole."""
    old = (models.Document.is_whole.is_(False), models.Document.added_at < utc_now() - ABANDONED)
    for document in db.scalars(select(models.Document).where(*old)):
        destroy(db, DocumentPart.__table__, DocumentPart.__table__.c.document_id == document.id)
        db.delete(document)


def part_of(number: int, content_base64: str) -> bytes:
    """Raises Invalid and TooLarge."""
    if not isinstance(number, int) or not 0 <= number < MOST_PARTS:
        raise TooLarge(said("Un documento no puede pasar de {most} MB.", most=LARGEST_MB))
    try:
        content = base64.b64decode(content_base64, validate=True)
    except (binascii.Error, ValueError):
        content = b""
    if not 0 < len(content) <= PART_BYTES:
        raise Invalid.field("content_base64", said("No es una parte de un fichero."))
    return content


def arrived(db: UnitOfWork, document: models.Document) -> tuple[int, int]:
    """How many parts are here and how large they are together; (0, 0) when one in the middle is missing."""
    counted = select(func.count(), func.max(DocumentPart.number), func.sum(DocumentPart.size))
    count, last, size = db.execute(counted.where(DocumentPart.document_id == document.id)).one()
    return (count, size) if count and count == last + 1 else (0, 0)


def shown(row: models.Document) -> Json:
    return Document().dump({**vars(row), "added_at": row.added_at.isoformat()})
