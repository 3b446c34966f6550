"""Whom a certificate names: subjects in the forms of the FNMT, and the NIF that a body reads in one.

A person: CN "NAME - NIF", serialNumber IDCES-NIF. A representative: CN "NIF NAME (R: CIF)", organizationIdentifier VATES-CIF, O the
company; it identifies two people, and at a body it stands for the company. A seal: organizationIdentifier and O alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from cryptography import x509
from cryptography.x509.oid import NameOID

_OIDS = {
    "C": NameOID.COUNTRY_NAME,
    "O": NameOID.ORGANIZATION_NAME,
    "CN": NameOID.COMMON_NAME,
    "serialNumber": NameOID.SERIAL_NUMBER,
    "organizationIdentifier": NameOID.ORGANIZATION_IDENTIFIER,
}


@dataclass(frozen=True)
class Company:
    """The company that a representative's certificate stands for."""

    tax_id: str
    name: str


def tax_id_of(certificate: x509.Certificate) -> str | None:
    """The NIF that a body sees in a certificate: the company's when it names one, else the person's; None when it names nobody."""
    subject = certificate.subject
    for oid, prefix in ((NameOID.ORGANIZATION_IDENTIFIER, "VATES-"), (NameOID.SERIAL_NUMBER, "IDCES-")):
        for attribute in subject.get_attributes_for_oid(oid):
            return str(attribute.value).removeprefix(prefix)
    return None


def subject_of(tax_id: str, name: str, company: Company | None) -> x509.Name:
    """The subject of a client's certificate in the form that its tax id and company ask for."""
    if company:
        return name_of(
            ("C", "ES"),
            ("O", company.name),
            ("organizationIdentifier", f"VATES-{company.tax_id}"),
            ("CN", f"{tax_id} {name} (R: {company.tax_id})"),
            ("serialNumber", f"IDCES-{tax_id}"),
        )
    if re.match(r"[ABCDEFGHJNPQRSUVW]", tax_id):
        return name_of(("C", "ES"), ("O", name), ("organizationIdentifier", f"VATES-{tax_id}"), ("CN", name))
    return name_of(("C", "ES"), ("serialNumber", f"IDCES-{tax_id}"), ("CN", f"{name} - {tax_id}"))


def name_of(*parts: tuple[str, str]) -> x509.Name:
    """A name of `(attribute, value)` in this order."""
    # A common name and an organisation hold at most 64 characters (X.520): longer names are cut, as the FNMT does.
    return x509.Name([x509.NameAttribute(_OIDS[word], value[:64]) for word, value in parts])
