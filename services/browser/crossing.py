"""Files that a person brings into a session or takes out of it. The trail has each before it crosses, by its size and its digest.

Not by its name: what people call a file says whom it is about, and the trail forgets nothing.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import TYPE_CHECKING, Any

from services.browser import folders, sessions
from services.browser.models import Session
from services.browser.sessions import own_session
from services.chassis.asking import Asking
from services.chassis.entrypoints import rpc
from services.contracts.errors import Conflict, Invalid
from services.contracts.rpc import SIGNED_IN
from services.contracts.schemas import browser_sessions as shapes
from services.contracts.schemas import checked
from services.contracts.sentences import said

if TYPE_CHECKING:
    from services.browser.service import BrowserService

Json = dict[str, Any]


class Crossing:
    """What may be asked of a session's files, by who opened it."""

    @rpc(needs=SIGNED_IN, unit=False)
    def upload(self: BrowserService, asking: Asking, session_id: str, file: Json) -> Json:
        session = found(self, asking, session_id)
        given = checked(shapes.NewUpload, file)
        folder, content = self.desk.folder_of(session.id) / "uploads", content_of(given)
        try:
            folders.require_room(folder, given["name"], content)
            record(self, session, "browser_file_brought_in", content)
            folders.put(folder, given["name"], content)
        except FileNotFoundError as error:  # The folder goes with the session, a moment before anybody is told.
            raise Conflict(sessions.NOT_OPEN) from error
        with self.db.begin(asking) as db:
            session = own_session(self, db, asking, session_id)
            session.uploads += 1
            return sessions.described(session)

    @rpc(needs=SIGNED_IN, unit=False, keyed=False)
    def download(self: BrowserService, asking: Asking, session_id: str, name: str) -> Json:
        session = found(self, asking, session_id)
        content = folders.take(self.desk.folder_of(session.id) / "downloads", name)
        record(self, session, "browser_file_taken_out", content)
        return {"name": name, "content_base64": base64.b64encode(content).decode()}


def found(service: BrowserService, asking: Asking, session_id: str) -> Session:
    with service.db.begin(asking) as db:
        return own_session(service, db, asking, session_id)


def content_of(given: Json) -> bytes:
    try:
        return base64.b64decode(given["content_base64"], validate=True)
    except binascii.Error as error:
        raise Invalid.field("content_base64", said("No es un valor válido.")) from error


def record(service: BrowserService, session: Session, act: str, content: bytes) -> None:
    """Raises Away when the trail cannot be written: then nothing crosses."""
    detail = {"client_id": session.client_id, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    entry = {"tenant_id": session.tenant_id, "act": act, "user_id": session.user_id, "subject": session.id}
    service.audit.record([entry | {"detail": detail}])
