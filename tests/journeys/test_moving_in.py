"""A firm is moved in over HTTP: groups, people and clients out of files, tried first, with progress and an outcome a row."""

from __future__ import annotations

import io
import json
import zipfile

import pytest

from tests import people
from tests.journeys.portfolio import PASSWORD, a_company, register
from tests.visitors import wait_for

OVER = ("done", "failed")


def send(person, content: bytes, **form):
    return person.call("POST", "/api/clients/import", files={"file": ("filas.csv", content)}, data=form)


def ended(person, answer) -> dict:
    assert answer.status == 202, answer
    return wait_for(person, f"/api/jobs/{answer.body['id']}", lambda job: job["state"] in OVER)


def clients_file(count: int) -> bytes:
    rows = [f"{number};Cliente Núñez {number};{people.tax_id()};;600" for number in range(count)]
    return "\r\n".join(["identificador;razon_social;nif;email;telefono", *rows]).encode("cp1252")


def test_a_firm_is_moved_in_from_three_files(site):
    firm = site.firm()
    address = f"ana@{firm.name}.example"
    for content in (b"id_grupo,nombre_grupo,descripcion\n1,Laboral,", f"userid,email,nombre,grupo\n1,{address},Ana,Laboral".encode()):
        assert ended(firm.admin, send(firm.admin, content))["counts"] == {"created": 1}
    content = clients_file(3)
    assert ended(firm.admin, send(firm.admin, content, dry_run="true"))["counts"] == {"would_create": 3}
    assert firm.admin.get("/api/clients").body["total"] == 0
    job = ended(firm.admin, send(firm.admin, content))
    assert (job["position"], job["total"], job["counts"]) == (3, 3, {"created": 3})
    assert firm.admin.get("/api/clients").body["total"] == 3
    assert ended(firm.admin, send(firm.admin, content))["counts"] == {"unchanged": 3}


def test_the_outcomes_of_a_job_are_paged_and_filtered_and_its_progress_is_followed(site):
    firm = site.firm()
    job = ended(firm.admin, send(firm.admin, clients_file(2) + b"\n3;Malo;X;;"))
    page = firm.admin.get(f"/api/jobs/{job['id']}/outcomes", outcome="refused").body
    assert (page["total"], page["items"][0]["line"], list(page["items"][0]["errors"])) == (1, 4, ["nif"])
    events = firm.admin.call("GET", f"/api/jobs/{job['id']}/events").body
    assert json.loads(events.partition("data: ")[2].partition("\n")[0]) == job


def test_a_job_of_another_firm_or_colleague_is_not_found_like_one_that_does_not_exist(site):
    firm, other = site.firm(), site.firm()
    job_id = ended(firm.admin, send(firm.admin, clients_file(1)))["id"]
    for person in (other.admin, firm.user("manager")):
        for part in ("", "/outcomes", "/events"):
            answers = [person.get(f"/api/jobs/{each}{part}") for each in (job_id, "clients.unknown", "nothing", "sign_in.x")]
            assert {(answer.status, answer.body["code"], answer.body["message"]) for answer in answers} == {
                (404, "not_found", answers[0].body["message"])
            }


@pytest.mark.parametrize(
    ("content", "form", "status", "field"),
    [
        (b"", {}, 422, "file"),
        (b"a;b\n1;2", {}, 422, "file"),
        (b"id_grupo,nombre_grupo,descripcion\n1,A,", {"layout": "clients"}, 422, "file"),
        (b"id_grupo,nombre_grupo,descripcion\n1,A,", {"layout": "other"}, 422, "layout"),
        (b"id_grupo,nombre_grupo,descripcion\n1,A,", {"dry_run": "perhaps"}, 422, "dry_run"),
        (b"id_grupo,nombre_grupo,descripcion\n1,A,", {"more": "1"}, 422, "more"),
        (b"id_grupo,nombre_grupo,descripcion\n" + b"x" * 13_000_000, {}, 413, None),
    ],
)
def test_a_file_or_form_that_cannot_be_taken_is_refused_with_the_cure(site, content, form, status, field):
    answer = send(site.firm().admin, content, **form)
    assert answer.status == status, answer
    assert field is None or answer.body["errors"][field][0]


def test_a_reader_may_not_import(site):
    assert send(site.firm().user("reader"), clients_file(1)).status == 403


def test_an_import_that_is_asked_for_twice_with_one_key_is_one_job(site):
    admin, content = site.firm().admin, clients_file(1)
    admin.http.headers["Idempotency-Key"] = people.tax_id()
    assert send(admin, content).body["id"] == send(admin, content).body["id"]


def test_certificates_come_in_one_zip_and_go_to_their_clients(site):
    firm = site.firm()
    parties = [a_company() for _ in range(2)]
    ids = [register(firm.admin, party) for party in parties]
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as zipped:
        for number, party in enumerate(parties):
            zipped.writestr(f"{number}.p12", site.sandbox.certificate(party.tax_id, party.name, PASSWORD, key="shared"))
        zipped.writestr("claves.csv", f"file,password\n0.p12,{PASSWORD}\n1.p12,otra")
    answer = firm.admin.call("POST", "/api/certificates/import", files={"file": ("todos.zip", archive.getvalue())})
    job = ended(firm.admin, answer)
    assert job["counts"] == {"created": 1, "refused": 1}
    refused = firm.admin.get(f"/api/jobs/{job['id']}/outcomes", outcome="refused").body["items"]
    assert [(one["name"], list(one["errors"])) for one in refused] == [("1.p12", ["password"])]
    wait_for(firm.admin, f"/api/clients/{ids[0]}", lambda client: client["certificate"])
    assert firm.user("operator").call("POST", "/api/certificates/import", files={"file": archive.getvalue()}).status == 403


def test_a_zip_that_cannot_be_taken_is_refused_with_the_cure(site):
    admin = site.firm().admin
    for content, form in ((b"no zip", {}), (b"", {"more": "x"})):
        answer = admin.call("POST", "/api/certificates/import", files={"file": ("todos.zip", content)}, data=form)
        assert answer.status == 422 and answer.body["errors"], answer
