"""The same signed LEMA exchange by aiohttp on asyncio's own loop: the same signing, TLS with each client's certificate, the answer parsed.

It announces the body and waits for 100, as LEMA demands (specification v3.0, section 2.2). With `verified` it also checks the answer's
signature and reads its rows as we do; without, it counts the rows in the XML.
"""

from __future__ import annotations

import asyncio
import ssl
import sys
from datetime import UTC, datetime

import aiohttp
from lxml import etree

from services.mailbox_sync import soap, ws_security
from services.mailbox_sync.connecting import BodySettings, Mailbox
from services.mailbox_sync.connectors import dehu
from services.mailbox_sync.identity import Identity
from tests.bench.connector_setup import IN_FLIGHT, NOTICES, WARM, Holder, Setup, report

HEADERS = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"{dehu.ACTION}"'}


async def check(setup: Setup, holder: Holder, verified: bool) -> None:
    mailbox = Mailbox("dehu", "own_certificate", holder.tax_id, holder.name)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(setup.ca_file)
    context.load_cert_chain(holder.pem_file)
    identity = Identity(holder.key, [holder.certificate], setup.ca_file)
    message = dehu._message(mailbox, 1, identity, BodySettings(setup.url), datetime.now(UTC))
    async with (
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=context)) as session,
        session.post(setup.url + dehu.PATH, data=message, headers=HEADERS, expect100=True) as answer,
    ):
        received = await answer.read()
    assert answer.status == 200
    assert (rows_verified(received, mailbox) if verified else rows_counted(received)) == NOTICES


def rows_verified(received: bytes, mailbox: Mailbox) -> int:
    envelope = soap.parse(received)
    ws_security.verify(envelope, datetime.now(UTC))
    fields = dehu._answer_fields(soap.Answer(200, envelope, envelope[1][0], ""), mailbox.via)
    return len(dehu._read_page(fields, mailbox, "").notices)


def rows_counted(received: bytes) -> int:
    return len(list(etree.fromstring(received).iter("{*}item")))


async def main(folder: str, checks: int, verified: bool) -> None:
    setup, free = Setup.read(folder), asyncio.Semaphore(IN_FLIGHT)

    async def one(number: int) -> None:
        async with free:
            await check(setup, setup.holder(number), verified)

    await asyncio.gather(*(one(number) for number in range(WARM)))
    with report(checks):
        await asyncio.gather(*(one(number) for number in range(checks)))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), sys.argv[3] == "verified"))
