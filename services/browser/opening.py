"""What has to be there before a browser opens: a certificate in date, a key released for this session alone, portals to go to.

The keyring writes the use, with the person's reason, into the trail before it releases the key, and asks for the permission again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from services.browser.portals import addresses_of
from services.chassis.asking import Asking
from services.chassis.boxes import WorkerKey
from services.chassis.promises import Asked
from services.chassis.sealing import CannotOpen
from services.contracts.errors import Conflict, NotAllowed
from services.contracts.message import new_id
from services.contracts.schemas.certificates import release_context, usable
from services.contracts.sentences import said

Json = dict[str, Any]
COMMON_NAME: Final = re.compile(r"(?:^|,)CN=((?:[^,\\]|\\.)*)")
NONE: Final = said("El cliente no tiene certificado. Importe el suyo en su ficha y vuelva a abrir el navegador.")
EXPIRED: Final = said("El certificado del cliente ha caducado. Importe el renovado en su ficha y vuelva a abrir el navegador.")
NO_PORTALS: Final = said("El despacho no tiene ningún portal al que ir. Añádalos en Configuración, Portales.")
ARCHIVED: Final = said("El cliente está archivado. Recupérelo para abrir un navegador con su certificado.")


@dataclass(frozen=True)
class Released:
    """A key as it crossed the broker: sealed to this process; open it as late as possible."""

    use_id: str
    chain_pem: str
    sealed: str
    context: bytes

    def open(self, key: WorkerKey) -> bytearray:
        """PKCS#8 (DER); overwrite it. Raises Conflict for a box that is not for us."""
        try:
            return key.open(self.sealed, self.context)
        except CannotOpen as error:
            raise Conflict(said("La clave del certificado no se puede abrir. Avise a quien opera Casillero.")) from error


def require_usable(certificates: list[Json]) -> Json:
    """Raises Conflict."""
    card = usable(certificates)
    if card is None:
        raise Conflict(EXPIRED if certificates else NONE)
    return card


def holder_of(card: Json) -> str:
    """The common name in the subject (RFC 4514), or all of it when there is none."""
    found = COMMON_NAME.search(card["subject"])
    return re.sub(r"\\(.)", r"\1", found[1]) if found else card["subject"]


def require_portals(portals: list[Json]) -> list[Json]:
    if not addresses_of(portals):
        raise Conflict(NO_PORTALS)
    return portals


def released(keyring: Asked, key: WorkerKey, asking: Asking, session: Any) -> Released:
    """The key for this session. Raises Conflict, or NotAllowed when the permission was lost a moment ago."""
    ticket = {
        "id": new_id(),
        "tenant_id": asking.tenant_id,
        "certificate_id": session.certificate_id,
        "mailbox_id": session.id,
        "client_id": session.client_id,
        "body": "browser",
        "reason": "browser",
        "why": session.reason,
        "user_id": asking.user_id,
    }
    (answer,) = keyring.release([ticket], key.public)
    if "refused" in answer:
        if answer["refused"]["code"] == "not_allowed":
            raise NotAllowed(said("Su rol no le permite usar el certificado de este cliente."))
        raise Conflict(answer["refused"]["message"])
    return Released(answer["use_id"], answer["chain_pem"], answer["sealed"], release_context(answer, key.public))
