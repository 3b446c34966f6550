"""The token of one session: the client's private key in SoftHSM on memory-backed files outside the sandbox, served over a Unix socket.

The browser inside signs through `p11-kit server`; the key itself never crosses. Between them stands our own module (`inside/token.c`), so
that no PIN is asked for and nothing is changed or exported. The key arrives as PKCS#8 in a buffer, reaches `softhsm2-util` as an anonymous
file in memory and is overwritten; what SoftHSM keeps is encrypted under a PIN that exists as long as the session.
Trap: whatever is started here must end with us, even when we are killed: hence `setpriv --pdeathsig`.
"""

from __future__ import annotations

import base64
import os
import secrets
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from services.browser import shim
from services.browser.machine import as_user, wait_for
from services.chassis.traceless import overwrite

SOFTHSM: Final = "/usr/lib/softhsm/libsofthsm2.so"
LABEL: Final = "cliente"
PEM: Final = b"-----%s PRIVATE KEY-----\n"


class Token:
    """In `folder`, which belongs to `user` (None: whoever we are)."""

    def __init__(self, folder: Path, user: int | None):
        self.folder, self.user = folder, user
        self.pin, self._officer = secrets.token_hex(16), secrets.token_hex(16)
        (folder / "tokens").mkdir(mode=0o700)
        (folder / "softhsm.conf").write_text(
            f"directories.tokendir = {folder}/tokens\nobjectstore.backend = file\nlog.level = ERROR\nslots.removable = false\n"
        )
        if user is not None:
            for path in (folder, folder / "tokens", folder / "softhsm.conf"):
                os.chown(path, user, user)

    def fill(self, private_key: bytearray, chain_pem: str) -> None:
        """Put the key (PKCS#8, DER) and its chain, leaf first, into a new token. The buffer is overwritten."""
        self._run("softhsm2-util", "--init-token", "--free", "--label", LABEL, "--pin", self.pin, "--so-pin", self._officer)
        with in_memory(private_key) as path:
            self._run("softhsm2-util", "--import", path, "--token", LABEL, "--label", LABEL, "--id", "01", "--pin", self.pin, keep=path)
        for number, der in enumerate(certificates(chain_pem), start=1):
            self._write_certificate(der, f"{number:02x}")

    def serve(self, socket: Path) -> subprocess.Popen[bytes]:
        """Start serving the token; returns when the socket is there."""
        environment = self._environment() | {"P11_MODULE": SOFTHSM, "P11_PIN": self.pin}
        command = ["p11-kit", "server", "--provider", str(shim.path()), "-f", "-n", str(socket), f"pkcs11:token={LABEL}"]
        server = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", *command],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **as_user(self.user),
        )
        wait_for(socket.exists, server)
        return server

    def _write_certificate(self, der: bytes, number: str) -> None:
        file = self.folder / "certificate.der"
        file.write_bytes(der)
        label = LABEL if number == "01" else f"ca{number}"
        what = ["--write-object", str(file), "--type", "cert", "--id", number, "--label", label]
        self._run("pkcs11-tool", "--module", SOFTHSM, "--login", "--pin", self.pin, *what)
        file.unlink()

    def _environment(self) -> dict[str, str]:
        return {"PATH": "/usr/bin:/bin", "SOFTHSM2_CONF": str(self.folder / "softhsm.conf"), "LANG": "C.UTF-8"}

    def _run(self, *command: str, keep: str = "") -> None:
        """Raises CalledProcessError. `keep`: a path of ours in /proc that the program opens."""
        subprocess.run(
            command,
            check=True,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=(int(keep.rpartition("/")[2]),) if keep else (),
            **as_user(self.user),
        )


@contextmanager
def in_memory(private_key: bytearray) -> Iterator[str]:
    """The key as a PEM file that is in no folder; it and the buffer are overwritten at the end."""
    body = base64.encodebytes(private_key)
    private_key[:] = bytes(len(private_key))
    file = os.memfd_create("key", 0)
    try:
        length = os.write(file, PEM % b"BEGIN") + os.write(file, body) + os.write(file, PEM % b"END")
        os.lseek(file, 0, os.SEEK_SET)
        yield f"/proc/self/fd/{file}"
        os.pwrite(file, bytes(length), 0)
    finally:
        overwrite(body)
        os.close(file)


def certificates(chain_pem: str) -> list[bytes]:
    end = "-----END CERTIFICATE-----"
    return [ssl.PEM_cert_to_DER_cert(part.strip() + f"\n{end}\n") for part in chain_pem.split(end) if part.strip()]
