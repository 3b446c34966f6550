"""Numbers in pages, as the language of the page writes them."""

from __future__ import annotations

import pytest

from gateway.app import create_app

CLIENTS = '{{ ngettext("%(num)s cliente", "%(num)s clientes", 12345) }}'


@pytest.mark.parametrize(("language", "said"), [("es", "12.345 clientes"), ("en", "12,345 clients")])
def test_thousands_are_marked_as_the_language_does(language, said):
    app = create_app(None)
    with app.test_request_context(headers={"Accept-Language": language}):
        assert app.jinja_env.from_string(CLIENTS).render() == said
