"""The guide, from an empty client window to a colleague who sees the client."""

from __future__ import annotations

import base64
import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.portfolio import PASSWORD, register
from tests.people import ccc, naf

WRONG_CCC = "08123456789"
BOARD = "Habilitado para consultar notificaciones en tablón"
DROP = """(box, [name, content]) => {
  const files = new DataTransfer();
  files.items.add(new File([Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0))], name));
  box.dispatchEvent(new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer: files }));
}"""


@pytest.fixture
def manager(visits):
    return visits.page_of("manager")


def fill_in(page: Page, party, numbers: list[str]) -> None:
    """All fields of the window of a new client."""
    typed = {
        "NIF/CIF": party.tax_id,
        "Nombre o razón social": party.name,
        "Correo electrónico": "avisos@cliente.example",
        "Calle y número": "Rúa do Vilar, 3",
        "Código postal": "15705",
        "Población": "Santiago de Compostela",
        "Provincia": "A Coruña",
        "Notas del despacho": "Llamar antes de las once.",
    }
    for label, value in typed.items():
        page.get_by_label(label).fill(value)
    for row, number in enumerate(numbers, 1):
        page.get_by_role("textbox", name=f"CCC {row}").fill(number)
        page.get_by_role("button", name="Añadir CCC").click()
    page.get_by_role("textbox", name="NAF 1").fill(naf())


def save(page: Page) -> None:
    page.get_by_role("button", name="Guardar", exact=True).click()


def certificate_of(demo, party) -> bytes:
    return demo.sandbox.certificate(party.tax_id, party.name, PASSWORD, key="shared")


def test_a_new_client_with_all_fields_is_saved_after_the_wrong_one_of_two_ccc_is_put_right(manager, party, demo):
    right, other = ccc(), ccc()
    manager.goto("/clientes")
    manager.get_by_role("link", name="Nuevo", exact=True).click()
    fill_in(manager, party, [right, WRONG_CCC])
    save(manager)
    wrong = manager.get_by_role("textbox", name="CCC 2")
    expect(wrong).to_have_accessible_description(re.compile("Las dos últimas cifras"))
    expect(wrong).to_have_value(WRONG_CCC)
    expect(manager.get_by_role("textbox", name="CCC 1")).to_have_value(right)
    expect(manager.get_by_label("Notas del despacho")).to_have_value("Llamar antes de las once.")
    wrong.fill(other)
    save(manager)
    expect(manager.get_by_role("status").filter(has_text="Cliente dado de alta.")).to_be_visible()
    kept = demo.person("manager").get("/api/clients", q=party.tax_id).body["items"][0]
    assert kept["social_security"]["ccc"] == [right, other]
    assert kept["postal_address"]["city"] == "Santiago de Compostela"


def test_a_certificate_is_dropped_on_its_box_and_a_wrong_password_is_said_beside_it(manager, party, demo, visits):
    client_id = register(demo.person("manager"), party)
    manager.goto(f"/clientes/{client_id}")
    file = ["cliente.p12", base64.b64encode(certificate_of(demo, party)).decode()]
    manager.locator("#certificate [data-drop]").evaluate(DROP, file)
    manager.get_by_label("Contraseña del fichero").fill("otra")
    visits.foretell(422)
    manager.get_by_role("button", name="Subir").click()
    expect(manager.get_by_label("Contraseña del fichero")).to_have_attribute("aria-invalid", "true")
    manager.locator("#certificate [data-drop]").evaluate(DROP, file)
    manager.get_by_label("Contraseña del fichero").fill(PASSWORD)
    manager.get_by_role("button", name="Subir").click()
    card = manager.get_by_role("region", name="Certificado")
    expect(card.get_by_text("Vigente", exact=True)).to_be_visible()
    expect(card.get_by_text("Miquel Serra")).to_be_visible()
    expect(manager.get_by_role("link", name="Abrir navegador")).to_be_visible()


