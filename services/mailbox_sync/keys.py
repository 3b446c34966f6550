"""Private keys for checks: one call to the keyring for a whole claim, and each opened as late as possible.

The keyring seals each key to this process alone and has written its use to the trail before it answers. A refusal becomes the fault of the
check it was for. Trap: an opened key must be wiped whatever happens, so it is opened by whoever reads, not when it arrives.
Invariant: a key is open only while a check reads for which the keyring has just released it; checks that read at the same time with one
certificate (a firm's, for many clients) share it and its connections, and the last of them wipes it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import structlog
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_der_private_key

from services.chassis.boxes import WorkerKey, wipe
from services.chassis.logs import what_failed
from services.chassis.promises import Asked
from services.chassis.sealing import CannotOpen
from services.chassis.traceless import freed_memory_is_overwritten
from services.contracts.message import new_id, utc_now
from services.contracts.schemas.certificates import release_context
from services.contracts.sentences import said
from services.mailbox_sync.checks import Check
from services.mailbox_sync.connecting import Fault, TryLater, Unreadable
from services.mailbox_sync.identity import Identity, PrivateKey

log = structlog.get_logger()
Json = dict[str, Any]
PASSING = {"client_unknown", "ticket_expired", "ticket_used", "certificate_missing"}
NOT_ALLOWED = "not_allowed"
AWAY = TryLater(
    "keyring_away", said("No se pudo obtener la clave del certificado: una parte del sistema no responde. Se repetirá más tarde.")
)


def ticket_for(check: Check) -> Json:
    return {
        "id": new_id(),
        "tenant_id": check.tenant_id,
        "certificate_id": check.certificate_id,
        "mailbox_id": check.mailbox_id,
        "client_id": check.client_id,
        "body": check.body,
        "reason": "sync" if check.sync_id else "schedule",
        "user_id": check.user_id,
    }


def released(keyring: Asked, key: WorkerKey, checks: Sequence[Check]) -> list[Json | Fault]:
    """Per check what the keyring answers, or the fault that its refusal is; the same fault for all when it cannot answer."""
    if not checks:
        return []
    try:
        answers = keyring.release([ticket_for(check) for check in checks], key.public)
        return [refused(answer["refused"]) if "refused" in answer else answer for _, answer in zip(checks, answers, strict=True)]
    except Exception as error:
        # Whatever it is, these mailboxes are this worker's: they get an end that people see, and are tried again.
        log.warning("keys_not_released", checks=len(checks), error=what_failed(error))
        return [AWAY] * len(checks)


def refused(refusal: Json) -> Fault:
    """What passes by itself is tried again soon; for the rest people must act."""
    kind = TryLater if refusal["code"] in PASSING else Unreadable
    return kind(refusal["code"], refusal["message"])


class OpenIdentities:
    """The identities that this process reads with just now."""

    def __init__(self, key: WorkerKey, ca_file: str | None):
        self._key, self._ca_file = key, ca_file
        self._open: dict[tuple[str, str], Identity] = {}
        self._readers: Counter[tuple[str, str]] = Counter()

    @contextmanager
    def reading(self, answer: Json) -> Iterator[Identity]:
        """The identity for one check. Raises TryLater for a key that came too late, Unreadable for one that does not open."""
        require_in_time(answer)
        which = (answer["certificate_id"], answer["chain_pem"])
        if which not in self._open:
            self._open[which] = identity_of(answer, self._key, self._ca_file)
        self._readers[which] += 1
        try:
            yield self._open[which]
        finally:
            self._readers[which] -= 1
            if not self._readers[which]:
                del self._readers[which]
                self._open.pop(which).wipe()


def require_in_time(answer: Json) -> None:
    if datetime.fromisoformat(answer["expires_at"]) <= utc_now():
        raise TryLater("ticket_expired", said("La clave del certificado llegó demasiado tarde. Se repetirá en la próxima consulta."))


def identity_of(answer: Json, key: WorkerKey, ca_file: str | None) -> Identity:
    """A new identity; wipe it after use. Raises Unreadable for a box that does not open."""
    try:
        secret = key.open(answer["sealed"], release_context(answer, key.public))
    except CannotOpen as error:
        raise Unreadable("key_unreadable", said("La clave del certificado no se puede abrir. Avise a quien opera Casillero.")) from error
    try:
        # The key's numbers were checked at import and the seal shows them unchanged: checking them again costs 35 ms a mailbox.
        with freed_memory_is_overwritten(small_too=False):
            private_key = load_der_private_key(secret, None, unsafe_skip_rsa_key_validation=True)
    finally:
        wipe(secret)
    if not isinstance(private_key, PrivateKey):
        raise Unreadable(
            "key_unusable",
            said("El certificado usa una clave con la que no se puede firmar. Importe uno con clave RSA o de curva elíptica."),
        )
    return Identity(private_key, x509.load_pem_x509_certificates(answer["chain_pem"].encode()), ca_file)
