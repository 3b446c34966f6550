"""An export as the service would write it, of invented entries, without a service: for tests that spoil it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from deploy import audit_verifier
from services.audit import tree
from services.audit.checkpoint import TrailKeys
from services.audit.entry import as_json, digest
from services.audit.exporting import entry_line
from services.contracts.message import new_id

TENANT = "01900000-0000-7000-8000-000000000001"
BEGAN = datetime(2026, 11, 24, 8, 0, 0, 123456, tzinfo=UTC)
KEYS = TrailKeys({"k1": bytes(range(32))})
DETAILS = st.dictionaries(st.text(max_size=8), st.integers() | st.booleans() | st.text(max_size=8) | st.none(), max_size=3)


def entry(seq: int, **more: Any) -> dict[str, Any]:
    plain = {"id": new_id(), "act": "clients.clients_changed", "user_id": "u", "subject": "señal «ñ»", "detail": {"version": seq}}
    return plain | {"seq": seq, "tenant_id": TENANT, "at": BEGAN + timedelta(seconds=seq)} | more


def checkpoint(entries: list[dict], size: int) -> dict[str, Any]:
    leaves = [bytes.fromhex(digest(one)) for one in entries[:size]]
    root = tree.root(size, lambda level, number: tree.fold(leaves[number << level : (number + 1) << level]))
    return KEYS.sign(TENANT, size, root.hex(), BEGAN + timedelta(hours=size)).to_wire()


def export(entries: list[dict], signed_at: tuple[int, ...] = ()) -> list[bytes]:
    """The lines; a checkpoint stands after each of these sizes and at the end."""
    size = len(entries)
    head = {"audit_export": 1, "tenant_id": TENANT, "size": size, "keys": KEYS.published(), "fault": None}
    lines = [as_json(head | {"checkpoint": checkpoint(entries, size)})]
    for number, one in enumerate(entries, 1):
        lines.append(entry_line(one | {"digest": digest(one)}))
        if number in (*signed_at, size):
            lines.append(as_json({"checkpoint": checkpoint(entries, number)}))
    return lines


def entries_of(lines: list[bytes]) -> list[int]:
    """Where among the lines the entries stand."""
    return [at for at, line in enumerate(lines) if line.startswith(b'{"digest"')]


def verify(folder: Path, lines: list[bytes], *words: str) -> int:
    """The exit status of the verifier."""
    file = folder / "export.jsonl"
    file.write_bytes(b"".join(line + b"\n" for line in lines))
    return audit_verifier.main([str(file), "--public-key", KEYS.public("k1"), *words])


def kept(folder: Path, *checkpoints: dict) -> str:
    file = folder / "kept.jsonl"
    file.write_text("".join(json.dumps(one) + "\n" for one in checkpoints))
    return str(file)
