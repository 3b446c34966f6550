"""Wrong data, wrong states and wrong bodies, over HTTP."""

from __future__ import annotations

from tests.journeys.portfolio import a_company, register, sync_now, with_mailbox
from tests.visitors import wait_for


def manager_of(site):
    firm = site.firm()
    return firm, firm.user("manager", [firm.group("Todos")])


def test_every_wrong_field_of_a_client_is_named_at_once(site):
    _, manager = manager_of(site)
    wrong = {"tax_id": "12345678A", "name": "", "email": "nadie", "social_security": {"ccc": ["123"], "naf": ["281234567841"]}}
    refused = manager.post("/api/clients", wrong)
    assert refused.status == 422
    assert set(refused.body["errors"]) == {"tax_id", "name", "email", "social_security.ccc.0", "social_security.naf.0"}


def test_identifiers_come_back_in_canonical_form(site):
    _, manager = manager_of(site)
    party = a_company()
    typed = f" {party.tax_id[0].lower()}-{party.tax_id[1:5]}.{party.tax_id[5:]} "
    made = manager.post("/api/clients", {"tax_id": typed, "name": party.name})
    assert (made.status, made.body["tax_id"]) == (201, party.tax_id)


def test_the_same_tax_id_twice_is_a_conflict(site):
    _, manager = manager_of(site)
    party = a_company()
    register(manager, party)
    assert manager.post("/api/clients", {"tax_id": party.tax_id, "name": "Otra vez"}).status == 409


def test_a_wrong_password_of_a_certificate_names_the_password(site):
    _, manager = manager_of(site)
    party = a_company()
    client_id = register(manager, party)
    file = site.sandbox.certificate(party.tax_id, party.name, "buena", key="shared")
    refused = manager.upload(f"/api/clients/{client_id}/certificates", file, "mala")
    assert (refused.status, set(refused.body["errors"])) == (422, {"password"})


def test_an_old_version_changes_nothing(site):
    _, manager = manager_of(site)
    client_id = register(manager, a_company())
    assert manager.patch(f"/api/clients/{client_id}", {"notes": "uno", "version": 1}).status == 200
    stale = manager.patch(f"/api/clients/{client_id}", {"notes": "dos", "version": 1})
    assert (stale.status, stale.body["code"]) == (409, "stale_version")
    assert manager.get(f"/api/clients/{client_id}").body["notes"] == "uno"


def test_the_same_idempotency_key_answers_the_same_and_registers_once(site):
    _, manager = manager_of(site)
    party = a_company()
    body = {"tax_id": party.tax_id, "name": party.name}
    answers = [manager.post("/api/clients", body, headers={"Idempotency-Key": "k1"}) for _ in range(2)]
    assert [answer.status for answer in answers] == [201, 201]
    assert answers[0].body == answers[1].body
    other = manager.post("/api/clients", {**body, "name": "Otro"}, headers={"Idempotency-Key": "k1"})
    assert other.status == 409


def test_an_answer_is_not_repeated_to_who_has_lost_rights_since(site):
    firm = site.firm()
    group_id = firm.group("Autónomos")
    operator, party = firm.user("operator", [group_id]), a_company()
    body, key = {"tax_id": party.tax_id, "name": party.name}, {"Idempotency-Key": "k5"}
    assert operator.post("/api/clients", body, headers=key).status == 201
    group = firm.admin.get(f"/api/groups/{group_id}").body
    assert firm.admin.patch(f"/api/groups/{group_id}", {"member_ids": [], "version": group["version"]}).status == 200
    again = operator.post("/api/clients", body, headers=key)
    assert (again.status, party.tax_id in str(again.body)) == (409, False)


def test_a_group_with_clients_and_a_user_are_made_once_with_an_idempotency_key(site):
    firm = site.firm()
    admin = firm.admin
    party = a_company()
    client_id = register(admin, party)
    for path, body in (
        ("/api/groups", {"name": "Sociedades", "client_ids": [client_id]}),
        ("/api/users", {"email": f"{party.tax_id}@ejemplo.es".lower(), "name": "Ana", "role": "reader"}),
    ):
        answers = [admin.post(path, body, headers={"Idempotency-Key": "k3"}) for _ in range(2)]
        assert [answer.status for answer in answers] == [201, 201]
        assert answers[0].body["id"] == answers[1].body["id"]


def test_a_token_is_made_once_with_an_idempotency_key_and_shown_once(site):
    admin = site.firm().admin
    made, again = (admin.post("/api/tokens", {"name": "ERP"}, headers={"Idempotency-Key": "k4"}) for _ in range(2))
    assert (made.status, again.status, again.body["code"]) == (201, 409, "already_shown")
    assert len(admin.get("/api/tokens").body["items"]) == 1


