"""Settings are read once, are all documented, and a wrong one says what to do."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from services.chassis.running import require_sealing_key
from services.chassis.settings import PREFIX, SettingMissing, Settings

EXAMPLE = Path(__file__).parents[2] / ".env.example"


def documented():
    """Variable → default, as the example shows them."""
    lines = (line.removeprefix("#").strip() for line in EXAMPLE.read_text().splitlines() if f"{PREFIX}" in line and "=" in line)
    return dict(line.split("=", 1) for line in lines)


def test_the_example_names_every_setting_and_no_other():
    assert list(documented()) == [PREFIX + field.name.upper() for field in fields(Settings)]


def test_the_example_shows_the_defaults():
    shown = documented()
    assert Settings.from_env(shown) == Settings()


def test_the_example_explains_every_setting():
    text = " ".join(EXAMPLE.read_text().replace("\n#", " ").split())
    for field in fields(Settings):
        assert field.metadata["help"][0].upper() + field.metadata["help"][1:] in text


@pytest.mark.parametrize("variable, value", [("CASILLERO_SYNC_IN_FLIGHT", "eight"), ("CASILLERO_TEU_REQUESTS_PER_S", "fast")])
def test_a_wrong_value_is_named_with_its_cure(variable, value):
    with pytest.raises(SettingMissing, match=f"{variable}: «{value}».*Corríjalo"):
        Settings.from_env({variable: value})


def test_an_empty_variable_is_no_setting():
    assert Settings.from_env({"CASILLERO_BROKER_URL": ""}) == Settings()


def test_a_deployed_service_does_not_make_its_own_sealing_key(tmp_path):
    with pytest.raises(SettingMissing, match="CASILLERO_SEALING_KEY_FILE.*casillero keys new"):
        require_sealing_key(Settings(data_dir=tmp_path, broker_url="amqp://guest:guest@127.0.0.1//"))
