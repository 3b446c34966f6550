"""The invented people of the sandbox."""

from __future__ import annotations

from random import Random

import pytest
from stdnum.es import nif

from deploy.sandbox.people import generate_ccc, generate_naf, generate_tax_id, invent_company, invent_parties, invent_person
from services.contracts.ids import warnings


@pytest.mark.parametrize("kind", ["dni", "nie", "klm", "cif"])
def test_a_generated_tax_id_is_valid_and_of_its_kind(kind: str) -> None:
    numbers = [generate_tax_id(Random(seed), kind) for seed in range(200)]
    assert all(nif.is_valid(number) and number.kind == kind and not warnings(number) for number in numbers)


def test_the_same_seed_invents_the_same_parties() -> None:
    assert invent_parties(Random(7), 50) == invent_parties(Random(7), 50)


def test_no_two_invented_parties_share_a_tax_id() -> None:
    parties = invent_parties(Random(1), 2_000)
    assert len({party.tax_id for party in parties}) == 2_000


def test_a_person_has_the_number_of_a_person_and_a_company_that_of_its_form() -> None:
    random = Random(3)
    assert all(invent_person(random).tax_id.is_person for _ in range(50))
    companies = [invent_company(random) for _ in range(50)]
    assert all(company.name.endswith("S.A." if company.tax_id[0] == "A" else "S.L.") for company in companies)


def test_generated_social_security_numbers_are_valid_without_warning() -> None:
    random = Random(5)
    numbers = [generate_ccc(random), generate_ccc(random, "0111"), *(generate_naf(random) for _ in range(100))]
    assert not any(warnings(number) for number in numbers)
