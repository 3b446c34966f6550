"""A key in memory: who it says it is, what it signs, and that nothing of it stays."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, utils
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from deploy.sandbox.authority import Authority, Company
from services.chassis.traceless import overwrite
from services.mailbox_sync.identity import Identity, IdentityWiped

from .lema_answers import unsigned
from .stand_in import Reply, StandIn


def made(authority: Authority, key: str = "ec") -> Identity:
    private, certificate = authority.issue("12345678Z", "ANA EJEMPLO", key=key)
    return Identity(private, [certificate], str(authority.ca_file))


def test_the_tax_id_is_the_companys_before_its_representatives(authority: Authority) -> None:
    person = authority.issue("12345678Z", "ANA EJEMPLO", key="ec")
    representative = authority.issue("12345678Z", "ANA EJEMPLO", key="ec", company=Company("B12345674", "EMPRESA SL"))
    seal = authority.issue("B12345674", "EMPRESA SL", key="ec")
    assert [Identity(key, [leaf]).tax_id for key, leaf in (person, representative, seal)] == ["12345678Z", "B12345674", "B12345674"]


def test_a_certificate_without_a_tax_id_has_none(authority: Authority) -> None:
    key, _ = authority.issue("12345678Z", "ANA EJEMPLO", key="ec")
    assert Identity(key, [authority.certificate]).tax_id == ""


def test_an_rsa_signature_is_pkcs1(authority: Authority) -> None:
    key, certificate = authority.issue("12345678Z", "ANA EJEMPLO")
    value = Identity(key, [certificate]).sign(b"data", "sha256")
    certificate.public_key().verify(value, b"data", padding.PKCS1v15(), hashes.SHA256())  # type: ignore[union-attr,call-arg,arg-type]


def test_an_ec_signature_is_r_and_s_side_by_side(authority: Authority) -> None:
    key, certificate = authority.issue("12345678Z", "ANA EJEMPLO", key="ec")
    value = Identity(key, [certificate]).sign(b"data", "sha256")
    der = utils.encode_dss_signature(int.from_bytes(value[:32], "big"), int.from_bytes(value[32:], "big"))
    certificate.public_key().verify(der, b"data", ec.ECDSA(hashes.SHA256()))  # type: ignore[union-attr,call-arg,arg-type]
    assert len(value) == 64


def test_signing_goes_where_the_worker_sends_it(authority: Authority) -> None:
    key, certificate = authority.issue("12345678Z", "ANA EJEMPLO", key="ec")
    sent: list[object] = []
    identity = Identity(key, [certificate], offload=lambda function, *arguments: sent.append(function) or function(*arguments))
    assert identity.offload(max, 1, 2) == 2 and sent == [max]


def test_a_wiped_identity_neither_signs_nor_connects(authority: Authority) -> None:
    identity = made(authority)
    identity.session()
    identity.wipe()
    identity.wipe()
    for act in (lambda: identity.sign(b"data", "sha256"), identity.tls, identity.session):
        with pytest.raises(IdentityWiped):
            act()


def test_wiping_closes_the_connections(authority: Authority, stand_in: StandIn) -> None:
    identity = made(authority)
    stand_in.plays(Reply(unsigned("<a/>")))
    before = connections_to(stand_in)
    assert identity.session().post(stand_in.base_url, b"x", timeout=5).status_code == 200
    assert connections_to(stand_in) == before + 1
    identity.wipe()
    assert connections_to(stand_in) == before


def connections_to(stand_in: StandIn) -> int:
    """How many of this process's sockets lead to the stand-in."""
    port = int(stand_in.base_url.rpartition(":")[2])
    lines = [line.split() for line in Path("/proc/self/net/tcp").read_text().splitlines()[1:]]
    open_to_it = {line[9] for line in lines if int(line[2].rpartition(":")[2], 16) == port and line[3] == "01"}
    links = (f"/proc/self/fd/{one}" for one in os.listdir("/proc/self/fd"))
    return sum(os.readlink(link) in {f"socket:[{inode}]" for inode in open_to_it} for link in links if os.path.lexists(link))


@pytest.mark.parametrize("key", ["rsa2048", "ec"])
def test_the_key_goes_into_tls_without_a_file_left_open(authority: Authority, key: str) -> None:
    identity = made(authority, key)
    before = os.listdir("/proc/self/fd")
    identity.tls()
    assert os.listdir("/proc/self/fd") == before


def test_the_adapter_keeps_the_default_authorities_out(authority: Authority) -> None:
    assert made(authority).tls().cert_store_stats()["x509"] == 1


def test_a_secret_is_overwritten_in_place() -> None:
    secret = bytes(bytearray(b"secret of a test"))
    overwrite(secret)
    assert secret == bytes(16)


SEARCHED = """
import sys
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_der_private_key
from services.mailbox_sync.identity import Identity

def use(key_file, certificate_file):
    with open(key_file, "rb", 0) as file:
        read = bytearray(8192)
        size = file.readinto(read)
        key = load_der_private_key(memoryview(read)[:size], None)
        read[:] = bytes(len(read))
    with open(certificate_file, "rb") as file:
        identity = Identity(key, [x509.load_pem_x509_certificate(file.read())], certificate_file)
    identity.sign(b"data", "sha256")
    identity.session()
    identity.wipe()

use(*sys.argv[1:])
print("wiped", flush=True)
sys.stdin.readline()
"""


@pytest.mark.parametrize("kind", ["rsa2048", "ec"])
def test_no_copy_of_the_key_is_left_in_memory(authority: Authority, tmp_path: Path, kind: str) -> None:
    key, certificate = authority.issue("12345678Z", "ANA EJEMPLO", key=kind)
    der, pem = (key.private_bytes(form, PrivateFormat.PKCS8, NoEncryption()) for form in (Encoding.DER, Encoding.PEM))
    (tmp_path / "key.der").write_bytes(der)
    (tmp_path / "leaf.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    secret = key.private_numbers().private_value if isinstance(key, ec.EllipticCurvePrivateKey) else key.private_numbers().p
    number = secret.to_bytes((secret.bit_length() + 7) // 8, "big")
    needles = [number, number[::-1], der[len(der) // 4 : len(der) // 2], pem[len(pem) // 4 : len(pem) // 2]]
    command = [sys.executable, "-W", "ignore", "-c", SEARCHED, str(tmp_path / "key.der"), str(tmp_path / "leaf.pem")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]) as child:
        assert child.stdout is not None and child.stdout.readline() == b"wiped\n"
        found = [region.count(needle) for region in memory_of(child.pid) for needle in needles]
        child.communicate(b"\n", timeout=10)
    assert found and sum(found) == 0


def memory_of(pid: int) -> list[bytes]:
    """Every readable region of a process."""
    regions = []
    with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", 0) as memory:
        for line in maps:
            span, rights = line.split()[:2]
            if "r" in rights and "[v" not in line:
                start, end = (int(edge, 16) for edge in span.split("-"))
                memory.seek(start)
                regions.append(memory.read(end - start))
    return regions
