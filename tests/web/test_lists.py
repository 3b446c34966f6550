"""What all lists have in common without JavaScript: addresses that ask for what they do not have."""

from __future__ import annotations

import pytest

from tests.journeys.portfolio import a_company, register
from tests.web.pages import opened


@pytest.mark.parametrize("address", ["/clientes?path=x", "/notificaciones?below=x&path=x", "/edictos?path=x", "/auditoria?path=x"])
def test_a_parameter_that_a_list_does_not_know_does_not_disturb_it(firm, admin, address):
    register(firm.admin, a_company())
    assert opened(admin, address).status == 200


def test_beyond_the_last_page_the_last_one_is_shown(firm, admin):
    names = sorted(firm.admin.get(f"/api/clients/{register(firm.admin, a_company())}").body["name"] for _ in range(3))
    page = opened(admin, "/clientes?page=7&page_size=2&sort=name")
    assert [name for name in names if name in page.text("//tbody")] == names[2:]
    assert page.text("//nav[@aria-label='Páginas']") == "Anterior Página 2 de 2"
