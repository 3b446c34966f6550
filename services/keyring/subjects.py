"""What a Spanish certificate says of whom it identifies.

    person            serialNumber `IDCES-<NIF>` (ETSI EN 319 412-1), or the bare NIF in older ones
    representative    organizationIdentifier `VATES-<NIF of the entity>`, and the common name ends in `(R: <NIF of the entity>)`

A body sees the entity that a representative stands for, so the entity's NIF comes first. A NIF whose control does not fit is not one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import NameOID

from services.contracts.ids import InvalidTaxId, TaxId

ENTITY = re.compile(r"VATES-(\w{9})")
REPRESENTED = re.compile(r"\(R:\s*(\w{9})\)")
PERSON = re.compile(r"(?:IDCES-)?(\w{9})")
PLACES = (
    (NameOID.ORGANIZATION_IDENTIFIER, ENTITY.fullmatch),
    (NameOID.COMMON_NAME, REPRESENTED.search),
    (NameOID.SERIAL_NUMBER, PERSON.fullmatch),
)
WORDS = {
    NameOID.ORGANIZATION_IDENTIFIER: "organizationIdentifier",
    NameOID.SERIAL_NUMBER: "serialNumber",
    NameOID.GIVEN_NAME: "GN",
    NameOID.SURNAME: "SN",
}


@dataclass(frozen=True)
class Reading:
    """`tax_id` is "" when the certificate names nobody with a valid NIF; `serial` and `fingerprint` (SHA-256) are hex."""

    tax_id: str
    subject: str
    issuer: str
    serial: str
    not_before: datetime
    not_after: datetime
    fingerprint: str


def read(certificate: x509.Certificate) -> Reading:
    return Reading(
        tax_id=tax_id_of(certificate.subject),
        subject=certificate.subject.rfc4514_string(WORDS),
        issuer=certificate.issuer.rfc4514_string(WORDS),
        serial=f"{certificate.serial_number:X}",
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        fingerprint=certificate.fingerprint(hashes.SHA256()).hex(),
    )


def tax_id_of(subject: x509.Name) -> str:
    for oid, find in PLACES:
        for attribute in subject.get_attributes_for_oid(oid):
            found = find(str(attribute.value).strip())
            if found:
                try:
                    return TaxId(found.group(1))
                except InvalidTaxId:
                    continue
    return ""
