"""The first page of a session: *Lista de servicios accesibles con certificado digital*, one row a portal, with what can be done there.

Served by the session's own proxy at an address that exists nowhere else. Everything in it is text of others, so it is escaped.
"""

from __future__ import annotations

from html import escape
from typing import Any, Final

Json = dict[str, Any]
TITLE: Final = "Lista de servicios accesibles con certificado digital"
ACTIONS: Final = {"access": "Acceder al portal", "register": "Registrarse", "sign_test": "Prueba de firma electrónica"}
STYLE: Final = """
body { font: 16px/1.5 system-ui, sans-serif; margin: 0; color: #182433; background: #f6f8fb }
main { max-width: 60rem; margin: 2rem auto; padding: 0 1.5rem }
h1 { font-size: 1.5rem; margin: 0 0 .25rem } p { margin: 0 0 1.5rem; color: #49566c }
table { width: 100%; border-collapse: collapse; background: #fff; border: 1px solid #dce1e7; border-radius: 6px }
th, td { text-align: left; padding: .75rem 1rem; border-top: 1px solid #dce1e7; font-weight: 500 }
td { text-align: right }
a { display: inline-block; margin: .1rem 0 .1rem .5rem; padding: .3rem .8rem; border-radius: 4px; border: 1px solid #066fd1 }
a { color: #066fd1; text-decoration: none } a.access { background: #066fd1; color: #fff }
a:focus, a:hover { outline: 2px solid #182433 }
"""


def page(client: str, certificate: str, portals: list[Json]) -> bytes:
    """`client`: its name; `certificate`: whose it is, as its subject says."""
    rows = "".join(row(portal) for portal in portals)
    return (
        f'<!doctype html><html lang="es"><meta charset="utf-8"><title>{escape(TITLE)}</title><style>{STYLE}</style>'
        f"<main><h1>{escape(TITLE)}</h1><p>{escape(client)} · Certificado: {escape(certificate)}</p><table>{rows}</table></main></html>"
    ).encode()


def row(portal: Json) -> str:
    links = "".join(link(action) for action in portal["actions"])
    return f'<tr><th scope="row">{escape(portal["name"])}</th><td>{links}</td></tr>'


def link(action: Json) -> str:
    label = ACTIONS[action["kind"]] + (f" ({action['label']})" if action.get("label") else "")
    return f'<a class="{action["kind"]}" href="{escape(action["url"])}">{escape(label)}</a>'
