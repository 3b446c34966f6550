"""Getting in, over HTTP and on the pages: links, second factors, sessions, tokens, limits."""

from __future__ import annotations

import re
import secrets

import pyotp
import pytest

from tests import post_office, sites
from tests.worlds import numbers, until

AGAIN = "una frase bastante larga"


def otp_of(secret):
    return pyotp.TOTP(secret).now()


def enrol(person):
    """Give somebody a second factor; returns its secret and the recovery codes."""
    secret = person.post("/api/me/totp").body["secret"]
    confirmed = person.post("/api/me/totp/confirm", {"otp": otp_of(secret)})
    assert confirmed.status == 200, confirmed
    person.http.headers["X-CSRF-Token"] = confirmed.body["csrf_token"]
    return secret, confirmed.body["recovery_codes"]


def test_a_session_cookie_is_out_of_reach_of_scripts_and_other_sites(site):
    firm = site.firm()
    answer = site.visitor().post("/api/session", {"email": firm.admin.email, "password": firm.admin.password})
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Path=/" in cookie


def test_another_site_signs_nobody_in(site):
    firm = site.firm()
    typed = {"email": firm.admin.email, "password": firm.admin.password}
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://otra.example"}, {"Origin": "null"}):
        refused = site.visitor().call("POST", "/entrar", data=typed, headers=headers)
        assert (refused.status, "Set-Cookie" in refused.headers) == (403, False)
    assert site.visitor().call("POST", "/entrar", data=typed, headers={"Sec-Fetch-Site": "same-origin"}).status == 302


def test_beyond_this_machine_a_session_cookie_travels_encrypted_only(site):
    firm = site.firm()
    credentials = {"email": firm.admin.email, "password": firm.admin.password}
    answer = site.visitor().post("/api/session", credentials, headers={"Host": "casillero.example"})
    assert "Secure" in answer.headers["Set-Cookie"]


def test_each_sign_in_and_each_step_up_begins_a_new_session(site):
    person = site.firm().user("reader")
    cookies = [person.http.cookies["casillero_session"]]
    person.sign_in(person.email, person.password)
    cookies.append(person.http.cookies["casillero_session"])
    enrol(person)
    cookies.append(person.http.cookies["casillero_session"])
    assert len(set(cookies)) == 3
    old = site.visitor()
    old.http.cookies["casillero_session"] = cookies[1]
    assert old.get("/api/me").status == 401


def test_a_second_factor_is_asked_for_by_program_and_page(site):
    person = site.firm().user("reader")
    _, codes = enrol(person)
    visitor, credentials = site.visitor(), {"email": person.email, "password": person.password}
    missing = visitor.post("/api/session", credentials)
    assert (missing.status, missing.body["code"]) == (401, "otp_needed")
    assert visitor.post("/api/session", credentials | {"otp": "000000"}).body["code"] == "not_signed_in"
    assert visitor.post("/api/session", credentials | {"otp": codes[0]}).status == 200
    asked = visitor.call("POST", "/entrar", data=credentials)
    step = re.search(r'name="step" value="([^"]+)"', asked.body)[1]
    assert asked.status == 401 and person.password not in asked.body
    assert visitor.call("POST", "/entrar/codigo", data={"step": step, "otp": "000000"}).status == 401
    entered = visitor.call("POST", "/entrar/codigo", data={"step": step, "otp": codes[1]})
    assert (entered.status, entered.headers["Location"]) == (302, "/")


def test_where_the_firm_requires_it_nothing_is_open_before_it_is_set_up(site):
    firm = site.firm()
    person = firm.user("reader")
    settings = firm.admin.get("/api/settings").body
    firm.admin.patch("/api/settings", {"version": settings["version"], "requires_second_factor": True})
    signed_in = person.sign_in(person.email, person.password)
    assert signed_in.body["must_enrol"]
    assert person.get("/api/clients").body["code"] == "second_factor_needed"
    assert person.get("/").headers["Location"] == "/segundo-factor"
    begun = person.call("POST", "/segundo-factor", data={"csrf_token": signed_in.body["csrf_token"]})
    secret = re.search(r"<code>([A-Z2-7]{32})</code>", begun.body)[1]
    form = {"csrf_token": signed_in.body["csrf_token"], "otp": otp_of(secret)}
    done = person.call("POST", "/segundo-factor/confirmar", data=form)
    assert done.status == 200 and len(re.findall(r"<li><code>", done.body)) == 10
    assert person.get("/api/clients").status == 200


def test_an_administrator_lets_somebody_in_who_has_lost_their_second_factor(site):
    firm = site.firm()
    person = firm.user("reader")
    enrol(person)
    assert firm.admin.delete(f"/api/users/{person.get('/api/me').body['id']}/second-factor").status == 204
    assert person.get("/api/me").status == 401
    assert person.sign_in(person.email, person.password).status == 200


def test_a_link_that_was_used_says_so_instead_of_showing_a_form(site):
    firm = site.firm()
    email = f"nuevo{next(numbers)}@{firm.name}.example"
    made = firm.admin.post("/api/users", {"email": email, "name": "Nuevo", "role": "reader"}).body
    page = f"/invitacion/{made['invitation']}"
    assert 'type="password"' in site.visitor().get(page).body
    assert site.visitor().call("POST", page, data={"password": AGAIN}).headers["Location"] == "/entrar"
    for answer in (site.visitor().get(page), site.visitor().call("POST", page, data={"password": AGAIN})):
        assert answer.status == 410
        assert "ya se usó" in answer.body and 'type="password"' not in answer.body


