"""API tokens, through the promises of `sign_in`."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import delete, update

from services.chassis.asking import Asking, narrowing
from services.contracts.errors import AlreadyShown, Invalid, NotAllowed, NotFound, NotSignedIn
from services.contracts.message import utc_now
from services.sign_in.models import Token
from tests.worlds import until


def is_over(world, token):
    try:
        world.nobody.sign_in.who(token)
    except NotSignedIn:
        return True
    return False


def test_a_token_says_whose_it_is_and_what_it_may(world):
    firm = world.firm()
    made = firm.admin.sign_in.issue_token({"name": "ERP", "capabilities": ["clients.write"]})
    who = world.nobody.sign_in.who(made["token"])
    assert made["token"].startswith("cas_")
    assert (who["tenant_id"], who["user_id"], who["kind"], who["only"]) == (firm.tenant_id, firm.admin_id, "token", ["clients.write"])


def test_a_token_without_capabilities_has_all_of_its_owners(world):
    token = world.firm().admin.sign_in.issue_token({"name": "todo"})["token"]
    assert world.nobody.sign_in.who(token)["only"] is None


def test_a_token_that_is_revoked_while_it_is_looked_up_is_not_good(world):
    """As a look finds it whose first statement came before the revocation and whose second one comes after."""
    firm = world.firm()
    made = firm.admin.sign_in.issue_token({"name": "ERP"})
    with world.store("sign_in").begin(Asking(tenant_id=firm.tenant_id)) as db:
        db.execute(delete(Token).where(Token.id == made["id"]))
    with pytest.raises(NotSignedIn):
        world.nobody.sign_in.who(made["token"])


def test_a_token_is_shown_once(world):
    firm = world.firm()
    made = firm.admin.sign_in.issue_token({"name": "ERP"})
    (listed,) = firm.admin.sign_in.tokens()
    assert listed == {field: value for field, value in made.items() if field != "token"}


def test_a_token_never_has_more_than_its_owner(world):
    firm = world.firm()
    with pytest.raises(Invalid) as refused:
        firm.as_user(firm.user("operator")).sign_in.issue_token({"name": "ERP", "capabilities": ["clients.write", "users.manage"]})
    assert list(refused.value.errors) == ["capabilities"]


def test_a_token_makes_no_tokens_and_changes_nothing_that_lets_its_owner_in(world):
    firm = world.firm()
    made = firm.admin.sign_in.issue_token({"name": "ERP"})
    program = firm.as_user(firm.admin_id, came_with=f"token {made['id']}").sign_in
    calls = [
        lambda: program.issue_token({"name": "hijo"}),
        lambda: program.change_password("x", "otra frase distinta"),
        program.enrol_totp,
        lambda: program.confirm_totp("123456"),
        lambda: program.remove_totp("x", "123456"),
        lambda: program.renew_recovery_codes("x", "123456"),
        lambda: program.reset_second_factor(firm.user("reader")),
        lambda: program.invite_user(firm.admin_id),
        program.sessions,
    ]
    for call in calls:
        with pytest.raises(NotAllowed, match="navegador"):
            call()


def test_a_token_without_any_capability_only_reads(world):
    firm = world.firm()
    made = firm.admin.sign_in.issue_token({"name": "lectura", "capabilities": []})
    only = narrowing(world.nobody.sign_in.who(made["token"])["only"])
    program = firm.as_user(firm.admin_id, only=only)
    assert program.access.me()["capabilities"] == ["clients.all"]
    assert program.access.settings()["name"] == firm.name
    with pytest.raises(NotAllowed):
        program.clients.register({"tax_id": "x", "name": "x"})


def test_who_comes_with_a_narrow_token_may_no_more_than_it_says(world):
    firm = world.firm()
    narrow = firm.as_user(firm.admin_id, only="clients.write")
    assert narrow.access.me()["capabilities"] == ["clients.write"]
    with pytest.raises(NotAllowed):
        narrow.access.create_group({"name": "Norte"})


def test_every_bad_field_of_a_token_is_named(world):
    with pytest.raises(Invalid) as refused:
        world.firm().admin.sign_in.issue_token({"name": "x", "capabilities": ["volar"], "expires_at": "2020-01-01T00:00:00Z"})
    assert set(refused.value.errors) == {"capabilities", "expires_at"}


def test_an_expired_token_is_nobody(world):
    firm = world.firm()
    ends = utc_now() + timedelta(hours=1)
    made = firm.admin.sign_in.issue_token({"name": "ERP", "expires_at": ends.isoformat()})
    assert not is_over(world, made["token"])
    with world.store("sign_in").begin(Asking(tenant_id=firm.tenant_id)) as db:
        db.execute(update(Token).where(Token.id == made["id"]).values(expires_at=utc_now()))
    assert is_over(world, made["token"])


def test_use_of_a_token_is_shown(world):
    firm = world.firm()
    made = firm.admin.sign_in.issue_token({"name": "ERP"})
    assert made["last_used_at"] is None
    world.nobody.sign_in.who(made["token"])
    assert firm.admin.sign_in.tokens()[0]["last_used_at"] is not None


def test_a_revoked_token_ends_at_once(world):
    firm = world.firm()
    made = firm.admin.sign_in.issue_token({"name": "ERP"})
    firm.admin.sign_in.revoke_token(made["id"])
    assert is_over(world, made["token"])
    assert firm.admin.sign_in.tokens() == []


def test_a_revocation_is_in_the_trail_with_who_did_it(world):
    firm = world.firm()
    user_id = firm.user("reader")
    made = firm.as_user(user_id).sign_in.issue_token({"name": "ERP"})
    firm.admin.sign_in.revoke_token(made["id"])
    (entry,) = firm.admin.audit.entries({"act": "revoke_token"})["items"]
    assert (entry["user_id"], entry["subject"]) == (firm.admin_id, made["id"])


def test_a_revocation_that_is_refused_is_not_in_the_trail(world):
    firm = world.firm()
    with pytest.raises(NotFound):
        firm.admin.sign_in.revoke_token(firm.admin_id)
    assert firm.admin.audit.entries({"act": "revoke_token"})["items"] == []


def test_who_manages_users_revokes_the_tokens_of_others(world):
    firm = world.firm()
    made = firm.as_user(firm.user("reader")).sign_in.issue_token({"name": "ajeno"})
    firm.admin.sign_in.revoke_token(made["id"])
    assert is_over(world, made["token"])


def test_a_token_of_somebody_else_does_not_exist(world):
    mine, theirs = world.firm(), world.firm()
    made = theirs.admin.sign_in.issue_token({"name": "ajeno"})
    colleague = theirs.as_user(theirs.user("manager"))
    for caller in (mine.admin, colleague):
        with pytest.raises(NotFound):
            caller.sign_in.revoke_token(made["id"])
    assert not is_over(world, made["token"])


def test_disabling_a_person_ends_their_tokens(world):
    firm = world.firm()
    user_id = firm.user("reader")
    token = firm.as_user(user_id).sign_in.issue_token({"name": "ERP"})["token"]
    firm.admin.access.change_user(user_id, {"version": 1, "is_active": False})
    until(lambda: is_over(world, token))


def test_a_repeated_call_makes_no_second_token_and_shows_the_first_no_more(world):
    firm = world.firm()
    keyed = firm.as_user(firm.admin_id, idempotency_key="una")
    made = keyed.sign_in.issue_token({"name": "a"})
    with pytest.raises(AlreadyShown):
        keyed.sign_in.issue_token({"name": "a"})
    assert [token["id"] for token in firm.admin.sign_in.tokens()] == [made["id"]]


def test_who_manages_users_sees_the_tokens_of_others(world):
    firm = world.firm()
    user_id = firm.user("reader")
    made = firm.as_user(user_id).sign_in.issue_token({"name": "ERP"})
    (listed,) = firm.admin.sign_in.tokens_of(user_id)
    assert listed["id"] == made["id"]
    with pytest.raises(NotAllowed):
        firm.as_user(user_id).sign_in.tokens_of(firm.admin_id)
    with pytest.raises(NotFound):
        world.firm().admin.sign_in.tokens_of(user_id)


def test_a_token_is_not_revoked_as_somebody_elses(world):
    firm = world.firm()
    made = firm.as_user(firm.user("reader")).sign_in.issue_token({"name": "ERP"})
    with pytest.raises(NotFound):
        firm.admin.sign_in.revoke_token(made["id"], firm.admin_id)
    assert not is_over(world, made["token"])


def test_the_trail_says_what_a_token_may_and_until_when(world):
    firm, until_then = world.firm(), "2099-01-01T00:00:00+00:00"
    made = firm.admin.sign_in.issue_token({"name": "ERP", "capabilities": ["clients.write"], "expires_at": until_then})
    (entry,) = firm.admin.audit.entries({"act": "issue_token"})["items"]
    assert (entry["subject"], entry["detail"]) == (made["id"], {"capabilities": "clients.write", "expires_at": until_then})
