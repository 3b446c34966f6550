"""Every page by its rule, with the address at which the demo has one to show, and as whom it is looked at.

Invariant: the rules are taken from the application itself, so that a new page without a place here fails a test.
"""

from __future__ import annotations

import re
from typing import Any, Final

from gateway.app import create_app
from tests.browser.demo import Demo
from tests.people import company_tax_id
from tests.visitors import wait_for
from tests.worlds import numbers

STRANGERS: Final = ("/entrar", "/entrar/proveedor", "/olvidada", "/invitacion/<code>", "/primer-acceso/<code>")
ADMINISTRATORS: Final = ("/usuarios", "/roles", "/despacho", "/aparcados", "/portales")
# Whose parts depend on what one may do: these are looked at as a reader, too.
NARROWER: Final = (
    "/clientes",
    "/clientes/<client_id>",
    "/clientes/<client_id>/notificaciones/<notification_id>",
    "/clientes/<client_id>/grupos",
    "/clientes/<client_id>/buzones",
    "/notificaciones/<notification_id>",
    "/edictos",
    "/grupos",
)
# A file, a wire, or what only machines read.
NO_PAGES: Final = (
    "/despacho/logo",
    "/documentos/<document_id>",
    "/navegador/<session_id>/pantalla",
    "/livez",
    "/readyz",
    "/metrics",
    "/static/<path:filename>",
)
# The viewer stands on a client's browser in its sandbox, for which the machine of the demo may lack what it needs.
WITHOUT_A_PLACE: Final = ("/navegador/<session_id>",)
CONVERTER: Final = re.compile(r"<(?:\w+:)?(\w+)>")


def rules() -> list[str]:
    """Of all pages that the demo has to be looked at; those of the API are none."""
    everything = {rule.rule for rule in create_app(None).url_map.iter_rules() if "GET" in rule.methods}
    return sorted(rule for rule in everything if not rule.startswith("/api/") and rule not in NO_PAGES + WITHOUT_A_PLACE)


def role_for(rule: str) -> str | None:
    """None: nobody is signed in."""
    if rule in STRANGERS:
        return None
    return "administrator" if rule.startswith(ADMINISTRATORS) else "manager"


def address(rule: str, ids: dict[str, str]) -> str:
    return CONVERTER.sub(lambda found: ids[found[1]], rule)


def ids_of(demo: Demo) -> dict[str, str]:
    """What stands for each variable part of the rules."""
    manager, admin = demo.person("manager"), demo.person("administrator")
    notification = manager.get("/api/notifications", kind="notification").body["items"][0]
    mailbox = manager.get("/api/mailboxes", client=notification["client_id"]).body["items"][0]
    return {
        "client_id": notification["client_id"],
        "notification_id": notification["id"],
        "mailbox_id": mailbox["id"],
        "act": "consultar",
        "sync_id": manager.post(f"/api/mailboxes/{mailbox['id']}/sync").body["id"],
        "job_id": an_import(demo),
        "group_id": demo.group("Sociedades"),
        "edict_id": manager.get("/api/edicts").body["items"][0]["id"],
        "certificate_id": manager.get("/api/certificates").body["items"][0]["id"],
        "user_id": demo.person("operator").get("/api/me").body["id"],
        "role_id": admin.get("/api/roles").body["items"][0]["id"],
        "portal_id": admin.get("/api/portals").body["items"][0]["id"],
        "number": "1",
        "code": an_invitation(admin),
    }


def an_import(demo: Demo) -> str:
    """The id of a job that is over, with a row that was refused."""
    manager = demo.person("manager")
    file = f"identificador;razon_social;nif;email;telefono\r\n1;Importada;{company_tax_id()};;\r\n2;Mala;B12345678;;\r\n"
    begun = manager.call("POST", "/api/clients/import", files={"file": ("clientes.csv", file.encode())})
    wait_for(manager, f"/api/jobs/{begun.body['id']}", lambda job: job["state"] == "done")
    return begun.body["id"]


def an_invitation(admin: Any) -> str:
    invited = {"email": f"nueva{next(numbers)}@demo.example", "name": "Nueva", "role": "reader", "group_ids": []}
    return admin.post("/api/users", invited).body["invitation"]
