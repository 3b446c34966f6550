"""A screen without a person, and the person's own Firefox on it: started as the service starts it, and followed from outside."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, pkcs12

from tests.browser_service.offices import HOST
from tests.browser_service.screen import Screen, at_socket

PASSWORD = "una clave"


@dataclass
class Desktop:
    """What a person would sit before; `display` is what X programs call it."""

    display: str
    path: Path

    def screen(self) -> Screen:
        return at_socket(str(self.path))


@contextlib.contextmanager
def desktop(folder: Path) -> Iterator[Desktop]:
    path, (theirs, ours) = folder / "rfb.sock", os.pipe()
    words = ["Xvnc", "-displayfd", str(ours), "-geometry", "1280x800", "-depth", "24", "-SecurityTypes", "None", "-nolisten", "tcp"]
    server = subprocess.Popen(
        [*words, "-rfbunixpath", str(path), "-rfbunixmode", "0600"], pass_fds=(ours,), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    os.close(ours)
    with os.fdopen(theirs) as told:
        display = f":{told.readline().strip()}"
    try:
        yield Desktop(display, path)
    finally:
        server.terminate()
        server.wait()


def identity(bodies: Any, tax_id: str, name: str, kind: str) -> tuple[bytes, str]:
    """(key as PKCS#8, chain as PEM, leaf first) of a new certificate that the offices take; `kind` of key as of the sandbox."""
    file = pkcs12.load_pkcs12(bodies.certificate(tax_id, name, PASSWORD, key=kind), PASSWORD.encode())
    private = file.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    chain = [file.cert, *file.additional_certs]
    return private, "".join(one.certificate.public_bytes(Encoding.PEM).decode() for one in chain)


@dataclass
class Own:
    """One that runs. `said`: what its process told the service."""

    process: subprocess.Popen[bytes]
    line: socket.socket
    folder: Path
    said: list[dict[str, Any]] = field(default_factory=list)
    kept: bytes = b""

    def hear(self) -> dict[str, Any] | None:
        """The next thing that is said; None when nothing more will be."""
        while b"\n" not in self.kept:
            chunk = self.line.recv(65536)
            if not chunk:
                return None
            self.kept += chunk
        line, _, self.kept = self.kept.partition(b"\n")
        self.said.append(json.loads(line))
        return self.said[-1]

    def until_said(self, what: str) -> dict[str, Any]:
        while (said := self.hear()) is not None:
            if said["what"] == what:
                return said
        raise AssertionError(f"{what} was never said: {self.said}")

    def hosts(self) -> set[str]:
        return {said["host"] for said in self.said if said["what"] == "host"}

    def processes(self) -> list[str]:
        """The command lines that name its folder, its own process apart."""
        found = []
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            with contextlib.suppress(OSError):
                if str(self.folder).encode() in (words := path.read_bytes()):
                    found.append(words.replace(b"\0", b" ").decode())
        return found


def started(root: Path, here: Desktop, ca_file: str, of: tuple[bytes, str], portals: list[dict[str, Any]]) -> Own:
    """`of`: whose `identity`; `ca_file`: the authority of the offices."""
    key, chain_pem = of
    ours, theirs = socket.socketpair()
    process = subprocess.Popen(
        [sys.executable, "-m", "services.browser.own_firefox", str(theirs.fileno())],
        pass_fds=(theirs.fileno(),),
        env=os.environ | {"DISPLAY": here.display},
    )
    theirs.close()
    folder = root / f"{process.pid:032x}"
    setup = {
        "folder": str(folder),
        "client": "Panadería Úrsula <S.L.>",
        "certificate": "CN=Panadería Úrsula",
        "portals": portals,
        "elsewhere": {HOST: "127.0.0.1"},
        "networks": ["127.0.0.0/8"],
        "ca_file": ca_file,
        "chain_pem": chain_pem,
        "key_bytes": len(key),
    }
    ours.sendall(json.dumps(setup).encode() + b"\n" + key)
    return Own(process, ours, folder)


def portal(url: str, *hosts: str) -> dict[str, Any]:
    return {"name": "Sede de pruebas", "actions": [{"kind": "access", "url": url, "label": ""}], "hosts": [HOST, *hosts]}
