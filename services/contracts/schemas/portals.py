"""A portal on the wire: a row of the list of services that are reached with a digital certificate, and the hosts that its login needs.

An address is https, at a name that could be a public site's: no number, nothing of this machine or of a private network, and no suffix
under which anybody may register, because a host that is allowed stands for every name below it. What a name resolves to is judged when it
is opened, not here.
"""

from __future__ import annotations

import re
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

from marshmallow import Schema, ValidationError, fields, validate

from services.contracts.schemas import Shape
from services.contracts.schemas.clients import Text
from services.contracts.sentences import said

KINDS: Final = ("access", "register", "sign_test")
LABEL: Final = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
OF_NOBODY: Final = frozenset({"localhost", "local", "localdomain", "internal", "intranet", "lan", "home", "corp", "arpa", "onion"})
OF_EVERYBODY: Final = frozenset({"com.es", "nom.es", "org.es", "gob.es", "edu.es"})
PORTS: Final = range(1, 65536)
NO_HOST: Final = said("No es el nombre de un servidor público, como «sede.gob.es» con algo delante.")
NO_ADDRESS: Final = said("No es una dirección https de un servidor público.")


def host_of(text: str) -> str:
    """The name as the DNS has it (RFC 5890, lower case, no final dot); raises ValidationError."""
    try:
        name = text.strip().rstrip(".").encode("idna").decode().lower()
    except UnicodeError:
        name = ""
    labels = name.split(".")
    is_name = len(name) <= 253 and len(labels) > 1 and all(map(LABEL.fullmatch, labels)) and not labels[-1].isdigit()
    if not is_name or labels[-1] in OF_NOBODY or name in OF_EVERYBODY:
        raise ValidationError(NO_HOST)
    return name


def address_of(text: str) -> str:
    """The address with its host as `host_of` has it; raises ValidationError."""
    try:
        parts = urlsplit(text)
        port = parts.port
        is_plain = parts.scheme == "https" and parts.username is None and parts.password is None and (port is None or port in PORTS)
        rest = parts.path + parts.query + parts.fragment
        if not is_plain or not rest.isascii() or not rest.isprintable() or re.search(r"\s", text):
            raise ValidationError(NO_ADDRESS)
        host = host_of(parts.hostname or "")
    except ValueError as error:
        raise ValidationError(NO_ADDRESS) from error
    return urlunsplit(("https", host if port in (None, 443) else f"{host}:{port}", parts.path or "/", parts.query, parts.fragment))


class Host(Text):
    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        return host_of(super()._deserialize(value, attr, data, **kwargs))


class Address(Text):
    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        return address_of(super()._deserialize(value, attr, data, **kwargs))


class Action(Shape):
    """Something that is done at a portal. `kind`: access, register or sign_test; `label` tells two of one kind apart, or is empty."""

    kind = fields.String(required=True, validate=validate.OneOf(KINDS, error=said("Solo existen: {known}.", known=", ".join(KINDS))))
    url = Address(1000, 1, required=True)
    label = Text(60, load_default="")


ACTIONS: Final = validate.Length(1, 10, error=said("Un portal tiene de una a diez acciones."))
HOSTS: Final = validate.Length(max=50, error=said("No pase de cincuenta servidores."))


class NewPortal(Shape):
    """The body of POST /api/portals. `login_hosts`: what its login needs beside the hosts of its own addresses, Cl@ve for one."""

    name = Text(120, 1, required=True)
    actions = fields.List(fields.Nested(Action), required=True, validate=ACTIONS)
    login_hosts = fields.List(Host(253, 1), load_default=list, validate=HOSTS)


class PortalChanges(Shape):
    """The body of PATCH /api/portals/{id}: what is not sent stays; a list that is sent replaces the old one."""

    version = fields.Integer(required=True, strict=True)
    name = Text(120, 1)
    actions = fields.List(fields.Nested(Action), validate=ACTIONS)
    login_hosts = fields.List(Host(253, 1), validate=HOSTS)


class PortalVersion(Shape):
    """The body of POST /api/portals/{id}/restore."""

    version = fields.Integer(required=True, strict=True)


class Portal(Schema):
    """A portal as answered. `hosts`: all that a browser on it has to reach, each standing for the names below it as well.

    `is_shipped`: it came with the product; `is_changed`: and is no longer as it came.
    """

    id = fields.String()
    name = fields.String()
    actions = fields.List(fields.Nested(Action))
    login_hosts = fields.List(fields.String())
    hosts = fields.List(fields.String())
    is_shipped = fields.Boolean()
    is_changed = fields.Boolean()
    version = fields.Integer()
