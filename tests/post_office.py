"""A mail server in a process of its own (aiosmtpd), which keeps each letter that it takes as a file.

`python -m tests.post_office FOLDER SCHEME [CERTIFICATE]` serves smtp, starttls or smtps; it prints the port. The last two want the user
`cartero` with the password `clave de cartero`. `rechazada@…` is refused for ever, `luego…@…` the first time.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import ssl
import subprocess
import sys
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

USER, PASSWORD = "cartero", "clave de cartero"


class PostOffice:
    """As a test sees it."""

    def __init__(self, folder: Path, scheme: str, port: int):
        who = f"{USER}:{PASSWORD.replace(' ', '%20')}@" if scheme != "smtp" else ""
        self.folder, self.url = folder, f"{scheme}://{who}localhost:{port}"

    def letters(self, to: str = "") -> list[EmailMessage]:
        files = (message_from_bytes(file.read_bytes(), policy=policy.default) for file in sorted(self.folder.glob("*.eml")))
        return [letter for letter in files if to in ("", letter["To"])]


@contextlib.contextmanager
def opened(folder: Path, scheme: str = "smtp", certificate: Path | None = None) -> Iterator[PostOffice]:
    folder.mkdir(exist_ok=True)
    command = [sys.executable, "-W", "ignore", "-m", "tests.post_office", str(folder), scheme, *([str(certificate)] if certificate else [])]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        try:
            yield PostOffice(folder, scheme, json.loads(child.stdout.readline()))
        finally:
            child.terminate()


class Keeping:
    def __init__(self, folder: Path):
        self.folder, self.put_off, self.taken = folder, set(), 0

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list) -> str:  # noqa: N802
        if address.startswith("rechazada"):
            return "550 5.1.1 no such person"
        if address.startswith("luego") and address not in self.put_off:
            self.put_off.add(address)
            return "451 4.7.1 come back later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.taken += 1
        draft = self.folder / f"{self.taken:04}.part"
        draft.write_bytes(envelope.content)
        draft.rename(draft.with_suffix(".eml"))
        return "250 OK"


def is_postman(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    return AuthResult(success=data == LoginPassword(USER.encode(), PASSWORD.encode()), handled=False)


async def serve(folder: Path, scheme: str, certificate: str | None) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    if certificate:
        context.load_cert_chain(certificate)
    options: dict[str, Any] = {}
    if scheme != "smtp":
        options = {"authenticator": is_postman, "auth_required": True, "auth_require_tls": scheme == "starttls"}
    if scheme == "starttls":
        options |= {"tls_context": context, "require_starttls": True}
    loop, keeping = asyncio.get_running_loop(), Keeping(folder)
    server = await loop.create_server(
        lambda: SMTP(keeping, hostname="localhost", **options), "127.0.0.1", 0, ssl=context if scheme == "smtps" else None
    )
    print(json.dumps(server.sockets[0].getsockname()[1]), flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), sys.argv[2], sys.argv[3] if len(sys.argv) > 3 else None))
