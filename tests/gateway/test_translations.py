"""Pages and sentences speak five languages: nothing is untranslated, none is left over, and the compiled files are those of the texts."""

from __future__ import annotations

import re

import pytest

from deploy import texts

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}")
EVERYWHERE = [pytest.param(language, domain, id=f"{language}-{domain}") for language in texts.LANGUAGES for domain in texts.SOURCES]


@pytest.fixture(scope="module")
def wanted():
    return {domain: {message.id for message in texts.wanted(domain) if message.id} for domain in texts.SOURCES}


def strings(message) -> list[str]:
    return list(message.string) if isinstance(message.string, tuple | list) else [message.string]


@pytest.mark.parametrize(("language", "domain"), EVERYWHERE)
def test_every_text_is_translated(language, domain, wanted):
    catalog = texts.translated(language, domain)
    found = {id: catalog.get(id if isinstance(id, str) else id[0]) for id in wanted[domain]}
    untranslated = [id for id, message in found.items() if not message or not all(strings(message))]
    assert untranslated == [], f"{len(untranslated)} texts: make texts, then translate them"


@pytest.mark.parametrize(("language", "domain"), EVERYWHERE)
def test_no_translation_is_left_over(language, domain, wanted):
    assert {message.id for message in texts.translated(language, domain) if message.id} - wanted[domain] == set()


@pytest.mark.parametrize(("language", "domain"), EVERYWHERE)
def test_a_translation_keeps_what_is_put_into_the_text(language, domain):
    wrong = []
    for message in texts.translated(language, domain):
        ids = [message.id] if isinstance(message.id, str) else list(message.id)
        known = set(PLACEHOLDER.findall(ids[-1]))
        wrong += [ids[0] for string in strings(message) if message.id and set(PLACEHOLDER.findall(string)) - known]
    assert wrong == []


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_a_translated_sentence_leaves_out_nothing_that_was_put_into_it(language):
    sentences = [message for message in texts.translated(language, "sentences") if message.id]
    assert [one.id for one in sentences if sorted(PLACEHOLDER.findall(one.id)) != sorted(PLACEHOLDER.findall(one.string))] == []


@pytest.mark.parametrize(("language", "domain"), EVERYWHERE)
def test_the_compiled_file_is_that_of_the_texts(language, domain):
    assert texts.po_of(language, domain).with_suffix(".mo").read_bytes() == texts.compiled(texts.translated(language, domain))