def test_a_certificate_is_imported_with_an_idempotency_key_like_anything_else(site):
    _, manager = manager_of(site)
    party = a_company()
    client_id = register(manager, party)
    file = site.sandbox.certificate(party.tax_id, party.name, "clave", key="shared")
    manager.http.headers["Idempotency-Key"] = "k2"
    answers = [manager.upload(f"/api/clients/{client_id}/certificates", file, "clave") for _ in range(2)]
    assert [answer.status for answer in answers] == [201, 201]
    assert answers[0].body["id"] == answers[1].body["id"]


def test_a_write_without_the_csrf_token_is_refused(site):
    _, manager = manager_of(site)
    del manager.http.headers["X-CSRF-Token"]
    assert manager.post("/api/clients", {"tax_id": a_company().tax_id, "name": "x"}).status == 403


def test_an_unknown_parameter_is_refused_by_name(site):
    _, manager = manager_of(site)
    refused = manager.get("/api/clients", colour="blue")
    assert (refused.status, set(refused.body["errors"])) == (422, {"colour"})


def test_a_body_that_fails_shows_its_error_and_the_other_mailboxes_go_on(site):
    firm, manager = manager_of(site)
    failing, working = with_mailbox(firm, manager), with_mailbox(firm, manager)
    path = f"/api/mailboxes/{failing.mailbox_id}"
    before = wait_for(manager, path, lambda body: body["last_complete_check_at"])["last_complete_check_at"]
    site.sandbox.fault("truncated", holder_tax_id=failing.party.tax_id)
    site.sandbox.notice(working.party.tax_id, working.party.name, "Sigue")
    syncs = [sync_now(manager, client) for client in (failing, working)]
    failed = wait_for(manager, f"/api/syncs/{syncs[0]}", lambda body: body["state"] == "failed")
    wait_for(manager, f"/api/syncs/{syncs[1]}", lambda body: body["state"] == "done")
    assert failed["error"]["message"]
    after = manager.get(path).body
    assert (after["last_complete_check_at"], after["error"]["code"]) == (before, failed["error"]["code"])


def test_a_client_who_does_not_receive_notifications_is_not_read_even_by_hand(site):
    firm, manager = manager_of(site)
    client = with_mailbox(firm, manager)
    version = manager.get(f"/api/clients/{client.id}").body["version"]
    manager.patch(f"/api/clients/{client.id}", {"receives_notifications": False, "version": version})
    wait_for(manager, f"/api/clients/{client.id}", lambda body: not body["receives_notifications"])
    path = f"/api/mailboxes/{client.mailbox_id}/sync"
    refused = next(answer for answer in iter(lambda: manager.post(path), None) if answer.status == 409)
    assert "notificaciones electrónicas" in refused.body["message"]


def test_a_token_that_only_reads_changes_nothing_not_even_its_owners_profile(site):
    firm, manager = manager_of(site)
    register(manager, a_company())
    made = manager.post("/api/tokens", {"name": "Lectura", "capabilities": []})
    program = site.visitor()
    program.http.headers["Authorization"] = f"Bearer {made.body['token']}"
    assert program.get("/api/clients").body["total"] == 1
    for method, path, body in (("patch", "/api/me", {"name": "Otro"}), ("post", "/api/clients/views", {"name": "v", "query": {}})):
        refused = getattr(program, method)(path, body)
        assert (refused.status, refused.body["code"]) == (403, "not_allowed")


def test_a_body_nested_deeper_than_anybody_writes_is_refused_in_words(site):
    deep = '{"a":' * 2000 + "1" + "}" * 2000
    refused = site.visitor().call("POST", "/api/session", data=deep, headers={"Content-Type": "application/json"})
    assert (refused.status, refused.body["code"]) == (422, "invalid")


def test_half_a_surrogate_pair_is_refused_in_words(site):
    headers = {"Content-Type": "application/json"}
    refused = site.visitor().call("POST", "/api/session", data='{"email": "a@b.es", "password": "\\ud800"}', headers=headers)
    assert (refused.status, refused.body["code"]) == (422, "invalid")


def test_who_takes_a_client_out_of_their_last_group_is_told_that_it_was_done(site):
    firm = site.firm()
    operator = firm.user("operator", [firm.group("Autónomos")])
    client_id = register(operator, a_company())
    done = operator.put(f"/api/clients/{client_id}/groups", {"group_ids": []})
    assert (done.status, done.body) == (200, {"items": []})
    assert operator.get(f"/api/clients/{client_id}").status == 404


def test_a_group_is_not_called_what_parts_groups_in_files(site):
    refused = site.firm().admin.post("/api/groups", {"name": "A|B"})
    assert (refused.status, set(refused.body["errors"])) == (422, {"name"})
