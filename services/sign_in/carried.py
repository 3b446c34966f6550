"""What a person or a program carries to show who it is: 256 random bits, of which only the SHA-256 is stored.

A session is 64 hexadecimal digits, an API token starts with `cas_`, so that scanners of source code recognise a leaked one.
The CSRF token is made from the session and is not stored: who can read the table still knows neither.
"""

from __future__ import annotations

import base64
import hashlib
import secrets

PREFIX = "cas_"


def new_session() -> str:
    return secrets.token_hex(32)


def new_token() -> str:
    return PREFIX + secrets.token_urlsafe(32)


def new_code() -> str:
    return secrets.token_urlsafe(32)


def is_token(credential: str) -> bool:
    return credential.startswith(PREFIX)


def hash_of(carried: str) -> str:
    return hashlib.sha256(carried.encode()).hexdigest()


def csrf_token(session: str) -> str:
    return hashlib.sha256(f"csrf of {session}".encode()).hexdigest()


def new_secret() -> str:
    """What a browser keeps while its person is at their firm's provider."""
    return secrets.token_urlsafe(32)


def drawn_from(secret: str, use: str) -> str:
    """43 characters that are shown (`state`, `nonce`) or told to the provider alone (`verifier`, RFC 7636). None leads back to it."""
    digest = hashlib.sha256(f"{use} drawn from {secret}".encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
