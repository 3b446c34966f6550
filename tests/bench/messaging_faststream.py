"""FastStream in one process: publishes with confirms to a quorum queue and consumes from it. Runs as a child, because it needs asyncio."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time

from faststream.rabbit import RabbitBroker, RabbitQueue
from faststream.rabbit.schemas.queue import QueueType

QUEUE = RabbitQueue("bench.faststream", queue_type=QueueType.QUORUM, durable=True)
BODY = {"name": "entry 1234", "padding": "x" * 350}  # About as long as one of our envelopes.


def rate(url: str, count: int, at_once: int) -> float:
    """Messages a second from the first publish to the last message consumed; `at_once` publishes wait for their confirms together."""
    command = [sys.executable, "-m", __name__, url, str(count), str(at_once)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


async def measure(url: str, count: int, at_once: int) -> float:
    broker = RabbitBroker(url, logger=None)
    all_consumed = asyncio.Event()
    consumed = 0

    @broker.subscriber(QUEUE)
    async def consume(body: dict) -> None:
        nonlocal consumed
        consumed += 1
        if consumed == count:
            all_consumed.set()

    await broker.start()
    began = time.perf_counter()
    for _ in range(0, count, at_once):
        await asyncio.gather(*(broker.publish(BODY, QUEUE, persist=True) for _ in range(at_once)))
    await all_consumed.wait()
    took_s = time.perf_counter() - began
    await broker.stop()
    return count / took_s


if __name__ == "__main__":
    print(asyncio.run(measure(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))))
