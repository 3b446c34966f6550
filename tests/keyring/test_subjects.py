"""Whose NIF a certificate stands for."""

from __future__ import annotations

import pytest

from services.keyring.subjects import read, tax_id_of
from tests.keyring.identities import certificate, key_of, name


@pytest.mark.parametrize(
    "subject, tax_id",
    [
        (name(CN="ANA - 12345678Z", serialNumber="IDCES-12345678Z"), "12345678Z"),
        (name(CN="ANA", serialNumber="12345678Z"), "12345678Z"),
        (name(CN="12345678Z ANA (R: B12345674)", serialNumber="IDCES-12345678Z"), "B12345674"),
        (name(CN="12345678Z ANA", serialNumber="IDCES-12345678Z", organizationIdentifier="VATES-B12345674"), "B12345674"),
        (name(CN="EMPRESA", organizationIdentifier="VATES-B12345674"), "B12345674"),
        (name(CN="ANA", serialNumber="IDCES-12345678A"), ""),
        (name(CN="ANA", organizationIdentifier="VATES-B12345679", serialNumber="IDCES-12345678Z"), "12345678Z"),
        (name(CN="ANA"), ""),
    ],
)
def test_the_entity_comes_before_its_representative_and_only_a_valid_nif_counts(subject, tax_id):
    assert tax_id_of(subject) == tax_id


def test_a_reading_says_what_the_certificate_says():
    made = certificate(key_of("ec"), name(CN="ANA", organizationIdentifier="VATES-B12345674"))
    reading = read(made)
    assert (reading.subject, reading.serial) == ("organizationIdentifier=VATES-B12345674,CN=ANA", f"{made.serial_number:X}")
    assert (reading.not_before, reading.not_after) == (made.not_valid_before_utc, made.not_valid_after_utc)
