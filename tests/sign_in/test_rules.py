"""Which passwords may be chosen."""

from __future__ import annotations

import pytest

from services.contracts.errors import Invalid
from services.sign_in import passwords
from services.sign_in.rules import STRICT, reasons_against, rules_of

INES = ["ines.garcia@gestoriasol.example", "Inés García", "Gestoría del Sol"]
GUESSABLE = [
    *("aaaaaaaaaaaa", "abababababab", "abcabcabcabc", "123456789012", "qwertyuiop123", "zxcvbnm,zxcvbnm", "lkjhgfdsalkj"),
    *("Password1234", "P4ssw0rd1234", "Contrase\u00f1a2026!", "Bienvenido2025", "casillero-2026", "Madrid Barcelona"),
]


@pytest.mark.parametrize("password", ["", "gato tejado", "x" * 500 + "y" * 600, *GUESSABLE])
def test_a_short_guessable_or_endless_password_is_refused(password):
    with pytest.raises(Invalid) as refused:
        passwords.require_good(password, INES)
    assert list(refused.value.errors) == ["password"]


@pytest.mark.parametrize("password", ["InesGarcia1985", "ines.garcia@gestoriasol", "Gestor\u00eda del Sol 7", "1n3s garc1a 22"])
def test_a_password_made_of_who_chooses_it_is_refused(password):
    assert any("su nombre" in reason for reason in reasons_against(password, INES))
    assert not list(reasons_against(password + " y tres gatos", INES))


@pytest.mark.parametrize(
    "password", ["un gato en el tejado", "gatotejadoso", "correct horse battery", "xK3_fj29sLQm", "la segunda contrase\u00f1a"]
)
def test_twelve_characters_that_nobody_guesses_are_enough(password):
    assert not list(reasons_against(password, INES))


def test_strict_rules_ask_for_sixteen_characters():
    assert rules_of({"strict_passwords": True}) is STRICT
    assert list(reasons_against("gatos y tejados"[:15], [], STRICT))
    assert not list(reasons_against("gatos y tejados!", [], STRICT))
