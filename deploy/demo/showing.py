"""What a person sees of the demo: progress while mailboxes and edicts are read, and the table of what was found."""

from __future__ import annotations

import time
from collections import Counter
from datetime import date
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from deploy.demo.planting import Person, Planted

PATIENCE_S = 90
LOOK_EVERY_S = 0.3


def watch(planted: Planted, day: date, console: Console) -> list[dict[str, Any]]:
    """Show progress until everything planted stands in the inbox, or patience ends; returns the inbox as the manager sees it."""
    manager, wanted = planted.people["manager"], Counter(planted.expected)
    ends_at = time.monotonic() + PATIENCE_S
    with Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), console=console) as progress:
        mailboxes = progress.add_task("Buzones leídos", total=len(planted.client_ids))
        bulletin = progress.add_task(f"Tablón edictal del {day:%d/%m/%Y}", total=1)
        inbox = progress.add_task("Notificaciones en la bandeja", total=len(planted.expected))
        while True:
            read = [box for box in manager.every("/api/mailboxes") if box["last_complete_check_at"]]
            day_read = day.isoformat() in manager.get("/api/edicts/coverage")["days_read"]
            found = manager.every("/api/notifications")
            progress.update(mailboxes, completed=len(read))
            progress.update(bulletin, completed=int(day_read))
            progress.update(inbox, completed=sum((Counter(keys(planted, found)) & wanted).values()))
            done = len(read) == len(planted.client_ids) and day_read and not wanted - Counter(keys(planted, found))
            if done or time.monotonic() > ends_at:
                return found
            time.sleep(LOOK_EVERY_S)


def keys(planted: Planted, found: list[dict[str, Any]]) -> list[tuple[str, str]]:
    tax_ids = {client_id: tax_id for tax_id, client_id in planted.client_ids.items()}
    return [(tax_ids.get(item["client_id"], "?"), item["reference"]) for item in found]


def faults(planted: Planted, found: list[dict[str, Any]]) -> list[str]:
    """What is missing and what stands twice or was never planted."""
    have, wanted = Counter(keys(planted, found)), Counter(planted.expected)
    missing = [f"Falta: {tax_id} {reference}" for tax_id, reference in (wanted - have).elements()]
    return missing + [f"Sobra: {tax_id} {reference}" for tax_id, reference in (have - wanted).elements()]


def mailbox_errors(manager: Person) -> list[str]:
    return [f"Buzón {box['id']}: {box['error']['message']}" for box in manager.every("/api/mailboxes") if box["error"]]


def table(planted: Planted, found: list[dict[str, Any]], names: dict[str, str]) -> Table:
    shown = Table(title="Lo que se ha encontrado", title_justify="left")
    for heading in ("Cliente", "Organismo", "Asunto", "Fecha máx. lectura"):
        shown.add_column(heading)
    for item in sorted(found, key=lambda item: (item["read_by"] or "9999", item["client_id"])):
        body = "TEU" if item["source"] == "edict" else item["body"].upper()
        read_by = f"{date.fromisoformat(item['read_by']):%d/%m/%Y}" if item["read_by"] else "sin plazo"
        shown.add_row(names[item["client_id"]], body, item["subject"], read_by)
    return shown
