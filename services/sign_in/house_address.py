"""Under which address people know this installation: what passkeys are bound to, and where a provider sends a browser back to.

Trap: the address of a request is what its sender wrote, so it counts only where nothing can be gained by it: on this very machine.
"""

from __future__ import annotations

import ipaddress
from typing import Final
from urllib.parse import urlsplit

from services.contracts.errors import Conflict
from services.contracts.sentences import said

LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")
OPEN_LOCALHOST: Final = said("Las llaves de acceso no funcionan en una dirección numérica. Abra Casillero en {address}.")
NAME_IT: Final = said("Las llaves de acceso no funcionan en una dirección numérica. Pida a quien lo instaló que le dé un nombre.")


def house_address(configured: str, asked_at: str) -> str:
    """`https://casillero.example`, without a slash at its end. Raises Conflict when nobody has said it and the request is not local."""
    if configured:
        return configured.rstrip("/")
    if hostname_in(asked_at) in LOOPBACK:
        return asked_at.rstrip("/")
    raise Conflict(said("Falta decir en qué dirección está Casillero. Pida a quien lo instaló que ponga CASILLERO_PUBLIC_URL."))


def hostname_in(address: str) -> str | None:
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None


def passkey_domain(house: str) -> str:
    """The domain that passkeys belong to (WebAuthn, section 5.1.2: never a numeric address). Raises Conflict."""
    parts = urlsplit(house)
    name = str(parts.hostname)
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return name
    port = f":{parts.port}" if parts.port else ""
    cure = OPEN_LOCALHOST.format(address=f"{parts.scheme}://localhost{port}") if name in LOOPBACK else NAME_IT
    raise Conflict(cure)
