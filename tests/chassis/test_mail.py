"""Letters over a real mail server, in clear and over TLS."""

from __future__ import annotations

import pytest

from deploy.sandbox.authority import Authority
from services.chassis.mail import Mail, NotSent, Post
from services.chassis.settings import SettingMissing, Settings
from tests import post_office

SENDER = "Casillero <avisos@casillero.example>"
HELLO = Mail(
    "carta-1", "ines@uno.example", "Elección de contraseña", "Hola, Inés:\n\nhttps://casillero.example/invitacion/" + "x" * 43 + "\n"
)


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module", params=["smtp", "starttls", "smtps"])
def office(request, authority, tmp_path_factory):
    with post_office.opened(tmp_path_factory.mktemp(request.param), request.param, authority.server_file) as opened:
        yield opened


def post(url, authority=None, **changes):
    ca_file = str(authority.ca_file) if authority else ""
    return Post(Settings(smtp_url=url, smtp_ca_file=ca_file, mail_from=SENDER, **changes))


def test_a_letter_arrives_as_it_was_written(office, authority):
    post(office.url, authority).send(HELLO)
    (letter,) = office.letters(HELLO.to)
    assert (letter["From"], letter["To"], letter["Subject"]) == (SENDER, HELLO.to, HELLO.subject)
    assert letter["Message-ID"] == "<carta-1@casillero.example>"
    assert letter.get_content().replace("\r\n", "\n") == HELLO.text


def test_a_server_whose_certificate_nobody_signed_is_refused(office):
    if office.url.startswith("smtp:"):
        assert post(office.url).send(Mail("carta-2", "eva@uno.example", "Hola", "Hola")) is None
        return
    with pytest.raises(NotSent, match="no es de confianza") as refused:
        post(office.url).send(HELLO)
    assert not refused.value.is_final


def test_a_wrong_password_is_said_so(office, authority):
    if office.url.startswith("smtp:"):
        with pytest.raises(NotSent, match="CASILLERO_SMTP_URL"):
            post(office.url.replace("//", "//cartero:otra@")).send(HELLO)
        return
    with pytest.raises(NotSent, match="usuario o contraseña"):
        post(office.url.replace("clave", "otra"), authority).send(HELLO)


def test_a_recipient_who_does_not_exist_is_final(office, authority):
    with pytest.raises(NotSent, match="dirección de destino") as refused:
        post(office.url, authority).send(Mail("carta-3", "rechazada@uno.example", "Hola", "Hola"))
    assert refused.value.is_final


def test_a_recipient_who_is_put_off_is_not_final(office, authority):
    with pytest.raises(NotSent) as refused:
        post(office.url, authority).send(Mail("carta-4", "luego@uno.example", "Hola", "Hola"))
    assert not refused.value.is_final


def test_a_server_without_encryption_is_not_sent_a_letter_that_wants_it(tmp_path, authority):
    with post_office.opened(tmp_path / "mail") as office:
        with pytest.raises(NotSent, match="cifrado"):
            post(office.url.replace("smtp:", "starttls:"), authority).send(HELLO)
        assert office.letters() == []


def test_a_server_that_is_away_is_said_so():
    with pytest.raises(NotSent, match="no responde"):
        post("smtp://127.0.0.1:9").send(HELLO)


@pytest.mark.parametrize("to", ["ines", "ines@uno.example\r\nBcc: otra@uno.example", "ines@uno.example, otra@uno.example", ""])
def test_an_address_that_is_none_is_final(office, authority, to):
    with pytest.raises(NotSent) as refused:
        post(office.url, authority).send(Mail("carta-5", to, "Hola", "Hola"))
    assert refused.value.is_final


@pytest.mark.parametrize(
    "url", ["correo.example", "http://correo.example", "smtp://", "smtp://correo.example:mil", "smtp://u:p@correo.example"]
)
def test_a_mail_server_that_cannot_be_meant_is_named_with_its_cure(url):
    with pytest.raises(SettingMissing, match="CASILLERO_SMTP_URL"):
        post(url)


def test_without_a_sender_there_is_no_post():
    with pytest.raises(SettingMissing, match="CASILLERO_MAIL_FROM"):
        Post(Settings(smtp_url="smtp://localhost"))


def test_deployed_the_links_of_letters_need_an_address():
    with pytest.raises(SettingMissing, match="CASILLERO_PUBLIC_URL"):
        post("smtp://localhost", broker_url="amqp://localhost//")


def test_links_lead_to_the_public_address():
    assert post("smtp://localhost", public_url="https://casillero.example/").link("/x") == "https://casillero.example/x"
