"""JSON logs with the call, the event and our own ids; never a tax id, a name or a subject (a canary test looks for them)."""

from __future__ import annotations

import logging
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import structlog

log = structlog.get_logger()


def configure(level: str, *, to_file: str | None = None) -> None:
    """Everything on standard error, or in a file: one JSON object a line."""
    warnings.filterwarnings("ignore", category=DeprecationWarning, module="eventlet")
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter], logger_factory=structlog.stdlib.LoggerFactory()
    )
    handler = logging.FileHandler(to_file) if to_file else logging.StreamHandler()
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processor=structlog.processors.JSONRenderer(), foreign_pre_chain=shared))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for noisy in ("amqp", "kombu", "urllib3"):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, logging.getLevelName(level)))
    # Nameko would log an exception with its text, which may quote what a person typed; the entrypoints log what failed and where.
    logging.getLogger("nameko").setLevel(logging.CRITICAL)


def what_failed(error: BaseException) -> str:
    """The kind of error and the last place of our own code it came through; never its text, which may quote a tax id or a name."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "site-packages" not in frame.filename] or frames
    where = f" at {Path(ours[-1].filename).name}:{ours[-1].lineno} {ours[-1].name}" if ours else ""
    return f"{type(error).__name__}{where}"


@contextmanager
def left_for_the_next_turn(what: str, **whose: Any) -> Iterator[None]:
    """A fault inside is written down, as an error called `what`, and stops nothing else of a loop that comes round again."""
    try:
        yield
    except Exception as error:
        log.error(what, **whose, error=what_failed(error))
