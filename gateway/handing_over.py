"""How files reach the services that keep what they hold.

A certificate's file and password cross in a box that the keyring alone can open, so that neither lies in a broker's files.
"""

from __future__ import annotations

import base64
import json
from typing import Any

from gateway.certificate_zips import Entry
from services.chassis.boxes import seal_to
from services.contracts.csv_layouts import OWNERS, layout_of
from services.contracts.schemas.certificates import import_context, import_many_context


def hand_over(ask: Any, client_id: str, pkcs12_base64: str, password: str) -> dict[str, Any]:
    """Import for a client, or for the firm itself with an empty `client_id`; the answer is the certificate's card."""
    box = seal_to(ask.keyring.door(), content(pkcs12_base64, password), import_context(client_id))
    return ask.keyring.import_certificate(client_id, box)


def hand_over_many(ask: Any, entries: list[Entry], digest: str, dry_run: bool) -> dict[str, Any]:
    """Each in a box of its own; `digest` is that of the whole ZIP, for the trail. The answer is the job."""
    door = ask.keyring.door()
    return ask.keyring.import_many([boxed(door, entry) for entry in entries], digest, dry_run)


def boxed(door: str, entry: Entry) -> dict[str, Any]:
    if entry.fault:
        return {"name": entry.name, "fault": entry.fault}
    file = base64.b64encode(entry.content).decode()
    return {"name": entry.name, "box": seal_to(door, content(file, entry.password), import_many_context())}


def content(pkcs12_base64: str, password: str) -> bytes:
    return json.dumps({"pkcs12_base64": pkcs12_base64, "password": password}).encode()


def hand_over_rows(ask: Any, file: bytes, layout: str, dry_run: bool) -> dict[str, Any]:
    """A CSV, to the service that owns what its header row says it holds; the answer is the job. Raises Invalid and TooLarge."""
    takers = {"access": ask.access, "clients": ask.clients}
    return takers[OWNERS[layout_of(file, layout)]].import_file(base64.b64encode(file).decode(), layout, dry_run)
