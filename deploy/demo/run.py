"""`casillero run --demo`: the sandbox, the product beside it, an invented firm; then progress, the table, and the address."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from deploy import all_in_one
from deploy.all_in_one import Running, Start
from deploy.demo import showing
from deploy.demo.firm import Plan, plan
from deploy.demo.planting import DemoFailed, Planted, plant
from deploy.sandbox import sede
from deploy.sandbox.client import Sandbox, started_sandbox
from services.chassis.running import fail
from services.chassis.settings import Settings

MARK = "demo.json"
LOOPBACK = "127.0.0.0/8"


def run(start: Start, once: bool) -> int:
    console = Console()
    begin_anew(start.data)
    console.print("Arrancando los organismos simulados y Casillero …")
    with started_sandbox(start.data / "sandbox") as sandbox, all_in_one.started(start, settings_for(sandbox)) as here:
        wanted = plan()
        console.print("Dando de alta el despacho, sus clientes y sus certificados …")
        try:
            planted = plant(here, sandbox, wanted)
        except DemoFailed as error:
            fail(f"La demostración no ha podido prepararse. {error}")
        all_in_one.write_ready_file(start.ready_file, ready(here, sandbox, planted))
        status = show(planted, wanted, console)
        console.print(f"\nCasillero está en {here.url}")
        for person in planted.people.values():
            console.print(f"  {person.role:14} {person.email:30} {person.password}", highlight=False)
        if not once:
            console.print("Ctrl-C para terminar.")
            all_in_one.wait_for_ever()
    return status if once else 0


def show(planted: Planted, wanted: Plan, console: Console) -> int:
    """The table; 1 when something planted is missing or doubled."""
    found = showing.watch(planted, wanted.teu_day, console)
    names = {planted.client_ids[str(client.party.tax_id)]: client.party.name for client in wanted.clients}
    console.print(showing.table(planted, found, names))
    problems = showing.faults(planted, found) + showing.mailbox_errors(planted.people["manager"])
    for problem in problems:
        console.print(problem, style="red")
    if not problems:
        console.print(f"{len(found)} notificaciones plantadas, {len(found)} encontradas, ninguna dos veces.")
    return 1 if problems else 0


def begin_anew(folder: Path) -> None:
    """Each demonstration starts from nothing; a folder with anything but a demonstration in it is never touched."""
    if folder.exists() and any(folder.iterdir()):
        if not (folder / MARK).exists():
            fail(f"En {folder} hay datos que no son de una demostración. Use otra carpeta con --data.")
        with all_in_one.alone_in(folder):
            shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARK).write_text(json.dumps({"demo": True}))


def settings_for(sandbox: Sandbox) -> Settings:
    bodies = Settings(dehu_url=sandbox.url, teu_url=sandbox.url, bodies_ca_file=sandbox.ca_file)
    office = replace(bodies, browser_hosts=f"{sede.HOST}=127.0.0.1", trusted_networks=LOOPBACK, trusted_ca_file=sandbox.ca_file)
    return replace(office, teu_source="on", teu_requests_per_s=0.0)


def ready(here: Running, sandbox: Sandbox, planted: Planted) -> dict:
    users = [{"email": person.email, "password": person.password, "role": person.role} for person in planted.people.values()]
    return {"url": here.url, "users": users, "sandbox": {"url": sandbox.url, "control_url": sandbox.control_url}}
