"""A firm's own copy: a ZIP of JSON lines, one file a table, with a manifest that says what each holds and its digest.

    manifest.json              {firm, made_at, files: [{name, rows, sha256, says, columns: {name: type}, left_out: [name…]}]}
    <service>/<table>.jsonl    a row a line
    audit/trail.jsonl          the trail as its verifier reads it

Nothing is held in memory. The file is its owner's alone (0600), and gets its name when it is whole.
"""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from services.contracts.message import utc_now

Json = dict[str, Any]


class Archive:
    """`with Archive(path, firm) as archive:`; whatever goes wrong inside leaves no file."""

    def __init__(self, path: Path, firm: Json):
        self.path, self.part = path, path.with_name(f"{path.name}.part")
        self.manifest: Json = {"firm": firm, "made_at": utc_now().isoformat(), "files": []}

    def __enter__(self) -> Self:
        self.part.unlink(missing_ok=True)
        descriptor = os.open(self.part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self.file = os.fdopen(descriptor, "wb")
        self.zip = zipfile.ZipFile(self.file, "w", zipfile.ZIP_DEFLATED)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if kind is None:
            self.zip.writestr("manifest.json", json.dumps(self.manifest, ensure_ascii=False, indent=1))
        self.zip.close()
        self.file.close()
        if kind is None:
            self.part.rename(self.path)
        else:
            self.part.unlink()

    def add_table(self, service: str, table: Json, rows: Iterable[Json]) -> int:
        """`table` as a service describes it; → how many rows there were."""
        lines = (json.dumps(row, ensure_ascii=False) for row in rows)
        about = {name: table[name] for name in ("says", "columns", "left_out")}
        return self.add_lines(f"{service}/{table['table']}.jsonl", lines, about)

    def add_lines(self, name: str, lines: Iterable[str], about: Json | None = None) -> int:
        digest, count = hashlib.sha256(), 0
        with self.zip.open(name, "w", force_zip64=True) as entry:
            for line in lines:
                written = f"{line}\n".encode()
                digest.update(written)
                entry.write(written)
                count += 1
        self.manifest["files"].append({"name": name, "rows": count, "sha256": digest.hexdigest()} | (about or {}))
        return count
