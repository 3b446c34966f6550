"""The demo as whoever tries the product meets it: one that goes on serving, and beside it one that ends after its table."""

from __future__ import annotations

import json
import signal
import subprocess
from collections import Counter

import pytest

from deploy.demo import showing
from deploy.demo.firm import CLIENTS, plan
from deploy.demo.planting import Planted
from tests.conftest import own_folder
from tests.sites import CASILLERO, Process, environment_of
from tests.visitors import Person
from tests.worlds import START_PATIENCE_S, until


class Demo:
    """Two demos side by side: `serving` until it is interrupted, `once` with what it printed."""

    def __init__(self, folder):
        self.ready_file = folder / "ready.json"
        command = [CASILLERO, "run", "--demo", "--port", "0", "--data", str(folder / "serving"), "--ready-file", str(self.ready_file)]
        self.serving = Process("demo", command, environment_of(), folder / "serving.log")
        once = [CASILLERO, "run", "--demo", "--once", "--port", "0", "--data", str(folder / "once")]
        self.once = subprocess.run(
            once, env=environment_of() | {"COLUMNS": "200"}, capture_output=True, text=True, timeout=START_PATIENCE_S, check=False
        )
        until(self.ready_file.exists, "the demo is ready", START_PATIENCE_S)
        self.ready = json.loads(self.ready_file.read_text())

    def person(self, role):
        user = next(user for user in self.ready["users"] if user["role"] == role)
        person = Person(self.ready["url"])
        assert person.sign_in(user["email"], user["password"]).status == 200
        return person


@pytest.fixture(scope="module")
def demo():
    with own_folder() as folder:
        started = Demo(folder)
        yield started
        started.serving.stop()


def test_the_demo_ends_well_when_everything_planted_was_found_once(demo):
    assert demo.once.returncode == 0, demo.once.stdout + demo.once.stderr
    assert "29 notificaciones plantadas, 29 encontradas, ninguna dos veces." in demo.once.stdout


def test_the_table_shows_client_body_subject_and_last_day_to_read(demo):
    assert all(heading in demo.once.stdout for heading in ("Cliente", "Organismo", "Asunto", "Fecha máx. lectura", "DEHU", "TEU"))


def test_the_ready_file_tells_the_address_a_user_of_each_role_and_the_sandbox(demo):
    assert set(demo.ready) == {"url", "users", "sandbox"}
    assert Counter(user["role"] for user in demo.ready["users"]) == dict.fromkeys(("administrator", "manager", "operator", "reader"), 1)
    assert set(demo.ready["sandbox"]) == {"url", "control_url"}


def test_manager_operator_and_reader_may_sync_and_open_at_dehu_by_their_groups_alone(demo):
    admin = demo.person("administrator")
    groups = admin.get("/api/groups").body["items"]
    assert [group["grants"] for group in groups] == [[{"body": "dehu", "verbs": ["open", "sync"]}]] * 2
    users = admin.get("/api/users").body["items"]
    assert {user["role"]: (bool(user["groups"]), user["grants"]) for user in users} == {
        "administrator": (False, []),
        "manager": (True, []),
        "operator": (True, []),
        "reader": (True, []),
    }


@pytest.mark.parametrize(("role", "sees_all"), [("administrator", True), ("manager", True), ("operator", False), ("reader", False)])
def test_operator_and_reader_see_some_clients_and_not_all(demo, role, sees_all):
    total = demo.person(role).get("/api/clients").body["total"]
    assert total == CLIENTS if sees_all else 0 < total < CLIENTS


def test_every_client_has_a_certificate_and_an_active_mailbox_and_both_ways_in_are_shown(demo):
    manager = demo.person("manager")
    mailboxes = manager.get("/api/mailboxes").body["items"]
    assert {box["state"] for box in mailboxes} == {"active"}
    assert Counter(box["via"] for box in mailboxes) == {"own_certificate": 9, "firm_certificate": 3}
    assert {client["certificate"]["state"] for client in manager.get("/api/clients").body["items"]} == {"valid"}


def test_a_missing_and_a_doubled_notice_are_both_told():
    planted = Planted({}, {"A": "client"}, [("A", "one"), ("A", "two")])
    found = [{"client_id": "client", "reference": "one"}] * 2
    assert showing.faults(planted, found) == ["Falta: A two", "Sobra: A one"]


def test_the_plan_is_the_same_every_time_but_for_its_dates():
    first, second = plan(), plan()
    assert [client.party for client in first.clients] == [client.party for client in second.clients]
    assert len({client.party.tax_id for client in first.clients}) == CLIENTS


@pytest.mark.full
def test_interrupting_the_demo_ends_it_in_good_order(demo):
    demo.serving.child.send_signal(signal.SIGINT)
    assert demo.serving.child.wait(START_PATIENCE_S) == 0
    assert "Traceback" not in demo.serving.said()
