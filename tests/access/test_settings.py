"""The settings of a firm and its logo."""

from __future__ import annotations

import base64

import pytest

from services.contracts.errors import Invalid, NotAllowed, NotFound, StaleVersion, TooLarge

PNG = b"\x89PNG\r\n\x1a\n" + b"picture"
DEHU = {"body": "dehu", "via": "firm_certificate"}


def base64_of(content):
    return base64.b64encode(content).decode()


def test_a_new_firm_has_the_defaults(world):
    firm = world.firm()
    assert firm.admin.access.settings() == {
        "name": firm.name,
        "certificate_warning_days": 60,
        "strict_passwords": False,
        "requires_second_factor": False,
        "language": "es",
        "default_mailboxes": [],
        "has_logo": False,
        "version": 1,
    }


def test_what_is_not_sent_stays_and_other_services_may_read_it(world):
    firm = world.firm()
    changed = firm.admin.access.change_settings({"version": 1, "language": "eu", "default_mailboxes": [DEHU], "strict_passwords": True})
    assert (changed["language"], changed["certificate_warning_days"], changed["default_mailboxes"]) == ("eu", 60, [DEHU])
    assert changed["version"] == 2
    assert world.nobody.access.settings_of(firm.tenant_id) == changed


def test_every_bad_setting_is_named_at_once(world):
    bad = {"language": "fr", "certificate_warning_days": 0, "default_mailboxes": [DEHU, DEHU], "colour": "blue"}
    with pytest.raises(Invalid) as refused:
        world.firm().admin.access.change_settings(bad)
    assert set(refused.value.errors) == {"version", "language", "certificate_warning_days", "default_mailboxes", "colour"}


def test_an_old_version_of_the_settings_changes_nothing(world):
    firm = world.firm()
    firm.admin.access.change_settings({"version": 1, "language": "gl"})
    with pytest.raises(StaleVersion):
        firm.admin.access.change_settings({"version": 1, "language": "ca"})
    assert firm.admin.access.settings()["language"] == "gl"


@pytest.mark.parametrize("role", ["manager", "operator", "reader"])
def test_everybody_reads_the_settings_and_only_who_manages_them_changes_them(world, role):
    firm = world.firm()
    person = firm.as_user(firm.user(role)).access
    assert person.settings()["name"] == firm.name
    for ask in (lambda: person.change_settings({"version": 1}), lambda: person.set_logo(base64_of(PNG)), person.remove_logo):
        with pytest.raises(NotAllowed):
            ask()


def test_the_settings_of_a_firm_that_does_not_exist_are_not_found(world):
    with pytest.raises(NotFound):
        world.nobody.access.settings_of("nobody")


def test_a_logo_is_shown_as_what_it_is_until_it_is_removed(world):
    firm = world.firm()
    assert firm.admin.access.set_logo(base64_of(PNG))["has_logo"] is True
    assert firm.admin.access.logo() == {"media_type": "image/png", "content_base64": base64_of(PNG)}
    firm.admin.access.set_logo(base64_of(b"\xff\xd8\xffpicture"))
    assert firm.admin.access.logo()["media_type"] == "image/jpeg"
    assert firm.admin.access.remove_logo()["has_logo"] is False
    with pytest.raises(NotFound):
        firm.admin.access.logo()


def test_a_logo_of_one_firm_is_not_anothers(world):
    mine, theirs = world.firm(), world.firm()
    theirs.admin.access.set_logo(base64_of(PNG))
    with pytest.raises(NotFound):
        mine.admin.access.logo()


@pytest.mark.parametrize(
    ("content", "refusal"), [(b"<svg/>", Invalid), (b"", Invalid), (PNG + bytes(200_000), TooLarge)], ids=["svg", "nothing", "large"]
)
def test_only_a_small_picture_is_a_logo(world, content, refusal):
    with pytest.raises(refusal):
        world.firm().admin.access.set_logo(base64_of(content))
