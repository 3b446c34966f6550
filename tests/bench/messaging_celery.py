"""Celery: a publisher and a worker process, quorum queue, confirms, late acknowledgement, no results. Publisher and worker are children."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from celery import Celery
from kombu import Queue

app = Celery("bench", broker=os.environ.get("BENCH_BROKER", ""))
app.conf.update(
    task_queues=[Queue("bench.celery", routing_key="bench.celery", durable=True, queue_arguments={"x-queue-type": "quorum"})],
    task_default_queue="bench.celery",
    task_default_queue_type="quorum",
    task_default_exchange_type="topic",
    broker_transport_options={"confirm_publish": True},
    worker_detect_quorum_queues=True,
    broker_connection_retry_on_startup=True,
    task_acks_late=True,
    task_ignore_result=True,
    worker_prefetch_multiplier=100,
)
SEEN = Path(os.environ.get("BENCH_SEEN", os.devnull))
BODY = {"name": "entry 1234", "padding": "x" * 350}  # About as long as one of our envelopes.


@app.task(name="consume")
def consume(body: dict, is_last: bool) -> None:
    if is_last:
        SEEN.write_text(str(time.time()))


def rate(url: str, count: int, folder: Path) -> float:
    """Tasks a second from the first publish to the end of the last task."""
    seen = folder / "celery.seen"
    env = os.environ | {"BENCH_BROKER": url, "BENCH_SEEN": str(seen)}
    with (folder / "celery.log").open("wb") as log:
        worker = subprocess.Popen(
            [sys.executable, "-m", "celery", "-A", __name__, "worker", "--pool", "solo", "--without-gossip", "--without-mingle"],
            env=env,
            stdout=log,
            stderr=log,
        )
    try:
        published(env, seen, 1)  # The worker is up when it has done one task.
        return published(env, seen, count)
    finally:
        worker.terminate()
        worker.wait()


def published(env: dict[str, str], seen: Path, count: int) -> float:
    seen.unlink(missing_ok=True)
    began = float(subprocess.run([sys.executable, "-m", __name__, str(count)], env=env, check=True, capture_output=True, text=True).stdout)
    while not (seen.exists() and seen.read_text()):
        time.sleep(0.01)
    return count / (float(seen.read_text()) - began)


def publish(count: int) -> None:
    with app.producer_or_acquire() as producer:
        began = time.time()
        for number in range(count):
            consume.apply_async((BODY, number == count - 1), producer=producer)
    print(began)


if __name__ == "__main__":
    publish(int(sys.argv[1]))
