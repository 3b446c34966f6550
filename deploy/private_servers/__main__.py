"""`python -m deploy.private_servers` (`make services`): both servers in the foreground until Ctrl-C, and the settings that use them."""

from __future__ import annotations

import json
import signal
import sys
import threading
from pathlib import Path

import click

from deploy.debian_packages import ensure_packages

from . import PrivateServers, ServerFailed, private_servers


@click.command()
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("var/servers"),
    show_default=True,
    help="Folder of the servers' files; the same folder brings the same data back.",
)
@click.option(
    "--ready-file", type=click.Path(path_type=Path, dir_okay=False), help="Written when both are up: addresses and process ids, as JSON."
)
def main(data: Path, ready_file: Path | None) -> None:
    """Run RabbitMQ and PostgreSQL on free loopback ports until Ctrl-C, and stop exactly these."""
    ensure_packages("rabbitmq-server", "postgresql")
    over = threading.Event()
    for asked_to_end in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(asked_to_end, lambda *_: over.set())
    print("Starting RabbitMQ and PostgreSQL (about 10 seconds) ...", flush=True)
    try:
        with private_servers(data) as servers:
            print(announcement(servers), flush=True)
            if ready_file:
                write_ready_file(ready_file, servers)
            over.wait()
            print("Stopping both ...", flush=True)
    except ServerFailed as failure:
        sys.exit(str(failure))
    finally:
        if ready_file:
            ready_file.unlink(missing_ok=True)


def announcement(servers: PrivateServers) -> str:
    """The addresses, and the lines that make a shell's `casillero` use them. The braces stand for each service's own role."""
    of_services = servers.postgres_admin_url.replace("postgres@", "{service}@", 1)
    return "\n".join(
        (
            f"RabbitMQ    {servers.amqp_url}",
            f"PostgreSQL  {servers.postgres_admin_url}",
            "",
            f"export CASILLERO_BROKER_URL='{servers.amqp_url}'",
            f"export CASILLERO_MIGRATE_URL='{servers.postgres_admin_url}'",
            f"export CASILLERO_DATABASE_URL='{of_services}'",
            "",
            "Ctrl-C stops both; their data stay.",
        )
    )


def write_ready_file(path: Path, servers: PrivateServers) -> None:
    """Write it whole or not at all, for who waits for its appearance."""
    fresh = path.with_name(path.name + ".new")
    fresh.write_text(json.dumps({"amqp_url": servers.amqp_url, "postgres_admin_url": servers.postgres_admin_url, "pids": servers.pids}))
    fresh.rename(path)


if __name__ == "__main__":
    main()
