"""A firm with one client and its certificate, and what a worker asks with."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from gateway.handing_over import hand_over
from services.chassis.boxes import WorkerKey
from services.contracts.errors import NotFound
from services.contracts.message import new_id
from services.contracts.schemas.certificates import release_context
from tests import people
from tests.keyring.identities import PASSWORD, person
from tests.worlds import until


@dataclass
class Desk:
    """A firm at work: its administrator imports, a worker of its own asks for keys."""

    world: Any
    folder: Path
    firm: Any
    worker: WorkerKey = field(default_factory=WorkerKey.new)

    def client(self, tax_id: str = "", **more: Any) -> str:
        """A client that the keyring knows of; returns its id."""
        made = self.firm.admin.clients.register({"tax_id": tax_id or people.tax_id(), "name": "Cliente de prueba", **more})
        until(lambda: self.sees(self.firm.admin, made["id"]), "the keyring knows the client")
        return made["id"]

    def sees(self, caller: Any, client_id: str) -> bool:
        try:
            caller.keyring.certificates(client_id)
        except NotFound:
            return False
        return True

    def imported(self, client_id: str, tax_id: str = "", encryption: str = "modern") -> dict:
        file = person(self.folder, tax_id or people.tax_id(), encryption)
        return hand_over(self.firm.admin, client_id, file, PASSWORD)

    def ticket(self, client_id: str, certificate_id: str, **more: Any) -> dict:
        mailbox = {"mailbox_id": new_id(), "body": "dehu", "reason": "schedule", "user_id": ""}
        ids = {"id": new_id(), "tenant_id": self.firm.tenant_id, "client_id": client_id, "certificate_id": certificate_id}
        return ids | mailbox | more

    def release(self, *tickets: dict) -> list[dict]:
        return self.world.nobody.keyring.release(list(tickets), self.worker.public)

    def refused(self, ticket: dict) -> str:
        (answer,) = self.release(ticket)
        return answer.get("refused", {}).get("code", "")

    def opened(self, answer: dict) -> bytes:
        return bytes(self.worker.open(answer["sealed"], release_context(answer, self.worker.public)))

    def trail(self, **wanted: Any) -> list[dict]:
        return self.firm.admin.audit.entries({"act": "certificate_used", **wanted})["items"]


@pytest.fixture
def desk(world, tmp_path) -> Desk:
    return Desk(world, tmp_path, world.firm())