def test_without_mail_whoever_forgot_is_told_whom_to_ask_whoever_they_are(site):
    firm = site.firm()
    answers = [site.visitor().post("/api/session/forgotten", {"email": email}) for email in (firm.admin.email, "nadie@ninguna.example")]
    assert [answer.status for answer in answers] == [202, 202]
    assert answers[0].body == answers[1].body and "administra" in answers[0].body["message"]
    assert site.visitor().call("POST", "/olvidada", data={"email": firm.admin.email}).status == 202


def test_a_password_is_changed_knowing_it_and_every_other_session_ends(site):
    person = site.firm().user("reader")
    other = site.visitor()
    other.sign_in(person.email, person.password)
    wrong = person.post("/api/me/password", {"current": "no", "password": AGAIN})
    assert (wrong.status, list(wrong.body["errors"])) == (422, ["current"])
    assert person.post("/api/me/password", {"current": person.password, "password": AGAIN}).status == 200
    assert (person.get("/api/me").status, other.get("/api/me").status) == (200, 401)


def test_one_sees_where_one_is_signed_in_and_ends_it(site):
    person, other = site.firm().user("reader"), site.visitor()
    other.sign_in(person.email, person.password)
    open_now = person.get("/api/me/sessions").body["items"]
    assert sorted(each["is_this"] for each in open_now) == [False, True]
    (elsewhere,) = [each["id"] for each in open_now if not each["is_this"]]
    assert site.firm().admin.delete(f"/api/me/sessions/{elsewhere}").status == 404
    assert person.delete(f"/api/me/sessions/{elsewhere}").status == 204
    assert (person.get("/api/me").status, other.get("/api/me").status) == (200, 401)


def test_a_program_does_with_its_token_what_it_says_and_nothing_that_lets_anybody_in(site):
    firm = site.firm()
    made = firm.admin.post("/api/tokens", {"name": "lectura", "capabilities": []}).body
    program = site.visitor()
    program.http.headers["Authorization"] = f"Bearer {made['token']}"
    assert program.get("/api/me").body["capabilities"] == ["clients.all"]
    assert program.post("/api/clients", {"tax_id": "x", "name": "x"}).status == 403
    program.http.headers["Authorization"] = f"Bearer {firm.admin.post('/api/tokens', {'name': 'todo'}).body['token']}"
    for path, body in (
        ("/api/tokens", {"name": "hijo"}),
        ("/api/me/password", {"current": firm.admin.password, "password": AGAIN}),
        ("/api/me/totp", {}),
    ):
        assert program.post(path, body).status == 403
    listed = firm.admin.get(f"/api/users/{firm.admin.get('/api/me').body['id']}/tokens").body["items"]
    assert [bool(token["last_used_at"]) for token in listed] == [True, True]


def test_too_many_failures_have_to_wait_at_every_worker_of_the_gateway(site):
    firm = site.firm()
    credentials = {"email": firm.admin.email, "password": "otra cosa"}
    statuses = [site.visitor().post("/api/session", credentials) for _ in range(11)]
    assert [answer.status for answer in statuses] == [401] * 10 + [429]
    assert int(statuses[-1].headers["Retry-After"]) > 0


@pytest.fixture(scope="module")
def mailed(tmp_path_factory, bodies):
    """A site with a mail server; both worlds send letters in `tests/sign_in`."""
    folder = tmp_path_factory.mktemp("mailed")
    with (
        post_office.opened(folder / "office") as office,
        sites.embedded(folder, bodies, smtp_url=office.url, mail_from="Casillero <avisos@casillero.example>") as site,
    ):
        site.office = office
        yield site


def link_in(site, email):
    (letter,) = until(lambda: site.office.letters(email))
    return re.search(rf"{site.url}(/invitacion/\S+)", letter.get_content())[1]


def test_somebody_is_invited_by_mail_and_later_forgets_their_password(mailed):
    made = mailed.ask("access", "create_tenant", "Gestoría Uno", f"admin{secrets.token_hex(4)}@uno.example")
    user_id, email = made["user_id"], mailed.ask("access", "users_of", made["tenant_id"])[0]["email"]
    mailed.accept(mailed.ask("sign_in", "invite", made["tenant_id"], user_id), AGAIN)
    admin = mailed.visitor()
    admin.sign_in(email, AGAIN)
    new = admin.post("/api/users", {"email": "ines@uno.example", "name": "Inés", "role": "reader"}).body
    assert (new["invitation"], new["mail"]["state"]) == (None, "pending")
    assert mailed.visitor().call("POST", link_in(mailed, "ines@uno.example"), data={"password": AGAIN}).status == 302
    assert admin.get(f"/api/users/{new['id']}/invitation").body["mail"]["state"] == "sent"
    person = mailed.visitor()
    assert person.sign_in("ines@uno.example", AGAIN).status == 200
    assert mailed.visitor().post("/api/session/forgotten", {"email": email}).status == 202
    assert mailed.visitor().call("POST", link_in(mailed, email), data={"password": "otra frase distinta"}).status == 302
    assert admin.get("/api/me").status == 401
    assert admin.sign_in(email, "otra frase distinta").status == 200
