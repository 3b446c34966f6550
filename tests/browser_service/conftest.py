"""A firm with a client whose certificate the two offices of `offices` take, and a person who may use it."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from gateway.handing_over import hand_over
from tests import people
from tests.browser_service import offices
from tests.browser_service.screen import Screen, at_socket
from tests.worlds import until

PASSWORD = "una clave larga"
WHY = "Presentar el modelo 303"


@pytest.fixture(scope="session")
def sedes(bodies) -> Any:
    with offices.opened(Path(bodies.ca_file)) as opened:
        yield opened


@dataclass
class Desk:
    """One firm at work. `user_id`: an operator who may use certificates and sees the client by a group of theirs."""

    world: Any
    bodies: Any
    sedes: Any
    firm: Any
    tax_id: str = field(default_factory=people.tax_id)

    def __post_init__(self) -> None:
        self.user_id = self.firm.user("operator")
        self.user = self.firm.as_user(self.user_id)
        self.group = self.firm.admin.access.create_group({"name": "Asesores", "member_ids": [self.user_id], "grants": []})
        new = {"tax_id": self.tax_id, "name": "GARCÍA PÉREZ, ANA", "group_ids": [self.group["id"]]}
        self.client_id = self.firm.admin.clients.register(new)["id"]
        for portal in self.firm.admin.mailbox_sync.portals():
            self.firm.admin.mailbox_sync.remove_portal(portal["id"], portal["version"])
        for name, office in (("Sede con TLS 1.3", self.sedes.tls13), ("Sede que renegocia", self.sedes.renegotiating)):
            portal = {"name": name, "actions": [{"kind": "access", "url": office.url}], "login_hosts": []}
            self.firm.admin.mailbox_sync.add_portal(portal)

    @property
    def common_name(self) -> str:
        return f"GARCIA PEREZ ANA - {self.tax_id}"

    def certified(self, **how: Any) -> str:
        """The id of a new certificate of the client; `days`, `key` as of the sandbox."""
        file = self.bodies.certificate(self.tax_id, "GARCIA PEREZ ANA", PASSWORD, **how)
        return hand_over(self.firm.admin, self.client_id, base64.b64encode(file).decode(), PASSWORD)["id"]

    def open(self, **more: Any) -> dict:
        return self.user.browser.open(self.client_id, {"reason": WHY, **more})

    def seen(self, session: dict) -> dict:
        return self.user.browser.session(session["id"])

    def screen(self, session: dict) -> Screen:
        token = self.user.browser.viewer_token(session["id"])
        return at_socket(self.user.browser.redeem(session["id"], token)["screen"])

    def ended(self, session: dict) -> dict:
        """The session once it is over."""
        return until(lambda: (now := self.seen(session))["state"] == "ended" and now, "the session ends")

    def folder(self, session: dict) -> Path:
        return keeper_of(self.world).folder_of(session["id"])


def keeper_of(world: Any) -> Any:
    """What the service in this process keeps its sessions with."""
    (keeper,) = [one for one in world.runner.service_map["browser"].dependencies if hasattr(one, "folder_of")]
    return keeper


@pytest.fixture
def desk(world, bodies, sedes):
    made = Desk(world, bodies, sedes, world.firm())
    yield made
    for session in made.firm.admin.browser.sessions_of(made.client_id):
        made.firm.admin.browser.close(session["id"])
    until(lambda: {one["state"] for one in made.firm.admin.browser.sessions_of(made.client_id)} <= {"ended"}, "every session ends")


@pytest.fixture
def open_session(desk):
    desk.certified()
    return desk.open()


@pytest.fixture
def set_up(world, monkeypatch):
    """Other settings of the service, for one test."""
    keeper = keeper_of(world)
    return lambda **settings: monkeypatch.setattr(keeper, "settings", replace(keeper.settings, **settings))


@pytest.fixture
def impatient(set_up):
    """A session that nobody looks at ends after two seconds instead of sixty."""
    set_up(browser_viewer_away_s=2)
