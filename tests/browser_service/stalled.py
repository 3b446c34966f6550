"""`python -m tests.browser_service.stalled FD`: a warden whose session ends while its network hangs.

A portal sends more than the browser reads, and the browser more than the portal reads: neither end of the tunnel can be emptied. A name is
being looked up that takes longer than anybody waits.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import sys
import time
from ipaddress import ip_network
from pathlib import Path

from services.browser import warden
from services.browser.egress import Egress
from services.browser.portals import reach_of

PORTAL, SLOW = "sede.example", "lenta.example"
FLOOD = b"x" * (32 << 20)


async def flooded(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """The portal: never reads, and sends."""
    writer.write(FLOOD)
    with contextlib.suppress(OSError, asyncio.CancelledError):
        await writer.drain()


def slow_lookup(*question: object, **more: object) -> list:
    """What a name server does that does not answer."""
    time.sleep(3600)
    return []


class Stalled(warden.Session):
    async def run(self, key: bytearray) -> None:
        Path(self.setup["folder"]).mkdir()
        there = await asyncio.start_server(flooded, "127.0.0.1", 0)
        port = there.sockets[0].getsockname()[1]
        portals = [{"name": "Sede", "actions": [{"kind": "access", "url": f"https://{PORTAL}:{port}/"}], "hosts": [SLOW]}]
        egress = Egress(reach_of(portals), b"", (ip_network("127.0.0.0/8"),), {PORTAL: "127.0.0.1"}, self.heard_of)
        door = Path(self.setup["folder"]) / "egress.sock"
        await egress.serve(str(door))
        socket.getaddrinfo = slow_lookup  # type: ignore[assignment]
        _, asking = await asyncio.open_unix_connection(str(door))
        asking.write(f"CONNECT {SLOW}:443 HTTP/1.1\r\n\r\n".encode())
        reading, browser = await asyncio.open_unix_connection(str(door))
        browser.write(f"CONNECT {PORTAL}:{port} HTTP/1.1\r\n\r\n".encode())
        await reading.readline()
        browser.write(FLOOD)
        reading._transport.pause_reading()  # type: ignore[attr-defined]
        self.tell("ready", screen="none")
        asyncio.get_running_loop().add_reader(self.service, self.hear)
        while not self.because:
            await asyncio.sleep(0.05)


if __name__ == "__main__":
    warden.main(int(sys.argv[1]), Stalled)
