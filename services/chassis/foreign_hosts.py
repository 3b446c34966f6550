"""Asking a host that a firm named, not we: its sign-in provider, and whatever else a tenant may point us at.

Situation: who names a host could name our own database, the cloud's metadata address, or a printer of the network behind us. So a name is
resolved once, every address it has must be public (or in a network that the operator allowed), and the connection goes to one of those
very addresses, under the name's certificate.

Traps: a name that resolves anew between check and use (hence the one look-up); an IPv6 address that wraps a private IPv4 one; a redirect
to somewhere else (never followed); a host that drips its answer for ever (hence a limit for all of it, and one for its size).

Invariant: nothing is sent before the address was judged.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import SplitResult, urlencode, urlsplit

import eventlet
import urllib3
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError

from services.chassis.database import outside_units
from services.chassis.public_addresses import Address, is_public, unwrapped
from services.chassis.settings import Settings
from services.contracts.sentences import said

PATIENCE_S: Final = 10
LARGEST: Final = 512 * 1024
AGENT: Final = "Casillero"


class HostRefused(Exception):
    """We will not ask there: no https, no such name, or an address that is not public. The text is a plain sentence."""


class HostAway(Exception):
    """It did not answer as a host that is well does: unreachable, too slow, too large, a redirect, a certificate that is not its own."""


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes


@dataclass(frozen=True)
class Question:
    method: str
    parts: SplitResult
    headers: Mapping[str, str]
    body: bytes | None = None

    @property
    def path(self) -> str:
        return (self.parts.path or "/") + (f"?{self.parts.query}" if self.parts.query else "")


class ForeignHosts:
    """One a process."""

    def __init__(self, settings: Settings, patience_s: float = PATIENCE_S):
        self.networks = settings.networks_trusted
        self.patience_s = patience_s
        self.tls = ssl.create_default_context()
        if settings.trusted_ca_file:
            self.tls.load_verify_locations(settings.trusted_ca_file)

    def get(self, url: str) -> Answer:
        """Raises HostRefused and HostAway."""
        return self._ask(Question("GET", checked_url(url), {}))

    def post(self, url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> Answer:
        """The same, sending a form."""
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._ask(Question("POST", checked_url(url), {**headers, **kind}, urlencode(form).encode()))

    def _ask(self, question: Question) -> Answer:
        outside_units("asking a foreign host")
        name = question.parts.hostname
        try:
            with eventlet.Timeout(self.patience_s):
                for address in self._addresses(question.parts):
                    try:
                        return self._ask_at(address, question)
                    except (NewConnectionError, ConnectTimeoutError):
                        continue
        except (HTTPError, OSError, eventlet.Timeout) as error:
            raise HostAway(said("{name} no responde ({error}).", name=name, error=type(error).__name__)) from error
        raise HostAway(said("{name} no responde.", name=name))

    def _addresses(self, parts: SplitResult) -> list[str]:
        """All that the name has, each judged before any is used."""
        try:
            found = socket.getaddrinfo(parts.hostname, parts.port or 443, type=socket.SOCK_STREAM)
        except (socket.gaierror, UnicodeError) as error:
            raise HostRefused(said("No existe ningún servidor con el nombre {host}.", host=parts.hostname)) from error
        addresses = list(dict.fromkeys(str(entry[4][0]).partition("%")[0] for entry in found))
        if not all(self.allows(ipaddress.ip_address(address)) for address in addresses):
            raise HostRefused(
                said("{host} está en una red privada. Solo se pregunta a servidores de la internet pública.", host=parts.hostname)
            )
        return addresses

    def allows(self, address: Address) -> bool:
        inner = unwrapped(address)
        return is_public(inner) or any(inner in network for network in self.networks)

    def _ask_at(self, address: str, question: Question) -> Answer:
        """At this address and no other, whatever the name means by now."""
        name, port = str(question.parts.hostname), question.parts.port or 443
        own = {"Host": question.parts.netloc, "User-Agent": AGENT, "Accept": "application/json", "Accept-Encoding": "identity"}
        pool = urllib3.HTTPSConnectionPool(address, port, ssl_context=self.tls, server_hostname=name, assert_hostname=name, retries=False)
        options: dict[str, Any] = {"redirect": False, "preload_content": False, "timeout": self.patience_s}
        with pool:
            answer = pool.urlopen(question.method, question.path, question.body, {**own, **question.headers}, **options)
            content = answer.read(LARGEST + 1, decode_content=False)
            answer.close()
        if 300 <= answer.status < 400 or answer.status >= 500:
            raise HostAway(said("{name} responde con el código {status}.", name=name, status=answer.status))
        if len(content) > LARGEST:
            raise HostAway(said("{name} responde con más de lo que leemos.", name=name))
        return Answer(answer.status, content)


def checked_url(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        is_plain = parts.scheme == "https" and bool(parts.hostname) and not parts.username and (parts.port or 443) > 0
    except ValueError:
        is_plain = False
    if not is_plain or not url.isascii() or any(character.isspace() for character in url):
        raise HostRefused(said("La dirección no es una dirección https."))
    return parts
