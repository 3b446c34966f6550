"""The demo as it runs for whoever tries the product, with everything planted in the inbox, and its people."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

from deploy.demo.firm import CLIENTS, plan
from deploy.sandbox.client import Sandbox
from tests.sites import CASILLERO, Process, environment_of
from tests.visitors import Person, wait_for

PATIENCE_S = 240
ROLES = ("administrator", "manager", "operator", "reader")


class Demo:
    """`url` without a slash at the end. One person a role, each signed in once: signing in again would slow every test down."""

    def __init__(self, ready: dict[str, Any]):
        self.url, self.users = ready["url"], {user["role"]: user for user in ready["users"]}
        self.sandbox = Sandbox(ready["sandbox"]["control_url"], ready["sandbox"]["url"])
        self.person = cache(self.sign_in)

    def sign_in(self, role: str) -> Person:
        person = Person(self.url)
        answer = person.sign_in(self.users[role]["email"], self.users[role]["password"])
        assert answer.status == 200, answer
        return person

    def newcomer(self, code: str, email: str) -> Person:
        """Somebody who has just been invited, signed in."""
        person, password = Person(self.url), token_urlsafe(12)
        assert person.post("/api/invitations/accept", {"code": code, "password": password}).status == 204
        assert person.sign_in(email, password).status == 200
        return person

    def group(self, name: str) -> str:
        """The id of one of the groups that the demo makes."""
        return next(group["id"] for group in self.person("manager").get("/api/groups").body["items"] if group["name"] == name)


@contextlib.contextmanager
def running_demo(folder: Path) -> Iterator[Demo]:
    """Until the block ends. Its data lies below `folder`."""
    ready = folder / "ready.json"
    command = [CASILLERO, "run", "--demo", "--port", "0", "--data", str(folder / "data"), "--ready-file", str(ready)]
    run = Process("demo", command, environment_of(), folder / "demo.log")
    try:
        demo = Demo(json.loads(read_when_there(ready, run)))
        everything_is_read(demo)
        yield demo
    finally:
        run.stop()


def read_when_there(ready: Path, run: Process) -> str:
    ends_at = time.monotonic() + PATIENCE_S
    while not ready.exists():
        assert run.child.poll() is None and time.monotonic() < ends_at, run.said()
        time.sleep(0.05)
    return ready.read_text()


def everything_is_read(demo: Demo) -> None:
    planted, manager = plan(), demo.person("manager")
    count = len(planted.notices) + len(planted.edict_holders)
    wait_for(manager, "/api/notifications", lambda body: body["total"] == count)
    wait_for(manager, "/api/clients", lambda body: sum(bool(one["last_complete_check_at"]) for one in body["items"]) == CLIENTS)
