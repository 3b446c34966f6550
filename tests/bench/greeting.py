"""*Abrir navegador* in the demo: from the client's window until the list of portals, and until a sede greets the client; and how soon the
browser is gone when the person may no longer use the certificate."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from statistics import median
from typing import Any

from gateway.session import COOKIE
from tests.browser.demo import Demo, running_demo
from tests.browser.viewer import REASON
from tests.conftest import own_folder
from tests.visitors import wait_for

TIMES = 5


def run() -> dict[str, Any]:
    with own_folder() as folder, running_demo(folder) as demo:
        person = demo.person("operator")
        client_id = person.get("/api/clients", page_size=1).body["items"][0]["id"]
        command = [sys.executable, "-m", "tests.browser.greeting", demo.url, person.http.cookies[COOKIE], client_id]
        seen = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
        gone = [gone_after(demo, client_id) for _ in range(TIMES)]
        return seen | {"gone after its role was lost, median s": round(median(gone), 2), "slowest s": round(max(gone), 2)}


def gone_after(demo: Demo, client_id: str) -> float:
    """Seconds from the change of the operator's role to a reader's until the session has ended."""
    admin, email = demo.person("administrator"), demo.users["operator"]["email"]
    user_id = next(user["id"] for user in admin.get("/api/users").body["items"] if user["email"] == email)
    opened = demo.person("operator").post(f"/api/clients/{client_id}/browser", {"reason": REASON})
    assert opened.status == 201, opened
    set_role(demo, user_id, "reader")
    began = time.perf_counter()
    wait_for(admin, f"/api/browser-sessions/{opened.body['id']}", lambda body: body["state"] == "ended")
    lasted = time.perf_counter() - began
    set_role(demo, user_id, "operator")
    return lasted


def set_role(demo: Demo, user_id: str, role: str) -> None:
    admin = demo.person("administrator")
    version = admin.get(f"/api/users/{user_id}").body["version"]
    changed = admin.patch(f"/api/users/{user_id}", {"role": role, "version": version})
    assert changed.status == 200, changed


if __name__ == "__main__":
    print(run())
