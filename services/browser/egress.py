"""The only way out of a sandbox: an HTTP proxy on a Unix socket that tunnels to the hosts of the portals, and serves the start page.

It never looks into a tunnel, because the browser identifies itself to the portal itself (a proxy that ends TLS could not). What is not on
the list gets 403 and a name is resolved once: each address it has must be public, or in a network that the operator trusts, and the tunnel
goes to one of those very addresses. Every host that is reached is told, before anything is said to it.
Trap: a tunnel whose one end has closed must not stay half open, or the file descriptors of a session run out.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from services.browser.portals import Reach
from services.chassis.public_addresses import Address, Network, is_public, unwrapped

START_HOST: Final = "inicio.sesion"
HEAD_MOST: Final = 64 * 1024
PATIENCE_S: Final = 15
CHUNK: Final = 64 * 1024
TUNNELS_MOST: Final = 256


class Refused(Exception):
    """Not on the list, or not where a public site is."""


@dataclass
class Egress:
    """`elsewhere`: hosts that are at another address than the DNS says.

    `told` is called with the host of each tunnel, in small letters and without a last dot: one host has one name in the trail.
    """

    reach: Reach
    start_page: bytes
    networks: tuple[Network, ...] = ()
    elsewhere: dict[str, str] = field(default_factory=dict)
    told: Callable[[str], None] = lambda host: None

    def __post_init__(self) -> None:
        self._tunnels = asyncio.Semaphore(TUNNELS_MOST)

    async def serve(self, path: str) -> asyncio.Server:
        return await asyncio.start_unix_server(self.answer, path, limit=HEAD_MOST)

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with self._tunnels:
                head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE_S)
                method, target = head.split(b"\r\n", 1)[0].decode("latin-1").split(" ")[:2]
                if method == "CONNECT":
                    await self._tunnel(target, reader, writer)
                else:
                    writer.write(self._plain(method, target))
                    await writer.drain()
        except (OSError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, asyncio.CancelledError):
            # A browser that hangs up, or does not speak HTTP, is told nothing; nor is anybody at the end of the session.
            return
        finally:
            await closed(writer)

    def _plain(self, method: str, target: str) -> bytes:
        """Without TLS there is the start page and nothing else."""
        host, _, path = target.removeprefix("http://").partition("/")
        if method in ("GET", "HEAD") and host == START_HOST and target.startswith("http://"):
            return response("200 OK", self.start_page) if not path else response("404 Not Found", b"")
        return response("403 Forbidden", b"")

    async def _tunnel(self, target: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        name, _, port = target.rpartition(":")
        host = name.strip("[]").lower().rstrip(".")
        try:
            there = await self._connected(host, int(port))
        except (Refused, OSError, TimeoutError) as error:
            writer.write(response("403 Forbidden" if isinstance(error, Refused) else "502 Bad Gateway", b""))
            await writer.drain()
            return
        self.told(host)
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        try:
            await asyncio.gather(copied(reader, there[1]), copied(there[0], writer))
        finally:
            await closed(there[1])

    async def _connected(self, host: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if not self.reach.allows(host, port):
            raise Refused(host)
        for address in await self._addresses(host, port):
            with contextlib.suppress(OSError, TimeoutError):
                return await asyncio.wait_for(asyncio.open_connection(address, port), PATIENCE_S)
        raise OSError(f"{host} does not answer")

    async def _addresses(self, host: str, port: int) -> list[str]:
        if host in self.elsewhere:
            found = [self.elsewhere[host]]
        else:
            looked_up = asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found = list(dict.fromkeys(str(entry[4][0]).partition("%")[0] for entry in await asyncio.wait_for(looked_up, PATIENCE_S)))
        if not found or not all(self._may_be_at(ipaddress.ip_address(address)) for address in found):
            raise Refused(host)
        return found

    def _may_be_at(self, address: Address) -> bool:
        inner = unwrapped(address)
        return is_public(inner) or any(inner in network for network in self.networks)


def response(status: str, body: bytes) -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {len(body)}\r\nConnection: close\r\n"
    return f"{head}Cache-Control: no-store\r\n\r\n".encode() + body


async def copied(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Until one side has nothing more to say, which the other side is then told."""
    with contextlib.suppress(OSError):
        while chunk := await reader.read(CHUNK):
            writer.write(chunk)
            await writer.drain()
    await closed(writer)


async def closed(writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        writer.close()
        await writer.wait_closed()
