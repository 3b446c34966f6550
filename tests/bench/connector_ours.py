"""Our connector, its key in memory, as a sync worker uses it: under eventlet, several in flight, an identity for each check."""

from __future__ import annotations

import warnings

warnings.filterwarnings("ignore", "(?s).*Eventlet is deprecated")

import eventlet  # noqa: E402

eventlet.monkey_patch()

import sys  # noqa: E402  (eventlet must patch before anything else is imported)

from eventlet.greenpool import GreenPool  # noqa: E402

from services.mailbox_sync.connecting import BodySettings, Mailbox  # noqa: E402
from services.mailbox_sync.connectors import connector_for  # noqa: E402
from services.mailbox_sync.identity import Identity  # noqa: E402
from tests.bench.connector_setup import IN_FLIGHT, NOTICES, WARM, Setup, report  # noqa: E402


def main(folder: str, checks: int) -> None:
    setup = Setup.read(folder)
    connector = connector_for("dehu", BodySettings(setup.url))

    def check(number: int) -> None:
        holder = setup.holder(number)
        identity = Identity(holder.key, [holder.certificate], setup.ca_file)
        [page] = connector.pages(Mailbox("dehu", "own_certificate", holder.tax_id, holder.name), identity)
        identity.wipe()
        assert len(page.notices) == NOTICES

    pool = GreenPool(IN_FLIGHT)
    list(pool.imap(check, range(WARM)))
    with report(checks):
        list(pool.imap(check, range(checks)))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
