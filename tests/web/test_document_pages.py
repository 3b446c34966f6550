"""Documents of a client: by the forms of its window, and by the API."""

from __future__ import annotations

import hashlib

import pytest

from tests.journeys.portfolio import a_company, register
from tests.web.pages import browser_of, opened

CONTENT = "Poder de doña Úrsula".encode() * 50_000


@pytest.fixture
def client_id(firm):
    return register(firm.admin, a_company())


def documents(firm, client_id: str) -> list[dict]:
    return firm.admin.get(f"/api/clients/{client_id}/documents").body["items"]


def test_a_document_is_kept_shown_and_downloaded(firm, admin, client_id):
    address = f"/clientes/{client_id}/documentos"
    page = opened(admin, f"/clientes/{client_id}").form(address).send(files={"file": ("Poder de Úrsula.pdf", CONTENT)})
    assert "Documento guardado: Poder de Úrsula.pdf" in page.text("//body")
    (link,) = page.document.xpath("//section[@id='documents']//a/@href")
    downloaded = admin.http.get(admin.url + link)
    assert downloaded.content == CONTENT
    assert downloaded.headers["Content-Disposition"].startswith("attachment") and "%C3%9Arsula" in downloaded.headers["Content-Disposition"]
    (kept,) = documents(firm, client_id)
    assert (kept["sha256"], kept["size"]) == (hashlib.sha256(CONTENT).hexdigest(), len(CONTENT))


def test_an_empty_file_is_refused_beside_its_field(firm, admin, client_id):
    form = opened(admin, f"/clientes/{client_id}").form(f"/clientes/{client_id}/documentos")
    page = form.send(files={"file": ("nada.txt", b"")})
    assert (page.status, page.fault_of("document")) == (422, "El fichero está vacío.")
    assert documents(firm, client_id) == []


def test_more_than_the_limit_is_refused_with_the_limit(firm, admin, client_id):
    form = opened(admin, f"/clientes/{client_id}").form(f"/clientes/{client_id}/documentos")
    page = form.send(files={"file": ("enorme.bin", bytes(51_000_000))})
    assert (page.status, "50 MB" in page.text("//body")) == (413, True)
    answer = firm.admin.call("POST", f"/api/clients/{client_id}/documents", files={"file": ("enorme.bin", bytes(51_000_000))})
    assert (answer.status, answer.body["code"], "50 MB" in answer.body["message"]) == (413, "too_large", True)


def test_the_same_key_keeps_a_document_once(firm, client_id):
    path, key = f"/api/clients/{client_id}/documents", {"Idempotency-Key": "una-vez"}
    first, second = (firm.admin.call("POST", path, files={"file": ("uno.txt", CONTENT)}, headers=key) for _ in range(2))
    assert (first.status, second.body) == (201, first.body)
    assert documents(firm, client_id) == [first.body]
    other = firm.admin.call("POST", path, files={"file": ("uno.txt", b"otra cosa")}, headers=key)
    assert other.status == 409


def test_who_only_reads_sees_documents_and_no_form(firm, client_id):
    answer = firm.admin.call("POST", f"/api/clients/{client_id}/documents", files={"file": ("uno.txt", b"uno")})
    group = firm.admin.post("/api/groups", {"name": "Todos"}).body
    firm.admin.call("PUT", f"/api/clients/{client_id}/groups", json={"group_ids": [group["id"]]})
    reader = firm.user("reader")
    me = reader.get("/api/me").body["id"]
    firm.admin.patch(f"/api/groups/{group['id']}", {"version": group["version"], "member_ids": [me]})
    page = opened(browser_of(reader), f"/clientes/{client_id}")
    assert f"/clientes/{client_id}/documentos" not in page.forms()
    assert reader.get(f"/api/documents/{answer.body['id']}/content").status == 200
    assert reader.call("POST", f"/api/clients/{client_id}/documents", files={"file": ("dos.txt", b"dos")}).status == 403


def test_a_document_of_a_client_that_one_may_not_see_is_not_found(site, firm, client_id):
    made = firm.admin.call("POST", f"/api/clients/{client_id}/documents", files={"file": ("uno.txt", b"uno")}).body
    for stranger in (firm.user("operator"), site.firm().admin):
        assert stranger.get(f"/api/documents/{made['id']}/content").status == 404
        assert stranger.get(f"/api/clients/{client_id}/documents").status == 404
        assert stranger.call("POST", f"/api/clients/{client_id}/documents", files={"file": ("x", b"x")}).status == 404
