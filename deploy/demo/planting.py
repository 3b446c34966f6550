"""Plants the plan as people and bodies would: notices and edicts at the stand-ins, everything else over the product's own HTTP API."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from random import Random
from typing import Any
from urllib.parse import urlsplit

import requests
from eventlet.greenpool import GreenPool

from deploy.all_in_one import Running
from deploy.demo.firm import GROUPS, PEOPLE, STATE, Plan, PlannedClient
from deploy.sandbox import sede
from deploy.sandbox.client import Sandbox
from deploy.sandbox.people import invent_person
from services.chassis.asking import NOBODY

FIRM = "Gestoría Demo"
TIMEOUT_S = 60
AT_ONCE = 4


class DemoFailed(RuntimeError):
    """The product refused what the demo wanted; the text is the product's own answer."""


@dataclass
class Person:
    """Somebody signed in, as a browser would be."""

    url: str
    email: str
    password: str
    role: str
    http: requests.Session = field(default_factory=requests.Session)

    def sign_in(self) -> None:
        self.http.trust_env = False
        answer = self.post("/api/session", email=self.email, password=self.password)
        self.http.headers["X-CSRF-Token"] = answer["csrf_token"]

    def post(self, path: str, **body: Any) -> Any:
        return checked(self.http.post(self.url + path, json=body, timeout=TIMEOUT_S))

    def upload(self, path: str, file: bytes, password: str) -> Any:
        files = {"file": ("certificado.p12", file)}
        return checked(self.http.post(self.url + path, timeout=TIMEOUT_S, files=files, data={"password": password}))

    def get(self, path: str, **query: Any) -> Any:
        return checked(self.http.get(self.url + path, params=query, timeout=TIMEOUT_S))

    def every(self, path: str, **query: Any) -> list[dict[str, Any]]:
        """All items of a list, page after page."""
        found, page = [], 1
        while True:
            answer = self.get(path, page=page, page_size=200, **query)
            found += answer["items"]
            if len(found) >= answer["total"]:
                return found
            page += 1


def checked(answer: requests.Response) -> Any:
    if not answer.ok:
        raise DemoFailed(f"{answer.request.method} {answer.request.path_url}: {answer.status_code} {answer.text[:500]}")
    return answer.json() if answer.content else None


@dataclass(frozen=True)
class Planted:
    """`expected`: (tax id, reference) of everything that must stand in the inbox, once each."""

    people: dict[str, Person]
    client_ids: dict[str, str]
    expected: list[tuple[str, str]]


def plant(here: Running, sandbox: Sandbox, plan: Plan) -> Planted:
    expected = plant_bodies(sandbox, plan)
    people = plant_people(here)
    group_ids = {group["name"]: group["id"] for group in people["administrator"].every("/api/groups")}
    manager = people["manager"]
    import_firm_certificate(manager, sandbox, plan)
    several = GreenPool(AT_ONCE).imap(lambda client: plant_client(manager, sandbox, client, group_ids), plan.clients)
    client_ids = {str(client.party.tax_id): client_id for client, client_id in zip(plan.clients, several, strict=True)}
    plant_portal(people["administrator"], sandbox)
    people["administrator"].post("/api/edicts/read", date=plan.teu_day.isoformat())
    return Planted(people, client_ids, expected)


def plant_bodies(sandbox: Sandbox, plan: Plan) -> list[tuple[str, str]]:
    references = []
    for notice in plan.notices:
        reference = sandbox.notice(
            notice.holder.tax_id,
            notice.holder.name,
            notice.subject,
            kind=notice.kind,
            issuer=notice.issuer,
            issuer_root=STATE,
            available_at=notice.available_at,
        )
        references.append((str(notice.holder.tax_id), reference))
    sandbox.registration(plan.firm.tax_id, any_holder=True)
    edict_ids = dict(zip((edict["title"] for edict in plan.edicts), sandbox.edicts(plan.teu_day, list(plan.edicts)), strict=True))
    return references + [(str(holder), edict_ids[title]) for title, holder in plan.edict_holders]


def plant_people(here: Running) -> dict[str, Person]:
    """The firm with its groups and one user a role, each with a password of their own choosing."""
    (email, name, role, _), *others = PEOPLE
    with here.pool.services(NOBODY) as ask:
        made = ask.access.create_tenant(FIRM, email, name)
    people = {role: invited(here, made["tenant_id"], made["user_id"], email, role)}
    admin = people[role]
    group_ids = {name: admin.post("/api/groups", name=name, description=text, grants=grants())["id"] for name, text in GROUPS.items()}
    for email, name, role, groups in others:
        user = admin.post("/api/users", email=email, name=name, role=role, group_ids=[group_ids[group] for group in groups])
        people[role] = invited(here, made["tenant_id"], user["id"], email, role)
    return people


def plant_portal(admin: Person, sandbox: Sandbox) -> None:
    """An office that greets whoever *Abrir navegador* comes as."""
    url = f"https://{sede.HOST}:{urlsplit(sandbox.url).port}{sede.PATH}"
    admin.post("/api/portals", name="Sede de la demostración", actions=[{"kind": "access", "url": url}])


def grants() -> list[dict[str, Any]]:
    return [{"body": "dehu", "verbs": ["sync", "open"]}]


def invited(here: Running, tenant_id: str, user_id: str, email: str, role: str) -> Person:
    with here.pool.services(NOBODY) as ask:
        code = ask.sign_in.invite(tenant_id, user_id)
    person = Person(here.url, email, secrets.token_urlsafe(12), role)
    person.post("/api/invitations/accept", code=code, password=person.password)
    person.sign_in()
    return person


def import_firm_certificate(manager: Person, sandbox: Sandbox, plan: Plan) -> None:
    password = secrets.token_urlsafe(9)
    who = invent_person(Random(FIRM))
    file = sandbox.certificate(who.tax_id, who.name, password, company={"tax_id": plan.firm.tax_id, "name": plan.firm.name})
    manager.upload("/api/certificates", file, password)


def plant_client(manager: Person, sandbox: Sandbox, client: PlannedClient, group_ids: dict[str, str]) -> str:
    """Register, hand over the certificate, and have the DEHú mailbox read from now on."""
    party = client.party
    social_security = {"ccc": list(client.ccc), "naf": list(client.naf)}
    registered = manager.post(
        "/api/clients", tax_id=party.tax_id, name=party.name, social_security=social_security, group_ids=[group_ids[client.group]]
    )
    password = secrets.token_urlsafe(9)
    manager.upload(f"/api/clients/{registered['id']}/certificates", sandbox.certificate(party.tax_id, party.name, password), password)
    manager.post(f"/api/clients/{registered['id']}/mailboxes", body="dehu", via=client.via)
    return registered["id"]
