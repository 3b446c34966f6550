"""`make screenshots`: each window as a gestor sees it, into docs/screenshots, for the README and to be looked at.

The tests do not write them, so that a run of the tests leaves the tree as it was.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Final

from PIL import Image
from playwright.sync_api import Page

from deploy.sandbox.people import invent_parties
from tests.browser.demo import Demo, running_demo
from tests.browser.places import address, ids_of
from tests.browser.starting import chromium
from tests.browser.viewer import BUTTON, greeted_by_the_first_portal, opened_from, shown
from tests.browser.visits import NARROW, WIDE, Visits
from tests.conftest import own_folder
from tests.visitors import wait_for

FOLDER: Final = Path(__file__).parents[2] / "docs" / "screenshots"
MANY: Final = 1_200
COLOURS: Final = 64


@dataclass(frozen=True)
class Shot:
    """One window: `rule` of its page, as whom, how wide, and what is done before it is taken."""

    name: str
    rule: str
    role: str | None = "manager"
    is_narrow: bool = False
    scheme: str = "light"
    prepare: Callable[[Page], object] = lambda page: None


def fill_wrongly(page: Page) -> None:
    page.get_by_label("NIF/CIF").fill("B12345674")
    page.get_by_label("Nombre o razón social").fill("Talleres del Puerto S.L.")
    page.get_by_role("textbox", name="CCC 1").fill("08123456789")
    page.get_by_role("button", name="Guardar", exact=True).click()
    page.get_by_role("textbox", name="CCC 1").scroll_into_view_if_needed()


def choose_all(page: Page) -> None:
    page.get_by_label("Elegir todos los de esta página").check()


FEW: Final = (
    Shot("entrar", "/entrar", None),
    Shot("clientes", "/clientes"),
    Shot("clientes-oscuro", "/clientes", scheme="dark"),
    Shot("clientes-telefono", "/clientes", is_narrow=True),
    Shot("cliente", "/clientes/<client_id>"),
    Shot("cliente-nuevo", "/clientes/nuevo", prepare=fill_wrongly),
    Shot("cliente-notificaciones", "/clientes/<client_id>/notificaciones/<notification_id>"),
    Shot("cliente-grupos", "/clientes/<client_id>/grupos"),
    Shot("cliente-buzones", "/clientes/<client_id>/buzones"),
    Shot("cliente-telefono", "/clientes/<client_id>", is_narrow=True),
    Shot("notificaciones", "/notificaciones/<notification_id>"),
    Shot("notificaciones-telefono", "/notificaciones", is_narrow=True),
    Shot("tablon", "/edictos"),
    Shot("buzones", "/buzones"),
    Shot("grupos", "/grupos"),
    Shot("grupo", "/grupos/<group_id>"),
    Shot("usuarios", "/usuarios", "administrator"),
    Shot("rol", "/roles/<role_id>", "administrator"),
    Shot("portales", "/portales", "administrator"),
    Shot("certificados", "/certificados"),
    Shot("despacho", "/despacho", "administrator"),
    Shot("salud", "/salud"),
    Shot("auditoria", "/auditoria"),
    Shot("aparcados", "/aparcados", "administrator"),
    Shot("importacion", "/trabajos/<job_id>"),
    Shot("perfil", "/perfil"),
)
FULL: Final = (
    Shot("clientes-1200", "/clientes?page=3", prepare=choose_all),
    Shot("clientes-nadie", "/clientes?q=nadie&certificate=expired"),
    Shot("notificaciones-1200", "/notificaciones?sort=-available_at"),
    Shot("cliente-notificaciones-1200", "/clientes/<client_id>/notificaciones?page=2"),
)


def take(visits: Visits, ids: dict[str, str], shot: Shot, folder: Path) -> None:
    person = visits.demo.person(shot.role) if shot.role else None
    look = {"viewport": NARROW if shot.is_narrow else WIDE, "color_scheme": shot.scheme, "reduced_motion": "reduce"}
    page = visits.page_for(person, **look)
    page.goto(address(shot.rule, ids), wait_until="networkidle")
    shot.prepare(page)
    keep(page.screenshot(caret="initial"), folder / f"{shot.name}.png")
    page.context.close()


def take_browser(visits: Visits, folder: Path) -> None:
    """What a person sees of a client's browser: the list of portals, then a sede that knows the client by name."""
    client = visits.demo.person("operator").get("/api/clients", page_size=1).body["items"][0]
    screen = opened_from(visits.page_of("operator"), client["id"])
    shown(screen, BUTTON, 0.001)
    keep(screen.screenshot(), folder / "navegador.png")
    greeted_by_the_first_portal(screen)
    keep(screen.screenshot(), folder / "navegador-sede.png")
    screen.get_by_role("button", name="Cerrar navegador").click()


def keep(picture: bytes, path: Path) -> None:
    """In few colours: a page has no more, and a file is a third as large."""
    Image.open(BytesIO(picture)).convert("RGB").quantize(COLOURS).save(path, optimize=True)


def receive_many(demo: Demo, ids: dict[str, str]) -> None:
    """In one mailbox, until the inbox has as many."""
    manager = demo.person("manager")
    there = manager.get("/api/notifications").body["total"]
    demo.sandbox.many([manager.get(f"/api/clients/{ids['client_id']}").body["tax_id"]], MANY - there)
    manager.post(f"/api/mailboxes/{ids['mailbox_id']}/sync")
    wait_for(manager, "/api/notifications", lambda body: body["total"] == MANY)


def import_many(demo: Demo) -> None:
    """Until the list has as many as a firm that is not small."""
    manager = demo.person("manager")
    there = manager.get("/api/clients").body["total"]
    rows = [f"{number};{party.name};{party.tax_id};;" for number, party in enumerate(invent_parties(Random(MANY), MANY - there), 1)]
    file = "\r\n".join(["identificador;razon_social;nif;email;telefono", *rows])
    begun = manager.call("POST", "/api/clients/import", files={"file": ("clientes.csv", file.encode())})
    wait_for(manager, f"/api/jobs/{begun.body['id']}", lambda job: job["state"] == "done")


def main(folder: Path = FOLDER) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with own_folder() as data, running_demo(data) as demo, chromium() as browser:
        visits = Visits(browser, demo)
        ids = ids_of(demo)
        for shot in FEW:
            take(visits, ids, shot, folder)
        take_browser(visits, folder)
        import_many(demo)
        receive_many(demo, ids)
        for shot in FULL:
            take(visits, ids, shot, folder)
        assert not visits.faults, visits.faults


if __name__ == "__main__":
    main()
