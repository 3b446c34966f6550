"""The one form in which an entry is hashed: pure, and small enough for a verifier to write again in any language.

Canonical form: the JSON object {act, at, detail, id, seq, subject, tenant_id, user_id}, keys sorted at every depth, no white space,
UTF-8, nothing escaped that need not be; `at` is UTC with six decimals and Z. Its digest is the leaf hash of RFC 6962, section 2.1:
SHA-256 of a zero byte and the form.

Trap: numbers with a fraction are written differently by different languages, so `detail` holds none.
Invariant: an entry read back from the database has the digest that it was stored with, in PostgreSQL and in SQLite.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

FIELDS = ("act", "at", "detail", "id", "seq", "subject", "tenant_id", "user_id")


def hashed(entry: dict[str, Any]) -> dict[str, Any]:
    """What is hashed of an entry, as an object; its `at` is an aware datetime."""
    return {name: entry[name] for name in FIELDS} | {"at": instant(entry["at"])}


def canonical(entry: dict[str, Any]) -> bytes:
    """The canonical form of {act, at, detail, id, seq, subject, tenant_id, user_id}; `at` is an aware datetime."""
    return as_json(hashed(entry))


def digest(entry: dict[str, Any]) -> str:
    """The leaf hash, in hex."""
    return hashlib.sha256(b"\x00" + canonical(entry)).hexdigest()


def digest_of_list(items: list[Any]) -> str:
    """The SHA-256, in hex, of what a bulk act was done to."""
    return hashlib.sha256(as_json(items)).hexdigest()


def as_json(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def instant(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
