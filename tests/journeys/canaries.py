"""A firm in which every text that somebody can write or receive holds a canary: a word that occurs nowhere else on earth.

What is written: people, roles, groups, clients with all their fields, views, tokens, files brought in. What comes from outside: notices,
edicts, certificates. And what fails: wrong data, wrong passwords, searches and addresses with the word in them.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests import people
from tests.journeys.described import Description, seen_by
from tests.journeys.portfolio import PASSWORD, a_company
from tests.visitors import Person, wait_for

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
MADRID = ZoneInfo("Europe/Madrid")


def last_weekday() -> date:
    """The bulletin's last day; it has none on Sundays."""
    day = datetime.now(MADRID).date()
    return day - timedelta(days=1) if day.weekday() == 6 else day


@dataclass
class Aviary:
    """`word` is the firm's canary; `secrets` are the other texts of its people that have to stay in it: tax ids."""

    site: Any
    word: str = field(default_factory=lambda: f"canario{secrets.token_hex(5)}")
    tax_ids: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.firm = self.site.firm()
        self.admin = self.firm.admin
        group = self.made("/api/groups", {"name": self.said("grupo"), "description": self.said("descripción"), "grants": self.grants()})
        self.group_id = group["id"]
        self.manager, self.operator = (self.person(role) for role in ("manager", "operator"))
        self.client_id = self.client()
        self.people_and_views()
        self.what_comes_from_outside()
        self.what_is_brought_in()
        self.what_fails()

    def said(self, what: str) -> str:
        return f"{what} {self.word}"

    def grants(self) -> list[dict[str, Any]]:
        return [{"body": "dehu", "verbs": ["open", "sync"]}]

    def made(self, path: str, body: dict[str, Any], by: Person | None = None) -> dict[str, Any]:
        answer = (by or self.admin).post(path, body)
        assert answer.status == 201, answer
        return answer.body

    def tax_id(self) -> str:
        self.tax_ids.append(people.tax_id())
        return self.tax_ids[-1]

    def person(self, role: str) -> Person:
        email = f"{role}.{self.word}@{self.firm.name}.example"
        new = {"email": email, "name": self.said("Persona"), "role": role, "group_ids": [self.group_id]}
        return self.firm.enter(self.made("/api/users", new)["invitation"], email)

    def client(self) -> str:
        self.party = replace(a_company(), name=self.said("EMPRESA"))
        self.tax_ids.append(self.party.tax_id)
        address = {"street": self.said("Calle"), "postal_code": "28001", "city": self.said("Ciudad"), "province": "Madrid", "country": "ES"}
        texts = {"email": f"{self.word}@cliente.example", "notes": self.said("Nota"), "postal_address": address}
        new = {"tax_id": self.party.tax_id, "name": self.party.name, "group_ids": [self.group_id], **texts}
        return self.made("/api/clients", new, self.manager)["id"]

    def people_and_views(self) -> None:
        self.made("/api/roles", {"name": self.said("rol"), "capabilities": []})
        self.made("/api/clients/views", {"name": self.said("vista"), "query": {"q": self.word}, "is_shared": True}, self.manager)
        self.made("/api/tokens", {"name": self.said("token")}, self.manager)

    def what_comes_from_outside(self) -> None:
        file = self.site.sandbox.certificate(self.party.tax_id, self.party.name, PASSWORD, key="shared")
        assert self.manager.upload(f"/api/clients/{self.client_id}/certificates", file, PASSWORD).status == 201
        self.site.sandbox.notice(self.party.tax_id, self.party.name, self.said("Requerimiento"))
        self.made(f"/api/clients/{self.client_id}/mailboxes", {"body": "dehu", "via": "own_certificate"}, self.manager)
        text = f"Se cita a {self.word} con NIF {self.party.tax_id}."
        self.site.sandbox.edicts(last_weekday(), [{"issuer": "TGSS", "title": "Anuncio.", "regime": "general", "text": text}])
        assert self.admin.post("/api/edicts/read", {"date": last_weekday().isoformat()}).status == 202
        wait_for(self.manager, "/api/notifications", lambda page: {one["source"] for one in page["items"]} == {"mailbox", "edict"})

    def what_is_brought_in(self) -> None:
        rows = f"identificador;razon_social;nif;email;telefono\n1;{self.said('Traída')};{self.tax_id()};;600\n2;{self.word};mal;;"
        form = {"file": ("filas.csv", rows.encode())}
        job = self.manager.call("POST", "/api/clients/import", files=form).body["id"]
        wait_for(self.manager, f"/api/jobs/{job}", lambda body: body["state"] == "done")

    def what_fails(self) -> None:
        for person in (self.admin, self.manager, self.operator):
            person.post("/api/clients", {"tax_id": self.word, "name": self.word, "email": self.word, "notes": [self.word], self.word: 1})
            person.patch(f"/api/clients/{self.client_id}", {"version": 99, "name": self.word})
            person.get(f"/api/clients/{self.word}")
            person.get("/api/clients", q=self.word, sort=self.word)
            person.get(f"/{self.word}", q=self.word)
            person.upload(f"/api/clients/{self.client_id}/certificates", self.word.encode(), self.word)
        self.site.visitor().post("/api/session", {"email": f"{self.word}@x.example", "password": self.word})
        self.site.visitor().get(f"/invitacion/{self.word}")

    # ── what can be seen of it ─────────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def canaries(self) -> list[str]:
        return [self.word, *(tax_id.lower() for tax_id in self.tax_ids)]

    def everything_seen(self, description: Description) -> str:
        """All that the firm's people can be shown, in lower case: every call that reads, with every id of their own, and the pages."""
        texts = []
        for person in (self.admin, self.manager, self.operator):
            ids = seen_by(person, description)
            for call in (call for call in description.calls if call.method == "GET" and not call.path.endswith("/events")):
                for own in each_of(call.names, ids):
                    answer = person.get(call.at(own), **({"page_size": 200} if call.is_paged else {}))
                    texts.append(f"{call.path} {answer.status} {answer.body} {dict(answer.headers)}")
            texts += [str(person.get(path).body) for path in ("/", "/clientes", f"/clientes/{self.client_id}")]
        return "\n".join(texts).lower()


def each_of(names: tuple[str, ...], ids: dict[str, set[str]]) -> list[dict[str, str]]:
    """Every own id of the one parameter of a path; of paths with several, the first of each."""
    if len(names) == 1:
        return [{names[0]: one} for one in sorted(ids.get(names[0], ()))]
    return [{name: min(ids.get(name, {"x"})) for name in names}]


def ids_in(text: str) -> set[str]:
    return set(UUID.findall(text))
