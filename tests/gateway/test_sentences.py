"""What services say is known again by its words, and nothing that they say to people is left out."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy import texts
from gateway.sentences import PLACE, Sentences, sentences_in

FOR_OPERATORS = {
    "services/__main__.py",
    "services/browser/machine.py",
    "services/browser/own_firefox.py",
    "services/audit/checkpoint.py",
    "services/audit/keys.py",
    "services/chassis/broker.py",
    "services/chassis/migrations.py",
    "services/chassis/running.py",
    "services/chassis/sealing.py",
    "services/chassis/settings.py",
    "services/keyring/master.py",
    "services/keyring/opening.py",
}
"""What these say is read in a terminal or a log, by who runs the installation."""
NO_SENTENCES = re.compile(r"CASILLERO_|CRYPTOGRAPHY_|.*\b(the|of|is|has|was|no connector)\b", re.IGNORECASE)
READS_LIKE_ONE = re.compile(r"[A-ZÁÉÍÓÚÑ¿«{][^\n]* [^\n]*[.:]", re.DOTALL)
TOLD = re.compile(r"\|\s*(told|map\(.told.\))")
SPOKEN = re.compile(r"\.(message|reason)\b|explanation|(?<!\.)\bline\b|(faults|texts|errors)[^}]*join")


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_every_sentence_is_known_again_when_it_is_filled_in(language):
    wrong = []
    for message in (message for message in texts.translated(language, "sentences") if message.id):
        values = {name: f"«{name} 1»" for name in PLACE.findall(message.id)}
        told = sentences_in(language).told(message.id.format(**values))
        wrong += [(message.id, told)] if told != message.string.format(**values) else []
    assert wrong == []


def test_a_cure_within_a_sentence_is_told_too():
    catalan = Sentences({"No se lee. {cure}": "No es llegeix. {cure}", "Espere {count} días.": "Esperi {count} dies."})
    assert catalan.told("No se lee. Espere 3 días.") == "No es llegeix. Esperi 3 dies."


def test_of_two_sentences_that_fit_the_one_with_more_words_of_its_own_is_meant():
    english = Sentences({"{name} no responde.": "{name} is silent.", "El BOE de {day} no responde.": "The BOE of {day} is silent."})
    assert english.told("El BOE de ayer no responde.") == "The BOE of ayer is silent."


def test_a_value_with_braces_and_line_ends_stays_as_it_is():
    assert Sentences({"No existe «{name}».": "“{name}” does not exist."}).told("No existe «{a}\nb».") == "“{a}\nb” does not exist."


def test_what_is_no_sentence_stays_as_it_is():
    assert sentences_in("en").told("Bufete Ría y Ruiz") == "Bufete Ría y Ruiz"


def test_spanish_stays_as_it_is():
    assert sentences_in("es").told("Falta este dato.") == "Falta este dato."


def test_whatever_reads_like_a_sentence_in_a_service_is_said():
    assert [place for file in sorted(Path("services").rglob("*.py")) for place in unsaid(file)] == []


def test_whatever_services_said_is_told_on_pages():
    templates = sorted(Path("gateway/web/templates").rglob("*.html"))
    shown = [(file.name, expression) for file in templates for expression in re.findall(r"\{\{.*?\}\}", file.read_text())]
    assert [one for one in shown if SPOKEN.search(one[1]) and not TOLD.search(one[1]) and "_(" not in one[1]] == []


def unsaid(file: Path) -> Iterator[str]:
    if str(file) in FOR_OPERATORS or "migrations" in file.parts:
        return
    tree = ast.parse(file.read_text())
    above = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(tree):
        if isinstance(above.get(node), ast.Expr | ast.JoinedStr) or is_said(above.get(node)):
            continue
        text = words_of(node)
        if READS_LIKE_ONE.fullmatch(text) and not NO_SENTENCES.match(text):
            yield f"{file}:{node.lineno} {text}"


def is_said(node: ast.AST | None) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "said"


def words_of(node: ast.AST) -> str:
    """The text of a string, with `{}` where an f-string puts a value; empty for anything else."""
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
