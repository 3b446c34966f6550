"""Browser sessions: a browser with the client's certificate, what goes into it and what comes out."""

from __future__ import annotations

import base64
from io import BytesIO
from typing import Any

from flask import Blueprint, Response, request, send_file

from gateway import session
from gateway.api.describing import describes
from gateway.api.shapes import listed
from gateway.api.uploads import only_known, uploaded
from gateway.documents import keep, require_keeping
from services.contracts.schemas.browser_sessions import BrowserSession, NewBrowserSession
from services.contracts.schemas.documents import Document

blueprint = Blueprint("browser_sessions", __name__)
FORM = {"file": {"type": "string", "format": "binary"}}


@blueprint.post("/api/clients/<client_id>/browser")
@describes(
    "Open a browser that identifies itself with the client's certificate",
    body=NewBrowserSession,
    answer=BrowserSession,
    status=201,
    refusals=(401, 403, 404, 409, 422, 429, 503),
)
def open_browser(client_id: str, body: dict[str, Any]) -> dict[str, Any]:
    with session.services() as ask:
        return ask.browser.open(client_id, body)


@blueprint.get("/api/clients/<client_id>/browser")
@describes("The client's latest browser sessions", answer=listed(BrowserSession))
def of_client(client_id: str) -> dict[str, Any]:
    with session.services() as ask:
        return {"items": ask.browser.sessions_of(client_id)}


@blueprint.get("/api/browser-sessions/<session_id>")
@describes("One browser session, for who opened it and for who manages users", answer=BrowserSession)
def browser_session(session_id: str) -> dict[str, Any]:
    with session.services() as ask:
        return ask.browser.session(session_id)


@blueprint.delete("/api/browser-sessions/<session_id>")
@describes("Close a browser session, at once", status=204)
def close(session_id: str) -> None:
    with session.services() as ask:
        ask.browser.close(session_id)


@blueprint.post("/api/browser-sessions/<session_id>/uploads")
@describes(
    "Bring a file into the session's folder Subidas, at most 10 MiB",
    multipart=FORM,
    answer=BrowserSession,
    status=201,
    refusals=(401, 403, 404, 409, 413, 422, 429, 503),
)
def upload(session_id: str) -> dict[str, Any]:
    content, _ = uploaded(), only_known(FORM)
    name = request.files["file"].filename or ""
    with session.services() as ask:
        return ask.browser.upload(session_id, {"name": name, "content_base64": base64.b64encode(content).decode()})


@blueprint.get("/api/browser-sessions/<session_id>/downloads/<name>")
@describes("A file that was downloaded in the session", produces="application/octet-stream")
def download(session_id: str, name: str) -> Response:
    with session.services() as ask:
        file = ask.browser.download(session_id, name)
    content = BytesIO(base64.b64decode(file["content_base64"]))
    response = send_file(content, mimetype="application/octet-stream", as_attachment=True, download_name=file["name"])
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.post("/api/browser-sessions/<session_id>/downloads/<name>/document")
@describes("Keep a downloaded file among the client's documents", answer=Document, status=201, refusals=(401, 403, 404, 409, 413, 429, 503))
def keep_download(session_id: str, name: str) -> dict[str, Any]:
    with session.services() as ask:
        require_keeping(ask)
        client_id = ask.browser.session(session_id)["client_id"]
        file = ask.browser.download(session_id, name)
        content = BytesIO(base64.b64decode(file["content_base64"]))
        return keep(ask, client_id, {"name": file["name"], "origin": "browser"}, content)
