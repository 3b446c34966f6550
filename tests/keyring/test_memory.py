"""After a release no copy of the key is left in the keyring's process, nor in a worker's after it has opened its box."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.keyring.identities import PASSWORD, certificate, key_of, name, pem, pkcs8, pkcs12

PREPARED = """
import gc, os, sys
from pathlib import Path
from services.chassis.boxes import WorkerKey, seal_to, wipe
from services.keyring.envelopes import Binding, OpenKeys
from services.keyring.master import FileMasterKeys
from services.keyring.pkcs12 import open_pkcs12
folder = Path(sys.argv[1])
master, binding = FileMasterKeys({"k1": os.urandom(32)}), Binding(tenant_id="t", client_id="c", certificate_id="x", tenant_key_id="k")

def import_it():
    opened = open_pkcs12((folder / "out.p12").read_bytes(), sys.stdin.readline().strip())
    with OpenKeys(master) as keys:
        tenant_key = keys.new_tenant_key("t", "k")
        sealed = keys.seal(tenant_key, binding, opened.private_key, opened.chain_pem)
    wipe(opened.private_key)
    return tenant_key, sealed

def release(tenant_key, sealed):
    with OpenKeys(master) as keys:
        return seal_to(worker.public, keys.open(tenant_key, binding, sealed)[0], b"ticket")

worker = WorkerKey.new()
"""
STEPS = {
    "importing": "kept = import_it()",
    "releasing": "box = release(*import_it())",
    "opening": "secret = worker.open(release(*import_it()), b'ticket'); wipe(secret)",
    "holding": "secret = worker.open(release(*import_it()), b'ticket')",
}


def needles(kind: str) -> list[bytes]:
    """Pieces of the key as it lies in a file, and its numbers as they lie in OpenSSL."""
    numbers, der = key_of(kind).private_numbers(), pkcs8(kind)
    sizes = {numbers.private_value: 32} if kind == "ec" else {numbers.p: 128, numbers.d: 256}
    return [der[40:70] if kind == "ec" else der[200:400]] + [
        number.to_bytes(size, order) for number, size in sizes.items() for order in ("big", "little")
    ]


def copies(pid: int, wanted: list[bytes]) -> int:
    """How often any of these is in what the process can read."""
    found = 0
    with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", 0) as memory:
        for line in maps:
            addresses, rights, *_ = line.split()
            start, end = (int(address, 16) for address in addresses.split("-"))
            if "r" in rights and "[v" not in line:
                memory.seek(start)
                content = memory.read(end - start)
                found += sum(content.count(needle) for needle in wanted)
    return found


def copies_after(folder: Path, kind: str, step: str) -> int:
    pkcs12(folder, pem(key_of(kind), certificate(key_of(kind), name(CN="MEMORIA"))))
    code = f"{PREPARED}\n{STEPS[step]}\ngc.collect(); print('done', flush=True); sys.stdin.readline()"
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", code, folder], **pipes) as child:
        child.stdin.write(PASSWORD + "\n")
        child.stdin.flush()
        assert child.stdout.readline() == "done\n"
        found = copies(child.pid, needles(kind))
        child.stdin.write("\n")
        child.stdin.close()
    return found


@pytest.mark.parametrize("kind", ["rsa", "ec"])
@pytest.mark.parametrize("step", ["importing", "releasing", "opening"])
def test_no_copy_of_the_key_is_left(tmp_path, kind, step):
    assert copies_after(tmp_path, kind, step) == 0


@pytest.mark.parametrize("kind", ["rsa", "ec"])
def test_the_search_finds_a_key_that_is_held(tmp_path, kind):
    assert copies_after(tmp_path, kind, "holding") >= 1
