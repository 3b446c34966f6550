"""The pages speak five languages: no text is untranslated, none is left over, and the compiled files are those of the texts."""

from __future__ import annotations

import re

import pytest

from deploy import texts

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")


@pytest.fixture(scope="module")
def wanted():
    return {message.id for message in texts.wanted() if message.id}


def said(message) -> list[str]:
    return list(message.string) if isinstance(message.string, tuple | list) else [message.string]


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_every_text_is_translated(language, wanted):
    catalog = texts.translated(language)
    untranslated = [id for id in wanted if not (found := catalog.get(id if isinstance(id, str) else id[0])) or not all(said(found))]
    assert untranslated == [], f"{len(untranslated)} texts: make texts, then translate them"


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_no_translation_is_left_over(language, wanted):
    assert {message.id for message in texts.translated(language) if message.id} - wanted == set()


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_a_translation_keeps_what_is_put_into_the_text(language):
    wrong = []
    for message in texts.translated(language):
        ids = [message.id] if isinstance(message.id, str) else list(message.id)
        known = set(PLACEHOLDER.findall(ids[-1]))
        wrong += [ids[0] for string in said(message) if message.id and set(PLACEHOLDER.findall(string)) - known]
    assert wrong == []


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_the_compiled_file_is_that_of_the_texts(language):
    assert texts.po_of(language).with_suffix(".mo").read_bytes() == texts.compiled(texts.translated(language))
