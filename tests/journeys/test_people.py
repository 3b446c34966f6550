"""Who may do what, changed over HTTP: it binds the very next call, and nobody lifts themselves."""

from __future__ import annotations

from tests.journeys.portfolio import a_company, register
from tests.visitors import wait_for

PNG = b"\x89PNG\r\n\x1a\n" + b"picture"


def program_of(person):
    """A program with a token of the person's."""
    program = type(person)(person.url)
    program.http.headers["Authorization"] = f"Bearer {person.post('/api/tokens', {'name': 'programa'}).body['token']}"
    return program


def patch_user(firm, person, **changes):
    user_id = person.get("/api/me").body["id"]
    version = firm.admin.get(f"/api/users/{user_id}").body["version"]
    return firm.admin.patch(f"/api/users/{user_id}", {"version": version, **changes})


def test_the_next_call_of_a_disabled_person_and_of_their_programs_is_refused(site):
    firm = site.firm()
    operator = firm.user("operator", [firm.group("Todos")])
    program = program_of(operator)
    assert program.get("/api/clients").status == 200
    assert patch_user(firm, operator, is_active=False).status == 200
    assert (operator.get("/api/clients").status, program.get("/api/clients").status) == (401, 401)
    assert site.visitor().sign_in(operator.email, operator.password).status == 401


def test_a_person_who_is_enabled_again_signs_in_anew(site):
    firm = site.firm()
    operator = firm.user("operator")
    user = operator.get("/api/me").body
    for version, is_active in ((1, False), (2, True)):
        assert firm.admin.patch(f"/api/users/{user['id']}", {"version": version, "is_active": is_active}).status == 200
    wait_for(firm.admin, f"/api/users/{user['id']}", lambda body: operator.get("/api/me").status == 401)
    assert site.visitor().sign_in(operator.email, operator.password).status == 200


def test_a_copied_role_is_narrowed_and_the_next_call_is_refused(site):
    firm = site.firm()
    roles = {role["name"]: role for role in firm.admin.get("/api/roles").body["items"]}
    copy = firm.admin.post("/api/roles", {"name": "Oficial", "copy_of": roles["operator"]["id"]})
    assert (copy.status, copy.body["capabilities"]) == (201, roles["operator"]["capabilities"])
    person = firm.user("Oficial", [firm.group("Todos")])
    register(person, a_company())
    changed = firm.admin.patch(f"/api/roles/{copy.body['id']}", {"version": 1, "capabilities": ["mailboxes.sync"]})
    assert (changed.status, changed.body["version"], changed.body["users"]) == (200, 2, 1)
    assert person.post("/api/clients", {"tax_id": a_company().tax_id, "name": "x"}).status == 403


def test_a_role_that_ships_or_that_somebody_has_stays(site):
    firm = site.firm()
    roles = {role["name"]: role for role in firm.admin.get("/api/roles").body["items"]}
    shipped = firm.admin.patch(f"/api/roles/{roles['manager']['id']}", {"version": 1, "capabilities": []})
    assert (shipped.status, "Cópielo" in shipped.body["message"]) == (409, True)
    own = firm.admin.post("/api/roles", {"name": "Oficial", "capabilities": ["clients.all"]}).body
    person = firm.user("Oficial")
    refused = firm.admin.delete(f"/api/roles/{own['id']}?version=1")
    assert (refused.status, "1 usuario" in refused.body["message"]) == (409, True)
    patch_user(firm, person, role="reader")
    assert firm.admin.delete(f"/api/roles/{own['id']}").status == 422
    assert firm.admin.delete(f"/api/roles/{own['id']}?version=1").status == 204
    assert firm.admin.get(f"/api/roles/{own['id']}").status == 404


def test_nobody_lifts_themselves_and_the_last_administrator_stays(site):
    firm = site.firm()
    assert patch_user(firm, firm.admin, role="reader").status == 409
    firm.user("administrator")
    lifted = patch_user(firm, firm.admin, role="manager")
    assert (lifted.status, lifted.body["code"]) == (403, "not_allowed")


def test_grants_are_given_listed_set_and_taken(site):
    firm = site.firm()
    group_id = firm.group("Norte", bodies=())
    operator = firm.user("operator", [group_id])
    user_id = operator.get("/api/me").body["id"]
    given = firm.admin.post("/api/grants", {"group_id": group_id, "body": "dehu", "verbs": ["sync"]})
    version = given.body["version"]
    assert (given.status, given.body["verbs"]) == (201, ["sync"])
    assert firm.admin.post("/api/grants", {"user_id": user_id, "body": "tgss", "verbs": ["open"]}).status == 201
    assert [grant["body"] for grant in operator.get("/api/grants").body["items"]] == ["dehu", "tgss"]
    wider = {"group_id": group_id, "body": "dehu", "verbs": ["open", "sync"]}
    assert firm.admin.put("/api/grants", {**wider, "version": version - 1}).status == 409
    assert firm.admin.put("/api/grants", {**wider, "version": version}).body["verbs"] == ["open", "sync"]
    taken = firm.admin.delete(f"/api/grants?group_id={group_id}&body=dehu&verbs=open")
    assert (taken.status, taken.body["verbs"]) == (200, ["sync"])
    assert firm.admin.get("/api/grants", body="dehu", group=group_id).body["total"] == 1


