"""Which of Debian's packages are missing, and what is said about it."""

from __future__ import annotations

import subprocess
from pathlib import Path

from deploy.debian_packages import PROGRAMS, ensure_packages, how_to_install, missing, no_service_starts


def test_a_package_is_missing_until_its_program_is_there(tmp_path: Path) -> None:
    assert missing(list(PROGRAMS), tmp_path) == list(PROGRAMS)
    program = tmp_path / "usr/lib/postgresql/15/bin/postgres"
    program.parent.mkdir(parents=True)
    program.touch()
    assert missing(list(PROGRAMS), tmp_path) == [name for name in PROGRAMS if name != "postgresql"]


def test_the_client_alone_is_not_the_server(tmp_path: Path) -> None:
    client = tmp_path / "usr/lib/postgresql/15/bin/psql"
    client.parent.mkdir(parents=True)
    client.touch()
    assert missing(["postgresql"], tmp_path) == ["postgresql"]


def test_what_to_install_is_one_command() -> None:
    said = how_to_install(["rabbitmq-server", "xmlsec1"])
    assert said.splitlines()[-1].strip() == "sudo apt-get install --no-install-recommends rabbitmq-server xmlsec1"


def test_nothing_is_asked_of_apt_when_every_program_is_there(monkeypatch) -> None:
    monkeypatch.setenv("PATH", "")
    ensure_packages(*PROGRAMS)


def test_no_service_may_start_while_packages_are_installed(tmp_path: Path) -> None:
    policy = tmp_path / "policy-rc.d"
    with no_service_starts(policy):
        assert subprocess.run([policy, "rabbitmq-server", "start"]).returncode == 101
    assert not policy.exists()


def test_a_policy_of_the_machine_itself_is_left_alone(tmp_path: Path) -> None:
    policy = tmp_path / "policy-rc.d"
    policy.write_text("of the machine")
    with no_service_starts(policy):
        assert policy.read_text() == "of the machine"
    assert policy.read_text() == "of the machine"
