"""The first person of an installation."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from services.contracts.errors import Invalid

FOUNDER = {"tenant": "Gestoría Dos", "name": "Eva", "email": "eva@gestoria.example", "password": "un gato en el tejado"}


@pytest.mark.full
@pytest.mark.parametrize("story", ["", "interrupted"])
def test_the_founder_is_administrator_of_the_only_firm(tmp_path, story):
    command = [sys.executable, "-W", "ignore", "-m", "tests.sign_in.empty_installation", str(tmp_path), story]
    ended = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    founded = json.loads(ended.stdout.splitlines()[-1])
    assert founded == {"tenant": "Gestoría Uno", "name": "Inés", "role": "administrator", "firms": 1}


def test_every_bad_field_of_a_founder_is_named(world):
    nobody = world.nobody
    with pytest.raises(Invalid) as refused:
        nobody.sign_in.found(nobody.sign_in.founding_code(), {"tenant": "", "email": "no"})
    assert set(refused.value.errors) == {"tenant", "email", "name", "password"}


def test_there_is_one_founder(world):
    nobody = world.nobody
    world.firm()
    with pytest.raises(Invalid) as refused:
        nobody.sign_in.found(nobody.sign_in.founding_code(), FOUNDER)
    assert list(refused.value.errors) == ["code"]


def test_a_founding_code_is_no_invitation(world):
    nobody = world.nobody
    with pytest.raises(Invalid):
        nobody.sign_in.accept_invitation(nobody.sign_in.founding_code(), FOUNDER["password"])


def test_an_invitation_is_no_founding_code(world):
    firm, nobody = world.firm(), world.nobody
    with pytest.raises(Invalid) as refused:
        nobody.sign_in.found(nobody.sign_in.invite(firm.tenant_id, firm.admin_id), FOUNDER)
    assert list(refused.value.errors) == ["code"]