def test_who_may_not_give_is_refused_whatever_they_name_and_what_is_foreign_is_not_found(site):
    firm, other = site.firm(), site.firm()
    own, foreign = firm.group("Norte"), other.group("Norte")
    operator = firm.user("operator", [own])
    asked = {"body": "dehu", "verbs": ["sync"]}
    assert {operator.post("/api/grants", {**asked, "group_id": id}).status for id in (own, foreign)} == {403}
    assert firm.admin.post("/api/grants", {**asked, "group_id": foreign}).status == 404


def test_who_manages_groups_puts_people_in_them_without_managing_people(site):
    firm = site.firm()
    firm.admin.post("/api/roles", {"name": "Grupos", "capabilities": ["groups.manage"]})
    person, reader = firm.user("Grupos"), firm.user("reader")
    group_id = firm.group("Norte")
    member = reader.get("/api/me").body["id"]
    assert person.get("/api/users", q="reader").body["total"] == 1
    assert person.patch(f"/api/groups/{group_id}", {"version": 1, "member_ids": [member]}).body["member_ids"] == [member]
    assert person.patch(f"/api/users/{member}", {"version": 1, "name": "x"}).status == 403
    assert person.delete(f"/api/groups/{group_id}").status == 422
    assert person.delete(f"/api/groups/{group_id}?version=1").status == 409
    assert person.delete(f"/api/groups/{group_id}?version=2").status == 204


def test_a_group_stays_as_it_is_when_its_clients_may_not_be_changed(site):
    firm = site.firm()
    firm.admin.post("/api/roles", {"name": "Grupos", "capabilities": ["groups.manage"]})
    person, group_id = firm.user("Grupos"), firm.group("Norte")
    assert person.patch(f"/api/groups/{group_id}", {"version": 1, "name": "Sur", "client_ids": []}).status == 403
    assert (person.get(f"/api/groups/{group_id}").body["name"], person.get("/api/groups").body["total"]) == ("Norte", 1)


def test_a_reader_is_refused_what_they_may_know_of_and_does_not_find_the_rest(site):
    firm, other = site.firm(), site.firm()
    own, unseen = firm.group("Mío"), firm.group("De otros")
    reader, colleague = firm.user("reader", [own]), firm.user("operator").get("/api/me").body["id"]
    foreign = other.admin.get("/api/me").body["id"]
    assert {reader.get(f"/api/users/{id}").status for id in (colleague, foreign)} == {403}
    assert [reader.patch(f"/api/groups/{id}", {"version": 1}).status for id in (own, unseen)] == [403, 404]
    assert {reader.get(f"/api/groups/{id}").status for id in (unseen, other.group("Norte"))} == {404}
    assert [reader.get(path).status for path in ("/api/users", "/api/roles", "/api/settings", "/api/grants")] == [403, 403, 200, 200]
    assert reader.patch("/api/settings", {"version": 1}).status == 403


def test_everybody_sees_the_settings_of_their_firm_and_changes_their_own_language(site):
    firm = site.firm()
    unread = firm.admin.patch("/api/settings", {"version": 1, "default_mailboxes": [{"body": "dehu"}, {"body": "tgss"}]})
    assert (unread.status, set(unread.body["errors"])) == (422, {"default_mailboxes.1.body"})
    changed = firm.admin.patch("/api/settings", {"version": 1, "language": "ca", "default_mailboxes": [{"body": "dehu"}]})
    assert (changed.status, changed.body["default_mailboxes"]) == (200, [{"body": "dehu", "via": "own_certificate"}])
    reader = firm.user("reader")
    assert (reader.get("/api/settings").body, reader.get("/api/me").body["language"]) == (changed.body, "ca")
    assert reader.patch("/api/me", {"version": 1, "language": "gl"}).body["language"] == "gl"
    assert reader.patch("/api/me", {"version": 2, "role": "administrator"}).status == 422


def test_the_logo_is_answered_as_the_picture_it_is(site):
    firm = site.firm()
    assert firm.admin.call("PUT", "/api/settings/logo", files={"file": ("logo.svg", PNG, "image/svg+xml")}).body["has_logo"] is True
    shown = firm.user("reader").call("GET", "/api/settings/logo")
    assert (shown.status, shown.headers["Content-Type"]) == (200, "image/png")
    refused = firm.admin.call("PUT", "/api/settings/logo", files={"file": ("logo.png", b"<svg/>", "image/png")})
    assert (refused.status, list(refused.body["errors"])) == (422, ["file"])
    assert firm.admin.call("PUT", "/api/settings/logo", files={"file": ("logo.png", PNG + bytes(200_000))}).status == 413
    assert firm.admin.delete("/api/settings/logo").status == 200
    assert firm.admin.get("/api/settings/logo").status == 404
