"""The private servers for real: two pairs side by side, on one machine, killed and started again."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import psycopg2
import pytest
from kombu import Connection, Consumer, Message, Queue

from deploy.private_servers import PrivateServers, ServerFailed, private_servers
from deploy.private_servers.postgresql import PostgreSQL

KEPT = Queue("kept", durable=True, queue_arguments={"x-queue-type": "quorum"})


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A folder that the database's user can enter; pytest's own are closed to others."""
    with tempfile.TemporaryDirectory(prefix="casillero-servers-") as made:
        Path(made).chmod(0o755)
        yield Path(made)


@pytest.fixture(scope="module")
def pair(folder: Path) -> Iterator[list[PrivateServers]]:
    with ExitStack() as running, ThreadPoolExecutor(2) as pool:
        yield list(pool.map(running.enter_context, [private_servers(folder / "one"), private_servers(folder / "two")]))


def publish(url: str, body: str) -> None:
    with Connection(url, transport_options={"confirm_publish": True}) as connection:
        connection.Producer().publish(body, routing_key=KEPT.name, declare=[KEPT], delivery_mode=2, mandatory=True)


def take(url: str, count: int = 1) -> list[str]:
    taken: list[str] = []

    def keep(body: str, message: Message) -> None:
        taken.append(body)
        message.ack()

    with Connection(url) as connection, Consumer(connection, KEPT, callbacks=[keep]):
        while len(taken) < count:
            connection.drain_events(timeout=30)
    return taken


def ask(url: str, query: str) -> object:
    connection = psycopg2.connect(url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(query)
        answer = cursor.fetchone()[0] if cursor.description else None
    connection.close()
    return answer


def is_running(pid: int) -> bool:
    """A process that has ended, but that nobody has waited for yet, has no environment any more."""
    try:
        return bool(Path(f"/proc/{pid}/environ").read_bytes())
    except OSError:
        return False


def test_a_confirmed_message_survives_a_killed_broker(pair: list[PrivateServers]) -> None:
    servers = pair[0]
    publish(servers.amqp_url, "the first, which makes the queue")
    servers.restart_rabbitmq()
    publish(servers.amqp_url, "a notice")
    servers.kill_rabbitmq()
    servers.start_rabbitmq()
    assert take(servers.amqp_url, 2) == ["the first, which makes the queue", "a notice"]


def test_committed_rows_survive_a_crash_of_the_database(pair: list[PrivateServers]) -> None:
    servers = pair[0]
    ask(servers.postgres_admin_url, "create table kept as select 7 as value")
    servers.restart_postgresql(mode="immediate")
    assert ask(servers.postgres_admin_url, "select value from kept") == 7


def test_two_runs_side_by_side_share_nothing(pair: list[PrivateServers]) -> None:
    one, two = pair
    publish(two.amqp_url, "of the second")
    assert take(two.amqp_url) == ["of the second"]
    assert [ask(each.postgres_admin_url, "select 1") for each in pair] == [1, 1]
    assert not set(one.pids.values()) & set(two.pids.values())
    assert len({one.amqp_url, two.amqp_url, one.postgres_admin_url, two.postgres_admin_url}) == 4


def test_a_folder_has_one_run_at_a_time(pair: list[PrivateServers], folder: Path) -> None:
    with pytest.raises(ServerFailed, match="Another run owns"), private_servers(folder / "one"):
        pass


def test_everything_listens_on_loopback_only(pair: list[PrivateServers]) -> None:
    pids = {pid for servers in pair for pid in servers.pids.values()}
    inodes = {
        link.rpartition("[")[2].rstrip("]")
        for pid in pids
        for fd in Path(f"/proc/{pid}/fd").iterdir()
        if (link := os.readlink(fd)).startswith("socket")
    }
    rows = [line.split() for table in ("tcp", "tcp6") for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]]
    addresses = {row[1].partition(":")[0] for row in rows if row[3] == "0A" and row[9] in inodes}
    assert addresses <= {"0100007F", "00000000000000000000000001000000"}
    assert "0100007F" in addresses


def test_nothing_of_ours_runs_after_the_end(folder: Path) -> None:
    with private_servers(folder / "three") as servers:
        pids = servers.pids
        assert sorted(pids) == ["epmd", "postgresql", "rabbitmq"]
        assert all(is_running(pid) for pid in pids.values())
    assert not any(is_running(pid) for pid in pids.values())


def test_a_database_below_a_closed_folder_works_all_the_same(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    database = PostgreSQL(tmp_path)
    database.start()
    try:
        assert ask(database.admin_url, "select 1") == 1
    finally:
        database.stop()
        shutil.rmtree((tmp_path / "postgresql").resolve())


@pytest.mark.full
def test_servers_left_by_a_killed_run_are_ended_by_the_next(folder: Path) -> None:
    words = [sys.executable, "-m", "deploy.private_servers", "--data", str(folder / "four")]
    run = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    told = "".join(iter(run.stdout.readline, "Ctrl-C stops both; their data stay.\n"))
    left = [int(path.read_text()) for path in (folder / "four").glob("*.pid")]
    run.send_signal(signal.SIGKILL)
    run.wait()
    assert len(left) == 3 and all(is_running(pid) for pid in left)
    with private_servers(folder / "four") as servers:
        assert not any(is_running(pid) for pid in left)
        assert servers.amqp_url not in told
    assert re.findall(r"export (CASILLERO_\w+)=", told) == ["CASILLERO_BROKER_URL", "CASILLERO_MIGRATE_URL", "CASILLERO_DATABASE_URL"]
