"""A firm as a whole, for the operator: handed over to itself as one file, or destroyed.

Both are in the trail before they happen. Destroying is done by the services, the command only watches; so being killed, and typed again,
changes nothing.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from deploy import trail
from deploy.firm_archive import Archive
from deploy.operations import call, settings_for
from services.catalogue import databases
from services.chassis.running import fail
from services.chassis.settings import Settings
from services.contracts.errors import Refusal

LOOK_S = 1.0
Json = dict[str, Any]


def export_tenant(who: str, path: Path, data: Path | None) -> None:
    settings = settings_for(data)
    firm = found(settings, who)
    if path.exists():
        fail(f"{path} ya existe, y no se sobrescribe. Elija otro nombre.")
    record(settings, "export_tenant", firm["id"])
    with Archive(path, firm) as archive:
        for service in databases():
            for table in call(settings, service, "holdings"):
                rows = pages(settings, service, firm["id"], table["table"])
                count = archive.add_table(service, table, rows)
                click.echo(f"{service}.{table['table']}: {count}")
        archive.add_lines("audit/trail.jsonl", trail.lines(settings, firm["id"]))
    click.echo(f"«{firm['name']}» está entero en {path}. Son datos personales en claro: entréguelo cifrado, y solo al despacho.")


def pages(settings: Settings, service: str, tenant_id: str, table: str) -> Iterator[Json]:
    after: list[Any] | None = None
    while True:
        page = call(settings, service, "holdings_page", tenant_id, table, after)
        yield from page["rows"]
        after = page["after"]
        if after is None:
            return


def erase_tenant(who: str, confirmation: str | None, data: Path | None) -> None:
    settings = settings_for(data)
    if not begun(settings, who):
        firm = found(settings, who)
        if not firm["suspended_at"]:
            fail(f"«{firm['name']}» no está suspendido. Suspéndalo antes: casillero tenant suspend {firm['id']}")
        confirm(firm, confirmation)
        record(settings, "erase_tenant", firm["id"])
        asked(settings, "access", "erase_tenant", firm["id"])
        who = firm["id"]
    click.echo(f"Se borra todo lo del despacho {who}. Aunque esta orden se interrumpa, sigue; para verlo: casillero tenant erase {who}")
    watch(settings, who)
    click.echo("Borrado. Queda su registro de auditoría, que no dice de quién es nada (docs/erasure.md).")


def confirm(firm: Json, confirmation: str | None) -> None:
    said = confirmation
    if said is None:
        click.echo(f"Se destruirá para siempre todo lo de «{firm['name']}»: clientes, certificados, notificaciones, usuarios.")
        said = click.prompt("Escriba el nombre del despacho para confirmarlo", default="", show_default=False)
    if said != firm["name"]:
        fail("El nombre no coincide: no se ha borrado nada.")


def watch(settings: Settings, tenant_id: str) -> None:
    """Until every service says that nothing is left."""
    told: dict[str, int] = {}
    waiting = databases()
    while waiting:
        for service in list(waiting):
            state = call(settings, service, "erasure", tenant_id)
            if told.get(service) != state["rows_left"]:
                told[service] = state["rows_left"]
                click.echo(f"{service}: quedan {state['rows_left']} filas")
            if state["is_done"] and not state["rows_left"]:
                waiting.remove(service)
        time.sleep(LOOK_S if waiting else 0)


def begun(settings: Settings, who: str) -> bool:
    """Whether it is the number of a firm whose erasing has begun."""
    return len(who) == 36 and call(settings, "access", "erasure", who)["is_known"]


def found(settings: Settings, who: str) -> Json:
    """The firm of this number or name; ends the command when there is none, or more than one."""
    firms = [firm for firm in call(settings, "access", "tenants") if who in (firm["id"], firm["name"])]
    if len(firms) == 1:
        return firms[0]
    if firms:
        fail(f"Hay {len(firms)} despachos que se llaman «{who}». Diga el número de uno: {', '.join(firm['id'] for firm in firms)}.")
    fail(f"No hay ningún despacho «{who}». `casillero tenant list` muestra los que hay.")


def record(settings: Settings, act: str, tenant_id: str) -> None:
    call(settings, "audit", "record", [{"tenant_id": tenant_id, "act": act, "subject": tenant_id, "detail": {}}])


def asked(settings: Settings, service: str, method: str, *args: Any) -> Any:
    try:
        return call(settings, service, method, *args)
    except Refusal as refusal:
        fail(refusal.message)
