"""The argon2 wrapper by itself."""

from __future__ import annotations

from services.sign_in import passwords


def test_a_password_matches_its_own_hash_only():
    stored = passwords.hashed("un gato en el tejado")
    assert stored.startswith("$argon2id$")
    assert passwords.matches(stored, "un gato en el tejado")
    assert not passwords.matches(stored, "un gato en el tejadO")


def test_the_same_password_is_stored_in_two_ways():
    assert passwords.hashed("un gato en el tejado") != passwords.hashed("un gato en el tejado")


def test_no_password_matches_where_none_is_set():
    assert not passwords.matches(None, "")


def test_composed_and_decomposed_letters_are_the_same_password():
    assert passwords.matches(passwords.hashed("contrase\u00f1a larga"), "contrasen\u0303a larga")


def test_a_hash_that_cannot_be_read_matches_nothing():
    assert not passwords.matches("not a hash", "un gato en el tejado")
