"""How the demo and the tests speak to a running sandbox, and how they start one.

Standard library only, and no proxy from the environment: the sandbox is on loopback.
"""

from __future__ import annotations

import base64
import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import ProxyHandler, Request, build_opener

_CHECKOUT = Path(__file__).resolve().parents[2]
_OFFICE = {"code": "E00127504", "name": "Agencia Estatal de Administración Tributaria"}
_ROOT_OFFICE = {"code": "E00003301", "name": "Ministerio de Hacienda"}


class SandboxRefused(RuntimeError):
    """The side door answered an error; the message is its own."""


class Sandbox:
    """The side door of the sandbox at `control_url`. `url` and `ca_file` are those of the ready file, when it is known."""

    def __init__(self, control_url: str, url: str = "", ca_file: str = "") -> None:
        self.control_url, self.url, self.ca_file = control_url, url, ca_file
        self._opener = build_opener(ProxyHandler({}))

    def notice(self, holder_tax_id: str, holder_name: str, subject: str, *, body: str = "dehu", **more: Any) -> str:
        """Puts a notice in a mailbox, with a plain issuer unless `more` names one; its reference."""
        told = {"kind": "notification", "issuer": _OFFICE, "issuer_root": _ROOT_OFFICE} | more
        moments = {name: told[name].isoformat() for name in ("available_at", "expires_at") if isinstance(told.get(name), datetime)}
        named = {"body": body, "holder_tax_id": holder_tax_id, "holder_name": holder_name, "subject": subject}
        return self._call("POST", "notices", named | told | moments)["reference"]

    def notices(self, **filters: str) -> list[dict[str, Any]]:
        """What the mailboxes hold, with states."""
        return self._call("GET", "notices", filters)["items"]

    def many(self, holder_tax_ids: Iterable[str], per_holder: int, *, seed: int = 1, body: str = "dehu") -> list[dict[str, str]]:
        """A reproducible load: `{holder_tax_id, reference}` of each notice planted; the same call again answers the same."""
        return self._call("POST", "many", {"body": body, "holder_tax_ids": list(holder_tax_ids), "per_holder": per_holder, "seed": seed})[
            "items"
        ]

    def acts(self, **filters: str) -> list[dict[str, str]]:
        return self._call("GET", "acts", filters)["items"]

    def requests(self, **filters: str) -> list[dict[str, Any]]:
        """Counts of requests; `by="holder_tax_id,answer"` names the fields of a row."""
        return self._call("GET", "requests", filters)["items"]

    def fault(self, kind: str, *, body: str = "dehu", **more: Any) -> None:
        self._call("POST", "faults", {"body": body, "kind": kind} | more)

    def clear_faults(self) -> None:
        self._call("DELETE", "faults", {})

    def clock(self, now: datetime | None = None) -> datetime:
        """Sets the sandbox's time when `now` is given; the time it is there."""
        answer = self._call("POST", "clock", {"now": now.isoformat()}) if now else self._call("GET", "clock", {})
        return datetime.fromisoformat(answer["now"])

    def elsewhere(self, reference: str, *, body: str = "dehu") -> None:
        self._call("POST", "elsewhere", {"body": body, "reference": reference})

    def certificate(self, tax_id: str, name: str, password: str, **more: Any) -> bytes:
        """A PKCS#12 file; `more`: company={tax_id, name}, days, encryption (modern, 3des, rc2), key (rsa2048, rsa4096, ec, shared)."""
        asked = {"tax_id": tax_id, "name": name, "password": password} | more
        return base64.b64decode(self._call("POST", "certificates", asked)["pkcs12_base64"])

    def registration(
        self, certificate_tax_id: str, holder_tax_ids: Iterable[str] = (), *, registered: bool = True, any_holder: bool = False
    ) -> None:
        """States anew for whom a certificate may ask besides itself: those named, or `any_holder`. Another holder is refused with 4101."""
        stated = {"registered": registered, "holder_tax_ids": list(holder_tax_ids), "any_holder": any_holder}
        self._call("POST", "registrations", {"certificate_tax_id": certificate_tax_id} | stated)

    def edicts(self, day: date, edicts: list[dict[str, Any]]) -> list[str]:
        return self._call("POST", "edicts", {"date": day.isoformat(), "edicts": edicts})["ids"]

    def settings(self, **changes: Any) -> dict[str, Any]:
        return self._call("POST", "settings", changes)

    def reset(self) -> None:
        """Empty again. Who may ask for whom stays, as the certificate authority does; what was unregistered is registered again."""
        self._call("POST", "reset", {})

    def _call(self, method: str, name: str, content: dict[str, Any]) -> dict[str, Any]:
        url = f"{self.control_url}/_control/{name}"
        if method == "POST":
            request = Request(url, json.dumps(content).encode(), {"Content-Type": "application/json"}, method=method)
        else:
            request = Request(f"{url}?{urlencode(content)}" if content else url, method=method)
        try:
            with self._opener.open(request, timeout=60) as answer:
                return json.load(answer)
        except HTTPError as refusal:
            raise SandboxRefused(f"{method} /_control/{name}: {json.load(refusal).get('error')}") from None


@contextlib.contextmanager
def started_sandbox(folder: Path, timeout_s: float = 120) -> Iterator[Sandbox]:
    """A sandbox of one's own, with its data under `folder`; ended by its process id. Raises RuntimeError with what it said if it fails."""
    folder.mkdir(parents=True, exist_ok=True)
    ready_file, log_file = folder / "ready.json", folder / "sandbox.log"
    ready_file.unlink(missing_ok=True)
    command = [sys.executable, "-m", "deploy.sandbox", "--data", str(folder), "--ready-file", str(ready_file), "--until-stdin-closes"]
    with log_file.open("wb") as log:
        child = subprocess.Popen(command, cwd=_CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=log)
    try:
        yield Sandbox(**_ready(child, ready_file, log_file, time.monotonic() + timeout_s))
    finally:
        _end(child)


def _ready(child: subprocess.Popen[bytes], ready_file: Path, log_file: Path, until: float) -> dict[str, str]:
    while not ready_file.exists():
        if child.poll() is not None or time.monotonic() > until:
            said = log_file.read_text(errors="replace").strip()
            raise RuntimeError(f"the sandbox did not start (exit status {child.returncode}): {said or 'it said nothing'}")
        time.sleep(0.02)
    return json.loads(ready_file.read_text())


def _end(child: subprocess.Popen[bytes]) -> None:
    child.terminate()
    try:
        child.wait(10)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
    if child.stdin:
        child.stdin.close()
