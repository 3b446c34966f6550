"""What operators type, and the plain words in which a command says what is wrong."""

from __future__ import annotations

import re
import subprocess

import pytest

from tests.conftest import own_folder
from tests.sites import CASILLERO, Process, environment_of
from tests.worlds import START_PATIENCE_S, until


def run(*words, **settings):
    return subprocess.run(
        [CASILLERO, *words], env=environment_of(**settings), capture_output=True, text=True, timeout=START_PATIENCE_S, check=False
    )


@pytest.fixture(scope="module")
def running():
    """A `casillero run` on a folder of its own."""
    with own_folder() as folder:
        ready = folder / "ready.json"
        command = [CASILLERO, "run", "--data", str(folder / "data"), "--port", "0", "--ready-file", str(ready)]
        process = Process("run", command, environment_of(), folder / "run.log")
        until(ready.exists, "casillero run is ready", START_PATIENCE_S)
        yield folder / "data"
        process.stop()


def port_of(data):
    return re.search(r":(\d+)\"", (data.parent / "ready.json").read_text())[1]


def test_a_port_that_somebody_listens_on_is_never_shared(running, tmp_path):
    refused = run("run", "--data", str(tmp_path / "data"), "--port", port_of(running))
    assert (refused.returncode, "--port" in refused.stderr) == (2, True)


def test_a_new_firm_is_made_while_the_product_runs_and_its_administrator_gets_a_link(running):
    made = run("tenant", "create", "Gestoría Nueva", "--admin", "ana@nueva.example", "--data", str(running))
    assert made.returncode == 0, made.stderr
    assert re.search(rf"http://127.0.0.1:{port_of(running)}/invitacion/\S{{20,}}", made.stdout)


def test_a_wrong_email_is_named_in_plain_words(running):
    refused = run("tenant", "create", "Otra", "--admin", "nadie", "--data", str(running))
    assert refused.returncode == 2
    assert "admin_email" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_two_runs_on_one_folder_are_refused_naming_the_cure(running):
    refused = run("run", "--data", str(running), "--port", "0")
    assert refused.returncode == 2
    assert "--data" in refused.stderr


def test_a_demo_never_touches_a_folder_with_other_data(running):
    refused = run("run", "--demo", "--once", "--data", str(running))
    assert refused.returncode == 2
    assert "no son de una demostración" in refused.stderr


def test_a_command_without_a_running_product_says_how_to_start_it(tmp_path):
    refused = run("tenant", "create", "X", "--admin", "x@x.example", "--data", str(tmp_path))
    assert refused.returncode == 2
    assert "casillero run" in refused.stderr


def test_no_parked_events_are_said_so(running):
    assert run("parked", "list", "--data", str(running)).stdout == "No hay eventos aparcados.\n"


def test_a_parked_event_that_does_not_exist_is_said_so(running):
    refused = run("parked", "show", "nothing", data_dir=running)
    assert (refused.returncode, "casillero parked list" in refused.stderr) == (2, True)


def test_keys_that_exist_are_never_touched(tmp_path):
    first, again = run("keys", "new", data_dir=tmp_path), run("keys", "new", data_dir=tmp_path)
    assert first.stdout.count("creada") == 3
    assert again.stdout.count("ya existía") == 3


def test_migrating_without_an_owner_names_the_setting(tmp_path):
    refused = run(
        "migrate", data_dir=tmp_path, database_url="postgresql://casillero_{service}@127.0.0.1:1/x", broker_url="amqp://127.0.0.1:1//"
    )
    assert refused.returncode == 2
    assert "CASILLERO_MIGRATE_URL" in refused.stderr


def test_a_setting_that_makes_no_sense_is_named(tmp_path):
    refused = run("keys", "new", data_dir=tmp_path, sync_in_flight="muchos")
    assert "CASILLERO_SYNC_IN_FLIGHT" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_an_unknown_service_is_told_which_there_are(tmp_path):
    refused = run("service", "nothing", data_dir=tmp_path)
    assert (refused.returncode, "mailbox_sync" in refused.stderr) == (2, True)


def test_one_service_alone_needs_a_broker_and_is_told_so(tmp_path):
    refused = run("service", "access", data_dir=tmp_path)
    assert (refused.returncode, "CASILLERO_BROKER_URL" in refused.stderr) == (2, True)


def test_a_broker_without_a_database_is_refused_by_name(tmp_path):
    refused = run("service", "access", data_dir=tmp_path, broker_url="amqp://127.0.0.1:1//")
    assert (refused.returncode, "CASILLERO_DATABASE_URL" in refused.stderr) == (2, True)


def test_a_setting_that_does_not_exist_is_told(tmp_path):
    refused = run("keys", "new", data_dir=tmp_path, colour="blue")
    assert (refused.returncode, "CASILLERO_COLOUR" in refused.stderr) == (2, True)


@pytest.mark.parametrize("wrong", [{"teu_source": "maybe"}, {"sync_in_flight": -3}, {"bodies_ca_file": "/no.pem"}, {"log_level": "LOUD"}])
def test_a_value_out_of_its_range_is_told_by_name(tmp_path, wrong):
    refused = run("keys", "new", data_dir=tmp_path, **wrong)
    assert (refused.returncode, f"CASILLERO_{next(iter(wrong)).upper()}" in refused.stderr) == (2, True)


def test_a_lost_key_is_never_replaced_by_a_new_one(tmp_path):
    (tmp_path / "access.db").touch()
    refused = run("run", "--data", str(tmp_path), "--port", "0")
    assert (refused.returncode, "copia de seguridad" in refused.stderr) == (2, True)


def test_a_folder_that_cannot_be_made_is_told_in_plain_words(tmp_path):
    (tmp_path / "file").touch()
    refused = run("run", "--data", str(tmp_path / "file" / "data"), "--port", "0")
    assert (refused.returncode, "Traceback" in refused.stderr) == (2, False)


def test_what_a_run_writes_is_for_its_owners_eyes_only(running):
    others = [path.name for path in running.iterdir() if path.stat().st_mode & 0o077]
    assert others == []


def test_a_run_never_touches_a_folder_of_something_else(tmp_path):
    (tmp_path / "cartas.txt").write_text("de otro")
    refused = run("run", "--data", str(tmp_path))
    assert refused.returncode != 0
    assert "no son de Casillero" in refused.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["cartas.txt"]
