"""Certificates in the forms of the FNMT, and PKCS#12 files as old and new as clients bring them."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

from deploy.sandbox.authority import Authority
from deploy.sandbox.subjects import Company, tax_id_of


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


def values(certificate: x509.Certificate, oid: x509.ObjectIdentifier) -> list[str]:
    return [attribute.value for attribute in certificate.subject.get_attributes_for_oid(oid)]


def test_a_person_is_named_with_their_nif(authority: Authority) -> None:
    _, certificate = authority.issue("12345678Z", "NOMBRE APELLIDO", key="shared")
    assert values(certificate, NameOID.SERIAL_NUMBER) == ["IDCES-12345678Z"]
    assert values(certificate, NameOID.COMMON_NAME) == ["NOMBRE APELLIDO - 12345678Z"]
    assert tax_id_of(certificate) == "12345678Z"


def test_a_representative_stands_for_the_company(authority: Authority) -> None:
    _, certificate = authority.issue("12345678Z", "NOMBRE", company=Company("B12345674", "EMPRESA SL"), key="shared")
    assert values(certificate, NameOID.COMMON_NAME) == ["12345678Z NOMBRE (R: B12345674)"]
    assert values(certificate, NameOID.ORGANIZATION_IDENTIFIER) == ["VATES-B12345674"]
    assert values(certificate, NameOID.ORGANIZATION_NAME) == ["EMPRESA SL"]
    assert tax_id_of(certificate) == "B12345674"


def test_an_expired_certificate_can_be_issued(authority: Authority) -> None:
    _, certificate = authority.issue("12345678Z", "NOMBRE", days=-3, key="shared")
    assert certificate.not_valid_after_utc < datetime.now(UTC)


@pytest.mark.parametrize(("kind", "form", "bits"), [("rsa4096", rsa.RSAPrivateKey, 4096), ("ec", ec.EllipticCurvePrivateKey, 256)])
def test_keys_come_in_the_kinds_that_clients_have(authority: Authority, kind: str, form: type, bits: int) -> None:
    key, _ = authority.issue("12345678Z", "NOMBRE", key=kind)
    assert isinstance(key, form) and key.key_size == bits


def test_openssl_verifies_an_issued_certificate_for_a_client(authority: Authority, tmp_path: Path) -> None:
    key, certificate = authority.issue("12345678Z", "NOMBRE", key="shared")
    (tmp_path / "file.p12").write_bytes(authority.pkcs12(key, certificate, "secret"))
    command = ["openssl", "pkcs12", "-in", "file.p12", "-nokeys", "-clcerts", "-out", "leaf.pem", "-passin", "pass:secret"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    judged = ["openssl", "verify", "-purpose", "sslclient", "-CAfile", str(authority.ca_file), "leaf.pem"]
    assert subprocess.run(judged, cwd=tmp_path, capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize(("encryption", "used"), [("modern", "AES-256-CBC"), ("3des", "pbeWithSHA1And3-KeyTripleDES"), ("rc2", "40BitRC2")])
def test_a_pkcs12_is_encrypted_as_asked(authority: Authority, tmp_path: Path, encryption: str, used: str) -> None:
    key, certificate = authority.issue("12345678Z", "NOMBRE", key="shared")
    (tmp_path / "file.p12").write_bytes(authority.pkcs12(key, certificate, "contraseña", encryption))
    command = ["openssl", "pkcs12", "-legacy", "-info", "-noout", "-in", "file.p12", "-passin", "pass:contraseña"]
    said = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stderr
    assert used in said


def test_a_pkcs12_holds_key_certificate_and_chain(authority: Authority) -> None:
    key, certificate = authority.issue("12345678Z", "NOMBRE", key="shared")
    file = pkcs12.load_pkcs12(authority.pkcs12(key, certificate, "secret"), b"secret")
    assert file.cert.certificate == certificate
    assert [one.certificate for one in file.additional_certs] == [authority.certificate]


def test_unknown_words_are_refused(authority: Authority) -> None:
    with pytest.raises(ValueError, match="dsa"):
        authority.issue("12345678Z", "NOMBRE", key="dsa")
    key, certificate = authority.issue("12345678Z", "NOMBRE", key="shared")
    with pytest.raises(ValueError, match="rot13"):
        authority.pkcs12(key, certificate, "secret", "rot13")
