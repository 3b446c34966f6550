"""As it was read, as it was typed, as it is now: what is sent, what stands in the form, and what is told."""

from __future__ import annotations

import json

from werkzeug.datastructures import MultiDict

from gateway.web.client_form import EMPTY, changes, differences, flat, merged, nested, read_before, typed

READ = EMPTY | {"name": "Bodega", "email": "a@a.example", "social_security.ccc": ["1", "2"]}


def test_only_what_was_changed_is_sent():
    mine = READ | {"email": "b@b.example", "postal_address.city": "Lugo"}
    assert nested(changes(mine, READ)) == {"email": "b@b.example", "postal_address": {"city": "Lugo"}}


def test_all_is_sent_by_a_form_that_does_not_say_what_it_was_filled_from():
    assert changes(READ, read_before(MultiDict({"was": "no es JSON"}))) == READ


def test_what_another_person_changed_stands_in_the_form_where_nothing_was_typed():
    mine, theirs = READ | {"email": "mine@a.example"}, READ | {"email": "theirs@a.example", "notes": "Llamar"}
    assert merged(mine, READ, theirs) == READ | {"email": "mine@a.example", "notes": "Llamar"}


def test_each_field_that_is_new_is_told_with_theirs_and_mine():
    mine, theirs = READ | {"email": "mine@a.example"}, READ | {"email": "theirs@a.example", "notes": "Llamar"}
    told = [(one["name"], one["before"], one["theirs"], one["mine"]) for one in differences(mine, READ, theirs)]
    assert told == [("email", "a@a.example", "theirs@a.example", "mine@a.example"), ("notes", "", "Llamar", None)]


def test_two_who_typed_the_same_do_not_differ():
    both = READ | {"email": "b@b.example"}
    assert differences(both, READ, both) == []


def test_an_empty_row_is_no_number():
    assert typed(MultiDict([("ccc", " 1 "), ("ccc", ""), ("ccc", "2")]))["social_security.ccc"] == ["1", "2"]


def test_a_check_box_that_is_not_sent_is_off():
    assert typed(MultiDict([("watch_edicts", "1")]))["watch_edicts"] is True
    assert typed(MultiDict())["watch_edicts"] is False


def test_the_ends_of_lines_that_a_browser_sends_are_no_change():
    mine = typed(MultiDict([("notes", "una\r\ndos")]))
    assert "notes" not in changes(mine, READ | {"notes": "una\ndos"})


def test_a_client_comes_back_from_its_form_as_it_was():
    address = {name: "" for name in ("street", "postal_code", "city", "province", "country")}
    plain = {"tax_id": "B1", "name": "Bodega", "email": "", "notes": "a\r\nb", "receives_notifications": True, "watch_edicts": False}
    record = flat(plain | {"postal_address": address, "social_security": {"ccc": ["1"], "naf": []}})
    assert read_before(MultiDict({"was": json.dumps(record)})) == record
    assert nested(record)["social_security"] == {"ccc": ["1"], "naf": []}
