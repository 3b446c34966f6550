"""Letters over SMTP, one at a time, to one person.

    smtps://user:password@host:465       TLS from the first byte
    starttls://user:password@host:587    TLS before a letter or a password is sent; a server without it is refused
    smtp://host:25                       in clear, so never with a password, except on this machine

Trap: an answer that is lost after a letter was taken looks like a letter that was not. Whoever sends it again sends it twice; both copies
carry the same Message-ID (RFC 5322, section 3.6.4), by which mail programs show them as one.
"""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from urllib.parse import unquote, urlsplit

import eventlet
from nameko.extensions import DependencyProvider

from services.chassis.database import outside_units
from services.chassis.settings import SettingMissing, Settings
from services.contracts.message import utc_now
from services.contracts.sentences import said

PORTS = {"smtps": 465, "starttls": 587, "smtp": 25}
LOOPBACK = ("127.0.0.1", "localhost", "::1")
STEP_S, WHOLE_S = 20, 60


class NotSent(Exception):
    """Why a letter was not taken, as a plain Spanish sentence; `is_final`: it never will be."""

    def __init__(self, reason: str, is_final: bool = False):
        super().__init__(reason)
        self.reason, self.is_final = reason, is_final


@dataclass(frozen=True)
class Mail:
    """What to send; `id` is the same whenever the same letter is sent again."""

    id: str
    to: str
    subject: str
    text: str


@dataclass(frozen=True)
class Server:
    scheme: str
    host: str
    port: int
    user: str
    password: str


class Post:
    """What a service knows as `self.post`. `is_on`: there is a mail server. `link` is where people find a path of ours."""

    def __init__(self, settings: Settings):
        self.settings = settings
        self.is_on = bool(settings.smtp_url)
        if self.is_on:
            self.server = server_of(settings.smtp_url)
            self.sender = sender_of(settings.mail_from)
            require_address(settings)

    def link(self, path: str) -> str:
        told = self.settings.data_dir / "url"
        base = self.settings.public_url or (told.read_text() if told.exists() else "")
        return base.rstrip("/") + path

    def send(self, mail: Mail) -> None:
        """Returns when the server has taken it; raises NotSent."""
        outside_units("sending a letter")
        try:
            letter = written(mail, self.sender)
            with eventlet.Timeout(WHOLE_S), self._connected() as connection:
                connection.send_message(letter)
        except (OSError, ValueError, smtplib.SMTPException, eventlet.Timeout) as error:
            raise not_sent(error) from error

    def _connected(self) -> smtplib.SMTP:
        server, trusted = self.server, ssl.create_default_context(cafile=self.settings.smtp_ca_file or None)
        if server.scheme == "smtps":
            connection: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=STEP_S, context=trusted)
        else:
            connection = smtplib.SMTP(server.host, server.port, timeout=STEP_S)
        try:
            if server.scheme == "starttls":
                connection.starttls(context=trusted)
            if server.user:
                connection.login(server.user, server.password)
        except BaseException:
            connection.close()
            raise
        return connection


class Mailer(DependencyProvider):
    """`post = Mailer()` in a service class. A wrong setting stops the service before it starts."""

    def setup(self) -> None:
        self.post = Post(self.container.config["settings"])

    def get_dependency(self, worker_ctx: object) -> Post:
        return self.post


def server_of(url: str) -> Server:
    """Raises SettingMissing."""
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        port = -1
    if parts.scheme not in PORTS or not parts.hostname or port == -1:
        raise SettingMissing("CASILLERO_SMTP_URL: no se entiende. Escriba, por ejemplo, starttls://usuario:clave@correo.despacho.es:587.")
    if parts.scheme == "smtp" and parts.username and parts.hostname not in LOOPBACK:
        raise SettingMissing("CASILLERO_SMTP_URL: smtp:// enviaría la contraseña sin cifrar. Use starttls:// o smtps://.")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return Server(parts.scheme, parts.hostname, port or PORTS[parts.scheme], user, password)


def sender_of(text: str) -> Address:
    """Raises SettingMissing."""
    try:
        return address_of(*parseaddr(text))
    except ValueError as error:
        raise SettingMissing("CASILLERO_MAIL_FROM: hace falta el remitente, como Casillero <avisos@despacho.es>.") from error


def address_of(name: str, address: str) -> Address:
    """Raises ValueError: the library has three errors for it."""
    try:
        return Address(name, addr_spec=address)
    except (ValueError, IndexError, MessageError) as error:
        raise ValueError("not an address") from error


def require_address(settings: Settings) -> None:
    if not settings.public_url and not settings.is_embedded:
        raise SettingMissing("CASILLERO_PUBLIC_URL: hace falta para los enlaces de los correos, como https://casillero.despacho.es.")


def written(mail: Mail, sender: Address) -> EmailMessage:
    """Raises ValueError for an address that is none, or a line break where none may be."""
    letter = EmailMessage(policy=SMTP)
    letter["From"] = sender
    letter["To"] = address_of("", mail.to)
    letter["Subject"] = mail.subject
    letter["Date"] = format_datetime(utc_now())
    letter["Message-ID"] = f"<{mail.id}@{sender.domain}>"
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(mail.text)
    return letter


def not_sent(error: BaseException) -> NotSent:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code = next(iter(error.recipients.values()))[0]
        return NotSent(said("El servidor de correo no admite la dirección de destino. Compruébela."), is_final=code >= 500)
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return NotSent(said("El servidor de correo no acepta nuestro usuario o contraseña. Revise CASILLERO_SMTP_URL."))
    if isinstance(error, smtplib.SMTPSenderRefused):
        return NotSent(said("El servidor de correo no admite el remitente. Revise CASILLERO_MAIL_FROM."))
    if isinstance(error, smtplib.SMTPDataError):
        return NotSent(said("El servidor de correo ha rechazado la carta."), is_final=error.smtp_code >= 500)
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return NotSent(said("El servidor de correo no ofrece lo que CASILLERO_SMTP_URL pide (cifrado o identificación)."))
    if isinstance(error, ssl.SSLError):
        return NotSent(said("El certificado del servidor de correo no es de confianza. Revise CASILLERO_SMTP_CA_FILE."))
    if isinstance(error, ValueError):
        return NotSent(said("La dirección de destino no sirve para enviar correo. Compruébela."), is_final=True)
    return NotSent(said("El servidor de correo no responde."))
