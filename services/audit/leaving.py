"""Checkpoints leave the host: as a line of the log, and of a file a tenant in the folder of the settings, best one of another machine.

A line that cannot be written is said and left at that: the next checkpoint of the same trail covers all that it covered.
"""

from __future__ import annotations

import os
from pathlib import Path

import structlog

from services.audit.checkpoint import Signed
from services.audit.entry import as_json
from services.chassis.logs import what_failed

log = structlog.get_logger()


def leave(checkpoint: Signed | None, folder: Path | None) -> None:
    """One that was just made; None: there was nothing new to sign."""
    if checkpoint is None:
        return
    log.info("trail_signed", **checkpoint.to_wire())
    if folder is None:
        return
    try:
        append_line(folder / f"{checkpoint.tenant_id}.jsonl", as_json(checkpoint.to_wire()) + b"\n")
    except OSError as error:
        log.error("checkpoint_not_written", tenant_id=checkpoint.tenant_id, size=checkpoint.size, error=what_failed(error))


def append_line(path: Path, line: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644), "ab", buffering=0) as file:
        file.write(line)
        os.fsync(file.fileno())
