"""Real files, made by openssl: opened, or refused naming what is wrong with them."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from services.contracts.errors import Invalid
from services.keyring.pkcs12 import open_pkcs12, self_test
from tests.keyring.identities import ENCRYPTIONS, PASSWORD, certificate, key_of, name, pem, pkcs8, pkcs12

SUBJECT = name(CN="PRUEBA")


def refused(file: bytes, password: str = PASSWORD) -> dict:
    with pytest.raises(Invalid) as error:
        open_pkcs12(file, password)
    return error.value.errors


@pytest.mark.parametrize("encryption", ENCRYPTIONS)
@pytest.mark.parametrize("kind", ["rsa", "ec"])
def test_a_file_gives_its_key_and_certificate(tmp_path, kind, encryption):
    made = certificate(key_of(kind), SUBJECT)
    opened = open_pkcs12(pkcs12(tmp_path, pem(key_of(kind), made), encryption), PASSWORD)
    assert (bytes(opened.private_key), opened.chain) == (pkcs8(kind), [made])


def test_the_chain_goes_from_the_leaf_upwards(tmp_path):
    authority = certificate(key_of("ec"), name(CN="AC"))
    leaf = certificate_under(authority, "hoja")
    opened = open_pkcs12(pkcs12(tmp_path, pem(key_of("rsa"), authority, leaf)), PASSWORD)
    assert opened.chain == [leaf, authority]


def certificate_under(authority, common_name: str):
    builder = x509.CertificateBuilder().subject_name(name(CN=common_name)).issuer_name(authority.subject).serial_number(5)
    builder = builder.public_key(key_of("rsa").public_key()).not_valid_before(authority.not_valid_before_utc)
    return builder.not_valid_after(authority.not_valid_after_utc).sign(key_of("ec"), hashes.SHA256())


@pytest.mark.parametrize("encryption", ENCRYPTIONS)
@pytest.mark.parametrize("password", ["otra", ""])
def test_a_wrong_password_is_named(tmp_path, encryption, password):
    file = pkcs12(tmp_path, pem(key_of("ec"), certificate(key_of("ec"), SUBJECT)), encryption)
    assert set(refused(file, password)) == {"password"}


@pytest.mark.parametrize("file", [b"", b"hello", b"-----BEGIN CERTIFICATE-----", bytes(1000)])
def test_what_is_no_pkcs12_is_named(file):
    assert set(refused(file)) == {"file"}


def test_half_a_file_is_named(tmp_path):
    file = pkcs12(tmp_path, pem(key_of("ec"), certificate(key_of("ec"), SUBJECT)))
    assert set(refused(file[: len(file) // 2])) == {"file"}


def test_a_file_without_its_private_key_is_named(tmp_path):
    file = pkcs12(tmp_path, pem(key_of("rsa"), certificate(key_of("rsa"), SUBJECT)), options=("-nokeys",))
    assert "clave privada" in refused(file)["file"][0]


def test_a_file_without_its_certificate_is_named(tmp_path):
    file = pkcs12(tmp_path, pem(key_of("rsa")), options=("-nocerts",))
    assert "certificado" in refused(file)["file"][0]


def test_a_key_that_no_body_takes_is_named(tmp_path):
    file = pkcs12(tmp_path, pem(key_of("ed25519"), certificate(key_of("ed25519"), SUBJECT)))
    assert "RSA" in refused(file)["file"][0]


def test_old_ciphers_open_here():
    self_test()


def test_a_process_that_cannot_open_old_ciphers_says_so_at_start():
    code = "from services.keyring.pkcs12 import self_test; self_test()"
    environment = {**os.environ, "CRYPTOGRAPHY_OPENSSL_NO_LEGACY": "1"}
    ended = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert "SettingMissing: CRYPTOGRAPHY_OPENSSL_NO_LEGACY" in ended.stderr
