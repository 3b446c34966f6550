"""What both clients of the connector's benchmark are given: a sandbox's address, and holders with certificates and three notices each."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.hazmat.primitives.serialization.pkcs12 import load_pkcs12

from deploy.sandbox.client import Sandbox
from deploy.sandbox.people import invent_company

HOLDERS, NOTICES, IN_FLIGHT, WARM = 8, 3, 8, 20


@dataclass
class Holder:
    tax_id: str
    name: str
    pem_file: str
    key: Any
    certificate: x509.Certificate


@dataclass
class Setup:
    url: str
    ca_file: str
    holders: list[Holder]

    def holder(self, number: int) -> Holder:
        return self.holders[number % len(self.holders)]

    @classmethod
    def read(cls, folder: str) -> Setup:
        said = json.loads((Path(folder) / "setup.json").read_text())
        return cls(said["url"], said["ca_file"], [holder_of(*one) for one in said["holders"]])


def holder_of(tax_id: str, name: str, pem_file: str) -> Holder:
    pem = Path(pem_file).read_bytes()
    return Holder(tax_id, name, pem_file, load_pem_private_key(pem, None), x509.load_pem_x509_certificate(pem))


def prepare(sandbox: Sandbox, folder: Path) -> None:
    """Certificates with RSA-2048 keys of their own as PEM files, notices in the sandbox, and where all that is in `setup.json`."""
    holders = []
    for number in range(HOLDERS):
        party, pem_file = invent_company(Random(number)), folder / f"{number}.pem"
        opened = load_pkcs12(sandbox.certificate(str(party.tax_id), party.name, "x"), b"x")
        key = opened.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        pem_file.write_bytes(key + opened.cert.certificate.public_bytes(Encoding.PEM))
        holders.append([str(party.tax_id), party.name, str(pem_file)])
    sandbox.many([tax_id for tax_id, _, _ in holders], NOTICES)
    (folder / "setup.json").write_text(json.dumps({"url": sandbox.url, "ca_file": sandbox.ca_file, "holders": holders}))


@contextmanager
def report(checks: int) -> Iterator[None]:
    """Prints what the measured part was: {rate: checks a second, cpu_ms: processor milliseconds of this process a check}."""
    began, used = time.perf_counter(), os.times()
    yield
    seconds, now = time.perf_counter() - began, os.times()
    cpu = now.user + now.system - used.user - used.system
    print(json.dumps({"rate": checks / seconds, "cpu_ms": 1000 * cpu / checks}))
