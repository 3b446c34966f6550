"""Loaded by Schemathesis itself (SCHEMATHESIS_HOOKS): who its requests come from, and how strictly answers are read.

Trap: what is tried at random can end one's own session, so that all later requests would only see 401. So the credential is looked at again
after each 401, and whoever is out signs in anew, or somebody else of the same role does.
"""

from __future__ import annotations

import json
import os
from itertools import cycle
from typing import Any

import requests
import schemathesis

URL = os.environ["CASILLERO_FUZZ_URL"]
PEOPLE = cycle(json.loads(os.environ["CASILLERO_FUZZ_PEOPLE"]))
AS_PROGRAM = os.environ["CASILLERO_FUZZ_AS"] == "token"
ENDS_A_VISIT = {("DELETE", "/api/session")}

http = requests.Session()
http.trust_env = False


@schemathesis.auth(refresh_interval=300)
class Visitor:
    """A session with its CSRF token, or an API token that the same person made."""

    current: dict[str, str] = {}

    def get(self, case: Any, context: Any) -> dict[str, str]:
        if not self.current or http.get(f"{URL}/api/me", headers=self.current).status_code == 401:
            Visitor.current = entered()
        return self.current

    def set(self, case: Any, data: dict[str, str], context: Any) -> None:
        case.headers.update(data)


def entered() -> dict[str, str]:
    http.cookies.clear()
    person = next(PEOPLE)
    answer = http.post(f"{URL}/api/session", json=person)
    answer.raise_for_status()
    headers = {"Authorization": f"Bearer {answer.cookies['casillero_session']}", "X-CSRF-Token": answer.json()["csrf_token"]}
    http.cookies.clear()
    if not AS_PROGRAM:
        return headers
    token = http.post(f"{URL}/api/tokens", json={"name": "programa"}, headers=headers).json()["token"]
    return {"Authorization": f"Bearer {token}"}
