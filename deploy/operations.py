"""The commands of operators, in whichever world they run: RabbitMQ and PostgreSQL, or a running all-in-one process and its data folder."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from nameko.standalone.rpc import ClusterRpcProxy
from sqlalchemy import select

from services.catalogue import databases
from services.chassis import parked
from services.chassis.broker import nameko_config
from services.chassis.database import EVENTS, Store
from services.chassis.migrations import migrate as migrate_services
from services.chassis.migrations import model_of
from services.chassis.running import fail
from services.chassis.sealing import Seals, make_key_file
from services.chassis.settings import SettingMissing, Settings
from services.contracts.errors import Refusal
from services.contracts.message import utc_now


def settings_for(data: Path | None = None) -> Settings:
    settings = Settings.from_env()
    return replace(settings, data_dir=data) if data else settings


def migrate() -> None:
    try:
        migrate_services(settings_for(), databases())
    except SettingMissing as error:
        fail(str(error))
    click.echo(f"Tablas al día: {', '.join(databases())}.")


def new_keys() -> None:
    settings = settings_for()
    for path in (settings.master_key_path, settings.sealing_key_path, settings.trail_key_path):
        existed = path.exists()
        make_key_file(path)
        click.echo(f"{path}: {'ya existía, no se ha tocado' if existed else 'creada; guarde una copia fuera de esta máquina'}.")


def create_tenant(name: str, email: str, data: Path | None) -> None:
    settings = settings_for(data)
    try:
        made = call(settings, "access", "create_tenant", name, email)
        code = call(settings, "sign_in", "invite", made["tenant_id"], made["user_id"])
    except Refusal as refusal:
        details = "".join(f"\n  {field}: {' '.join(texts)}" for field, texts in refusal.errors.items())
        fail(refusal.message + details)
    click.echo(f"Despacho «{name}» creado. Enlace de un solo uso para {email}, válido 7 días:")
    click.echo(f"{address(settings)}/invitacion/{code}")


def switch_teu(is_on: bool, reason: str, data: Path | None) -> None:
    try:
        shown = call(settings_for(data), "teu_watcher", "switch_source", is_on, reason)
    except Refusal as refusal:
        fail(refusal.message)
    click.echo(f"El tablón {'se lee' if shown['is_on'] else 'no se lee'}: {shown['reason']}")


def address(settings: Settings) -> str:
    """Where people reach the product: as set, or else where the process of this data folder listens."""
    told = settings.data_dir / "url"
    return settings.public_url or (told.read_text() if settings.is_embedded and told.exists() else "http://127.0.0.1:8080")


def call(settings: Settings, service: str, method: str, *args: Any) -> Any:
    """Ask a service as an operator, wherever it runs."""
    if not settings.is_embedded:
        with ClusterRpcProxy(nameko_config(settings), timeout=settings.rpc_timeout_s) as services:
            return getattr(getattr(services, service), method)(*args)
    from deploy import all_in_one, operator_door

    try:
        return operator_door.ask(settings.data_dir / all_in_one.DOOR, service, method, *args)
    except operator_door.DoorClosed:
        fail(f"No hay ningún Casillero en marcha con los datos de {settings.data_dir}. Arránquelo con `casillero run` (o diga --data).")


@contextmanager
def store_of(settings: Settings, service: str) -> Iterator[Store]:
    store = Store(model_of(service), settings.database_for(service), Seals.from_file(settings.sealing_key_path))
    yield store
    store.engine.dispose()


def parked_rows(settings: Settings, service: str | None = None) -> Iterator[tuple[Store, Any]]:
    """Every parked event with the open store that it lies in."""
    if service and service not in databases():
        fail(f"No hay ningún servicio «{service}». Los que hay: {', '.join(databases())}.")
    for name in [service] if service else databases():
        with store_of(settings, name) as store:
            with store.begin() as db:
                rows = db.scalars(select(store.model.Parked).order_by(store.model.Parked.parked_at)).all()
            for row in rows:
                yield store, row


def list_parked(service: str | None, data: Path | None) -> None:
    found = 0
    for store, row in parked_rows(settings_for(data), service):
        found += 1
        again = row.next_try_at.isoformat(timespec="seconds")
        click.echo(
            f"{row.event_id}  {store.publisher}.{row.handler}  {row.envelope['topic']}  "
            f"{row.attempts} intentos, el próximo {again}: {row.error}"
        )
    click.echo(f"{found} eventos aparcados." if found else "No hay eventos aparcados.")


def find(event_id: str, settings: Settings) -> list[tuple[Store, Any]]:
    found = [(store, row) for store, row in parked_rows(settings) if row.event_id == event_id]
    if found:
        return found
    fail(f"No hay ningún evento aparcado con el número {event_id}. `casillero parked list` muestra los que hay.")


def show_parked(event_id: str, data: Path | None) -> None:
    for store, row in find(event_id, settings_for(data)):
        payload = json.loads(store.seals.open(row.envelope["tenant_id"], EVENTS, row.envelope["sealed"]))
        shown = {name: value for name, value in row.envelope.items() if name != "sealed"} | {"payload": payload}
        click.echo(f"{store.publisher}.{row.handler}: {row.error} ({row.attempts} intentos)")
        click.echo(json.dumps(shown, ensure_ascii=False, indent=1))


def retry_parked(event_id: str, data: Path | None) -> None:
    for store, row in find(event_id, settings_for(data)):
        with store.begin() as db:
            db.get_one(store.model.Parked, (row.handler, row.event_id)).next_try_at = utc_now()
        click.echo(f"{store.publisher}.{row.handler} lo intentará de nuevo en unos segundos.")


def discard_parked(event_id: str, reason: str, data: Path | None) -> None:
    settings = settings_for(data)
    for store, row in find(event_id, settings):
        detail = {"handler": f"{store.publisher}.{row.handler}", "topic": row.envelope["topic"], "reason": reason}
        call(
            settings,
            "audit",
            "record",
            [{"tenant_id": row.envelope["tenant_id"], "act": "event_discarded", "subject": row.event_id, "detail": detail}],
        )
        parked.discard(store, row.handler, row.event_id)
        click.echo(f"{store.publisher}.{row.handler}: descartado.")
