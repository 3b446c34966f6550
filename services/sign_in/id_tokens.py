"""Who a provider says has signed in: the verification of an ID token (OpenID Connect Core 1.0, section 3.1.3.7).

Traps: an algorithm that the token chooses (none, or HMAC with the public key as its secret), so the three allowed are fixed here; a key
that the token brings along, so only the provider's published keys count, and only those for signing; a token made for somebody else
(audience), by somebody else (issuer), or for another sign-in (nonce).

Pure: no network, no database.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import ECKey, JWKRegistry, KeySet, RSAKey

from services.contracts.rpc import Json

ALGORITHMS: Final = ("RS256", "PS256", "ES256")
LEEWAY_S: Final = 60
MOST_KEYS: Final = 50
MALFORMED: Final = (JoseError, ValueError, TypeError, LookupError, AttributeError, OverflowError, RecursionError)


class BadToken(Exception):
    """A token that proves nothing; the text is for the log."""


class UnknownKey(BadToken):
    """Signed with a key that is not among those known: the provider may have changed its keys."""


@dataclass(frozen=True)
class Expected:
    """What a token has to say. `access_token` is what came beside it."""

    issuer: str
    client_id: str
    nonce: str
    access_token: str | None = None


def keys_in(document: Any) -> KeySet:
    """The RSA and elliptic keys of a JWK set; what else it holds is left out. Raises BadToken when none is left."""
    try:
        entries = [dict(entry) for entry in document["keys"][:MOST_KEYS]]
    except MALFORMED as error:
        raise BadToken("not a set of keys") from error
    keys: list[Any] = [key for key in (key_in(entry) for entry in entries if entry.get("use", "sig") == "sig") if key is not None]
    if not keys:
        raise BadToken("no key to verify with")
    return KeySet(keys)


def key_in(entry: Json) -> RSAKey | ECKey | None:
    try:
        key = JWKRegistry.import_key(entry)
    except MALFORMED:
        return None
    return key if isinstance(key, RSAKey | ECKey) else None


def claims_of(id_token: Any, keys: KeySet, expected: Expected) -> Json:
    """The verified claims. Raises UnknownKey and BadToken."""
    try:
        token = jwt.decode(id_token, keys, algorithms=ALGORITHMS)
        claims = CodeIDToken(token.claims, token.header, options_for(expected), params_for(expected))
        claims.validate(leeway=LEEWAY_S)
    except InvalidKeyIdError as error:
        raise UnknownKey("signed with a key that is not known") from error
    except MALFORMED as error:
        raise BadToken(f"{type(error).__name__}: {error}") from error
    return dict(claims)


def options_for(expected: Expected) -> Any:
    return {"iss": {"essential": True, "value": expected.issuer}, "aud": {"essential": True, "value": expected.client_id}}


def params_for(expected: Expected) -> Json:
    return {"nonce": expected.nonce, "client_id": expected.client_id, "access_token": expected.access_token}
