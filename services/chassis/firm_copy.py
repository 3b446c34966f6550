"""How every service hands over what it holds of a firm: table by table, in pages, in clear.

Left out are secrets (keys, hashes of passwords, sealed texts that are worth nothing elsewhere) and what only serves to run: the tables of
messages, and those read across tenants, which hold ids and hashes. A service names in `opens` what it seals and the firm owns: that is
handed over opened, in base64. Trap: a new column that holds a secret must be known here by its name, or be named in `keeps_back`; a test
shows all that is left out.
"""

from __future__ import annotations

import base64
import re
from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import Column, LargeBinary, Table, select, tuple_

from services.chassis.asking import Asking
from services.chassis.database import Database, Store
from services.chassis.entrypoints import rpc
from services.chassis.tables import Tenanted
from services.contracts.errors import NotFound
from services.contracts.rpc import INTERNAL, Json

PAGE, PAGE_OF_FILES = 500, 5
SECRET = re.compile(r"hash$|secret|sealed|wrapped|private_key|data_key")


class CopyingFirms:
    """A part of every service. `keeps_back`: "table" or "table.column"; `opens`: "table.column" of what is sealed → the seal's purpose."""

    db: Database | Store
    keeps_back: ClassVar[frozenset[str]] = frozenset()
    opens: ClassVar[dict[str, str]] = {}

    @rpc(needs=INTERNAL, unit=False)
    def holdings(self, asking: Asking) -> list[Json]:
        """The tables that a firm is handed: [{table, says, columns: {name: type}, left_out: [name…]}]."""
        return [described(self, table, model) for table, model in sorted(handed_over(self).items(), key=lambda pair: pair[0].name)]

    @rpc(needs=INTERNAL, unit=False)
    def holdings_page(self, asking: Asking, tenant_id: str, table: str, after: list[Any] | None) -> Json:
        """The rows of one table after the one with this primary key: {rows, after}; `after` is null when there are no more."""
        known = {each.name: each for each in handed_over(self)}
        if table not in known:
            raise NotFound()
        return page_of(self, tenant_id, known[table], after)


def handed_over(service: CopyingFirms) -> dict[Table, type]:
    model: Any = service.db.model
    messages = {model.Answer.__tablename__}
    mapped = {mapper.local_table: mapper.class_ for mapper in model.registry.mappers if issubclass(mapper.class_, Tenanted)}
    return {table: kind for table, kind in mapped.items() if table.name not in messages | service.keeps_back}


def described(service: CopyingFirms, table: Table, model: type) -> Json:
    shown = shown_columns(service, table)
    says = " ".join((vars(model).get("__doc__") or "").split())
    left_out = [column.name for column in table.c if column not in shown]
    return {"table": table.name, "says": says, "columns": {column.name: str(column.type) for column in shown}, "left_out": left_out}


def shown_columns(service: CopyingFirms, table: Table) -> list[Column]:
    return [column for column in table.c if f"{table.name}.{column.name}" in service.opens or not is_secret(service, table, column)]


def is_secret(service: CopyingFirms, table: Table, column: Column) -> bool:
    return bool(SECRET.search(column.name)) or f"{table.name}.{column.name}" in service.keeps_back


def page_of(service: CopyingFirms, tenant_id: str, table: Table, after: list[Any] | None) -> Json:
    columns, key, size = shown_columns(service, table), list(table.primary_key), page_size(service, table)
    rows = select(*columns, *key).where(table.c.tenant_id == tenant_id).order_by(*key).limit(size)
    if after is not None:
        rows = rows.where(tuple_(*key) > tuple(native(column, value) for column, value in zip(key, after, strict=True)))
    with service.db.begin(Asking(tenant_id=tenant_id)) as db:
        found = [tuple(row) for row in db.connection().execute(rows)]
    shown = [
        {column.name: wire(service, tenant_id, column, value) for column, value in zip(columns, row[: len(columns)], strict=True)}
        for row in found
    ]
    return {"rows": shown, "after": [plain(value) for value in found[-1][len(columns) :]] if len(found) == size else None}


def page_size(service: CopyingFirms, table: Table) -> int:
    """A page crosses the broker as one message, so that of whole files only some go into it."""
    holds_files = any(isinstance(column.type, LargeBinary) or f"{table.name}.{column.name}" in service.opens for column in table.c)
    return PAGE_OF_FILES if holds_files else PAGE


def wire(service: CopyingFirms, tenant_id: str, column: Column, value: Any) -> Any:
    purpose = service.opens.get(f"{column.table.name}.{column.name}")
    return plain(service.db.seals.open(tenant_id, purpose, value) if purpose and value is not None else value)


def plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value.isoformat() if isinstance(value, date | datetime) else value


def native(column: Column, value: Any) -> Any:
    """A value of a primary key as it came over the wire."""
    kind = column.type.python_type
    return kind.fromisoformat(value) if issubclass(kind, date) else value
