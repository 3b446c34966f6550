"""What a person or a program carries to show who it is: 256 random bits, of which only the SHA-256 is stored.

A session is 64 hexadecimal digits, an API token starts with `cas_`, so that scanners of source code recognise a leaked one.
The CSRF token is made from the session and is not stored: who can read the table still knows neither.
"""

from __future__ import annotations

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
