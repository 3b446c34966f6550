"""Somebody at a browser or a program: every call answers, whatever the status."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

import requests

from tests.pauses import pauses

PATIENCE_S = 60


@dataclass
class Answer:
    """What came back over HTTP."""

    status: int
    body: Any
    headers: Any


@dataclass
class Person:
    """Somebody at a browser or a program; every call answers, whatever the status."""

    url: str
    http: requests.Session = field(default_factory=requests.Session)

    def __post_init__(self) -> None:
        self.http.trust_env = False

    def call(self, method: str, path: str, **options: Any) -> Answer:
        answer = self.http.request(method, self.url + path, timeout=PATIENCE_S, allow_redirects=False, **options)
        is_json = answer.headers.get("Content-Type", "").partition(";")[0] == "application/json"
        return Answer(answer.status_code, answer.json() if is_json else answer.text, answer.headers)

    def get(self, path: str, **query: Any) -> Answer:
        return self.call("GET", path, params=query)

    def post(self, path: str, body: Any = None, **options: Any) -> Answer:
        return self.call("POST", path, json={} if body is None else body, **options)

    def patch(self, path: str, body: Any) -> Answer:
        return self.call("PATCH", path, json=body)

    def put(self, path: str, body: Any) -> Answer:
        return self.call("PUT", path, json=body)

    def delete(self, path: str) -> Answer:
        return self.call("DELETE", path)

    def upload(self, path: str, file: bytes, password: str) -> Answer:
        return self.call("POST", path, files={"file": ("certificado.p12", file)}, data={"password": password})

    def sign_in(self, email: str, password: str) -> Answer:
        answer = self.post("/api/session", {"email": email, "password": password})
        if answer.status == 200:
            self.http.headers["X-CSRF-Token"] = answer.body["csrf_token"]
        return answer


def wait_for(person: Person, path: str, claim: Any, **query: Any) -> Any:
    """The body of GET `path` once `claim` holds of it."""
    for pause in pauses(PATIENCE_S):
        answer = person.get(path, **query)
        if answer.status == 200 and claim(answer.body):
            return answer.body
        time.sleep(pause)
    raise AssertionError(answer)
