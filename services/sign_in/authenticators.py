"""What passkeys are asked and how their answers are verified: W3C Web Authentication, sections 7.1 and 7.2, by the library webauthn.

Rules of the house: a passkey is found by the authenticator itself (discoverable), so that nobody types who they are; the authenticator
verifies its user (PIN, finger, face) each time, so that holding it is not enough: a passkey is two factors. No attestation is asked for.

Trap: answers come from anybody and are parsed here first. Whatever the library stumbles over is a bad answer, not a fault of ours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import webauthn
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, options_to_json_dict, parse_client_data_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from services.contracts.rpc import Json

MALFORMED: Final = (WebAuthnException, ValueError, TypeError, LookupError, AttributeError, OverflowError, RecursionError)
TIMEOUT_MS: Final = 5 * 60 * 1000
LONGEST: Final = 20_000
SELECTION: Final = AuthenticatorSelectionCriteria(
    resident_key=ResidentKeyRequirement.REQUIRED, require_resident_key=True, user_verification=UserVerificationRequirement.REQUIRED
)


class BadAnswer(Exception):
    """An answer that is not one of an authenticator to what it was asked; the text is for the log."""


@dataclass(frozen=True)
class House:
    """To whom passkeys belong: the domain, and the origin that browsers name."""

    domain: str
    origin: str


@dataclass(frozen=True)
class Enrolled:
    credential_id: str
    public_key: str
    sign_count: int


def creation_options(house: House, me: Json, challenge: bytes, known: Sequence[str]) -> Json:
    """`me` as `schemas.people.Me`; `known` are the credentials that its authenticators have already."""
    options = webauthn.generate_registration_options(
        rp_id=house.domain,
        rp_name="Casillero",
        user_id=me["id"].encode(),
        user_name=me["email"],
        user_display_name=me["name"] or me["email"],
        challenge=challenge,
        timeout=TIMEOUT_MS,
        authenticator_selection=SELECTION,
        exclude_credentials=[PublicKeyCredentialDescriptor(id=base64url_to_bytes(each)) for each in known],
    )
    return options_to_json_dict(options)


def request_options(house: House, challenge: bytes) -> Json:
    options = webauthn.generate_authentication_options(
        rp_id=house.domain, challenge=challenge, timeout=TIMEOUT_MS, user_verification=UserVerificationRequirement.REQUIRED
    )
    return options_to_json_dict(options)


def challenge_in(credential: Json) -> bytes:
    """The challenge that the answer says it is for. Raises BadAnswer."""
    if len(str(credential)) > LONGEST:
        raise BadAnswer("too long")
    try:
        client_data = parse_client_data_json(base64url_to_bytes(credential["response"]["clientDataJSON"]))
    except MALFORMED as error:
        raise BadAnswer(type(error).__name__) from error
    if client_data.cross_origin:
        raise BadAnswer("made inside another site's page")
    return client_data.challenge


def credential_id_in(credential: Json) -> str:
    """In one form, whatever padding it came with. Raises BadAnswer."""
    try:
        return bytes_to_base64url(base64url_to_bytes(credential["id"]))
    except MALFORMED as error:
        raise BadAnswer(type(error).__name__) from error


def enrolled(house: House, challenge: bytes, credential: Json) -> Enrolled:
    """Raises BadAnswer."""
    made = verified(
        webauthn.verify_registration_response,
        credential=credential,
        expected_challenge=challenge,
        expected_rp_id=house.domain,
        expected_origin=house.origin,
        require_user_verification=True,
    )
    return Enrolled(bytes_to_base64url(made.credential_id), bytes_to_base64url(made.credential_public_key), made.sign_count)


def counted(house: House, challenge: bytes, credential: Json, known: Enrolled, user_id: str) -> int:
    """The new count of signatures of a known passkey whose answer is good. Raises BadAnswer, also for a count that did not grow."""
    shown = verified(
        webauthn.verify_authentication_response,
        credential=credential,
        expected_challenge=challenge,
        expected_rp_id=house.domain,
        expected_origin=house.origin,
        credential_public_key=base64url_to_bytes(known.public_key),
        credential_current_sign_count=known.sign_count,
        require_user_verification=True,
    )
    if bytes_to_base64url(shown.credential_id) != known.credential_id or user_in(credential) != user_id.encode():
        raise BadAnswer("of another passkey or person")
    return shown.new_sign_count


def user_in(credential: Json) -> bytes:
    """Whom a discoverable credential names; it always does (WebAuthn, section 7.2, step 6)."""
    try:
        return base64url_to_bytes(credential["response"]["userHandle"])
    except MALFORMED as error:
        raise BadAnswer(type(error).__name__) from error


def verified(verify: Any, **question: Any) -> Any:
    try:
        return verify(**question)
    except MALFORMED as error:
        raise BadAnswer(f"{type(error).__name__}: {error}") from error
