"""How a certificate's file and password reach the keyring: in a box that it alone can open, so that neither lies in a broker's files."""

from __future__ import annotations

import json
from typing import Any

from services.chassis.boxes import seal_to
from services.contracts.schemas.certificates import import_context


def hand_over(ask: Any, client_id: str, pkcs12_base64: str, password: str) -> dict[str, Any]:
    """Import for a client, or for the firm itself with an empty `client_id`; the answer is the certificate's card."""
    content = json.dumps({"pkcs12_base64": pkcs12_base64, "password": password}).encode()
    return ask.keyring.import_certificate(client_id, seal_to(ask.keyring.door(), content, import_context(client_id)))
