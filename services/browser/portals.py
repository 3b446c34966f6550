"""What the portals of a session mean for its browser: which hosts it may reach, on which ports, and where it shows the certificate.

A host stands for itself and every name below it. `portals`: as `mailbox_sync.portals` answers them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

Json = dict[str, Any]
HTTPS = 443


@dataclass(frozen=True)
class Reach:
    """The hosts (lower case) that may be reached, and the ports: https' own and those that some address names."""

    hosts: frozenset[str]
    ports: frozenset[int]

    def allows(self, host: str, port: int) -> bool:
        name = host.lower().rstrip(".")
        return port in self.ports and any(name == allowed or name.endswith(f".{allowed}") for allowed in self.hosts)


def addresses_of(portals: Iterable[Json]) -> list[str]:
    return [action["url"] for portal in portals for action in portal["actions"]]


def reach_of(portals: list[Json]) -> Reach:
    parts = [urlsplit(address) for address in addresses_of(portals)]
    named = {part.hostname for part in parts if part.hostname}
    return Reach(
        hosts=frozenset({host.lower() for portal in portals for host in portal["hosts"]} | named),
        ports=frozenset({HTTPS} | {part.port for part in parts if part.port}),
    )