def test_a_certificate_is_chosen_as_a_file(manager, party, demo):
    client_id = register(demo.person("manager"), party)
    manager.goto(f"/clientes/{client_id}")
    content = {"name": "cliente.p12", "mimeType": "application/x-pkcs12", "buffer": certificate_of(demo, party)}
    manager.get_by_label("Fichero .p12 o .pfx").set_input_files(content)
    manager.get_by_label("Contraseña del fichero").fill(PASSWORD)
    manager.get_by_role("button", name="Subir").click()
    expect(manager.locator("#client-head").get_by_text("Certificado: vigente")).to_be_visible()


def test_a_member_of_the_group_now_sees_the_client_and_others_find_nothing(manager, party, demo, visits):
    client_id = register(demo.person("manager"), party)
    operator, reader = visits.page_of("operator"), visits.page_of("reader")
    assert operator.goto(f"/clientes/{client_id}").status == 404
    manager.goto(f"/clientes/{client_id}/grupos")
    manager.get_by_label("Grupo").select_option("Sociedades")
    manager.get_by_role("button", name="Añadir", exact=True).click()
    expect(manager.get_by_role("cell", name="Sociedades", exact=True)).to_be_visible()
    assert operator.goto(f"/clientes/{client_id}").status == 200
    expect(operator.get_by_role("heading", name=party.name)).to_be_visible()
    assert reader.goto(f"/clientes/{client_id}").status == 404


def test_the_board_is_switched_off_and_on_again(manager, party, demo):
    client_id = register(demo.person("manager"), party)
    manager.goto(f"/clientes/{client_id}")
    for is_watched in (False, True):
        manager.get_by_label(BOARD).set_checked(is_watched)
        save(manager)
        expect(manager.locator("#client-head").get_by_text("Tablón desactivado")).to_be_visible(visible=not is_watched)
        assert demo.person("manager").get(f"/api/clients/{client_id}").body["watch_edicts"] is is_watched


def test_the_second_of_two_who_edit_a_client_is_told_what_changed_and_loses_nothing_typed(manager, party, demo, visits):
    client_id = register(demo.person("manager"), party, email="antes@cliente.example")
    second = visits.page_of("administrator")
    for page in (manager, second):
        page.goto(f"/clientes/{client_id}")
    manager.get_by_label("Correo electrónico").fill("suyo@cliente.example")
    save(manager)
    expect(manager.get_by_text("Guardado.")).to_be_visible()
    second.get_by_label("Correo electrónico").fill("mio@cliente.example")
    second.get_by_label("Población").fill("Lugo")
    save(second)
    told = second.get_by_role("alert")
    for words in ("Otra persona ha guardado este cliente", "antes@cliente.example", "suyo@cliente.example"):
        expect(told.get_by_text(words).first).to_be_visible()
    expect(second.get_by_label("Correo electrónico")).to_have_value("mio@cliente.example")
    save(second)
    expect(second.get_by_text("Guardado.")).to_be_visible()
    now = demo.person("manager").get(f"/api/clients/{client_id}").body
    assert (now["email"], now["postal_address"]["city"]) == ("mio@cliente.example", "Lugo")


def test_a_row_of_numbers_is_taken_away_where_it_stands(manager, party, demo):
    first, second = ccc(), ccc()
    client_id = register(demo.person("manager"), party, social_security={"ccc": [first, second], "naf": []})
    manager.goto(f"/clientes/{client_id}")
    manager.get_by_role("button", name="Quitar CCC 1").click()
    expect(manager.get_by_role("textbox", name="CCC 1")).to_have_value(second)
    save(manager)
    expect(manager.get_by_text("Guardado.")).to_be_visible()
    assert demo.person("manager").get(f"/api/clients/{client_id}").body["social_security"]["ccc"] == [second]


def test_leaving_with_unsaved_changes_is_asked_about(manager, party, demo):
    manager.goto(f"/clientes/{register(demo.person('manager'), party)}")
    manager.get_by_label("Población").fill("Lugo")
    expect(manager.get_by_role("status").filter(has_text="Hay cambios sin guardar.")).to_be_visible()
    manager.on("dialog", lambda dialog: dialog.dismiss())
    with manager.expect_event("dialog") as asked:
        manager.get_by_role("link", name="Volver al listado").click()
    assert asked.value.type == "beforeunload"
    expect(manager.get_by_label("Población")).to_have_value("Lugo")
