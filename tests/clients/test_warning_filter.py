"""The list finds by a warning exactly the clients that carry it, whatever their circumstances."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest

from services.chassis.asking import Asking
from services.clients.models import KnownFacts
from services.contracts.message import utc_now
from services.contracts.schemas.clients import WARNINGS
from tests import people

CLIENTS = 60
DAYS = (None, -1, 3, 7, 12, 30, 44, 60, 90)


@pytest.fixture(scope="module")
def firm(world):
    """Clients of every sort, their facts set as if others had reported them."""
    firm, random = world.firm(), Random(7)
    group_id = firm.admin.access.create_group({"name": "Uno"})["id"]
    ids = [firm.admin.clients.register(invented(random, group_id))["id"] for _ in range(CLIENTS)]
    with world.store("clients").begin(Asking(tenant_id=firm.tenant_id)) as db:
        for client_id in ids:
            row = db.get_one(KnownFacts, client_id)
            days = random.choice(DAYS)
            row.certificate_not_after = None if days is None else utc_now() + timedelta(days=days, minutes=random.choice((-5, 5)))
            row.certificate_tax_id = random.choice((row.tax_id, people.tax_id(), "")) if days is not None else ""
            row.has_power, row.has_social_security_mailbox = random.random() < 0.3, random.random() < 0.5
    return firm


def invented(random: Random, group_id: str) -> dict:
    ccc, naf = [people.ccc()], [people.naf(random.choice(("28", "66")))]
    numbers = {"ccc": ccc if random.random() < 0.3 else [], "naf": naf if random.random() < 0.3 else []}
    flags = {name: random.random() < 0.7 for name in ("receives_notifications", "watch_edicts")}
    groups = [group_id] if random.random() < 0.7 else []
    return {"tax_id": people.tax_id(), "name": "Nombre", "social_security": numbers, "group_ids": groups, **flags}


def kind(code: str) -> str:
    return "odd_number" if code in ("unusual_province", "ccc_leading_zero", "cif_control_letter", "cif_control_digit") else code


def found(firm, **filters) -> set[str]:
    return {item["id"] for item in firm.admin.clients.clients({"page_size": 200, **filters})["items"]}


@pytest.mark.parametrize("code", WARNINGS[1:])
def test_a_warning_finds_exactly_the_clients_that_carry_it(firm, code):
    everybody = firm.admin.clients.clients({"page_size": 200})["items"]
    carrying = {item["id"] for item in everybody if code in map(kind, (warning["code"] for warning in item["warnings"]))}
    assert carrying and found(firm, warning=code) == carrying


def test_any_finds_every_client_with_a_warning(firm):
    everybody = firm.admin.clients.clients({"page_size": 200})["items"]
    assert found(firm, warning="any") == {item["id"] for item in everybody if item["warnings"]}
    assert found(firm, warning="any") != {item["id"] for item in everybody}
