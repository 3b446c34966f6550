"""A client on the wire: the body that registers one, the one that changes one, what is answered, and the filters of the list.

Identifiers are accepted as people write them and come out in canonical form. What is odd but possible is no fault: the answer carries a
warning.
"""

from __future__ import annotations

import re
from typing import Any, Final

from marshmallow import Schema, ValidationError, fields, validate

from services.contracts.ids import Ccc, InvalidIdentifier, Naf, TaxId
from services.contracts.schemas import Shape
from services.contracts.schemas.paging import Id, OneOrMore, PageRequest, paged
from services.contracts.sentences import said

CERTIFICATE_STATES: Final = ("valid", "expiring", "expired", "none")
FLAGS: Final = ("receives_notifications", "watch_edicts")
UNSTORABLE: Final = re.compile("[\0\ud800-\udfff]")
SORTS: Final = ("name", "tax_id", "certificate", "nearest_read_by", "pending", "last_complete_check_at", "created_at")
WARNINGS: Final = (
    "any",
    "odd_number",
    "social_security_without_number",
    "certificate_expired",
    "certificate_expires_in_7",
    "certificate_expires_in_30",
    "certificate_expires_in_60",
    "certificate_of_another",
    "notifications_off",
    "edicts_off",
    "in_no_group",
)


class Text(fields.String):
    """Text that a database can keep, without white space around it; null is the empty text. `most` is its longest."""

    def __init__(self, most: int, least: int = 0, **extra: Any):
        fault = (
            said("Escriba entre {least} y {most} caracteres.", least=least, most=most)
            if least
            else said("No pase de {most} caracteres.", most=most)
        )
        super().__init__(validate=validate.Length(least, most, error=fault), allow_none=not least, **extra)

    def deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        return super().deserialize("" if value is None and self.allow_none else value, *args, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs).strip()
        if UNSTORABLE.search(text):
            raise ValidationError(said("Tiene caracteres que no son texto."))
        return text


class Email(Text):
    """An address, or empty."""

    _is_address = validate.Email(error=said("No es una dirección de correo válida."))

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        return self._is_address(text) if text else text


class Identifier(fields.String):
    """A TaxId, Ccc or Naf: checked by being made."""

    def __init__(self, kind: type[TaxId] | type[Ccc] | type[Naf], **extra: Any):
        super().__init__(**extra)
        self.kind = kind

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        try:
            return self.kind(super()._deserialize(value, attr, data, **kwargs))
        except InvalidIdentifier as error:
            raise ValidationError(error.reason) from error


class PostalAddress(Shape):
    """`country` is two letters (ISO 3166-1) as a rule; nothing of an address is checked, since letters arrive at odd ones too."""

    street = Text(300)
    postal_code = Text(20)
    city = Text(100)
    province = Text(100)
    country = Text(100)


class SocialSecurity(Shape):
    """The contribution accounts (CCC) and affiliation numbers (NAF) of a client, any number of each, each once."""

    ccc = fields.List(Identifier(Ccc), validate=validate.Length(max=500, error=said("No pase de 500.")))
    naf = fields.List(Identifier(Naf), validate=validate.Length(max=500, error=said("No pase de 500.")))


class Flag(fields.Boolean):
    """True or false, and none of the words and numbers that look like them: to Python 0 is False."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> Any:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value


class ClientFields(Shape):
    """What both bodies have."""

    email = Email(254)
    postal_address = fields.Nested(PostalAddress)
    notes = Text(10_000)
    social_security = fields.Nested(SocialSecurity)
    receives_notifications = Flag()
    watch_edicts = Flag()


class NewClient(ClientFields):
    """The body of POST /api/clients. `group_ids` absent: all groups of a creator who does not see every client, none otherwise."""

    tax_id = Identifier(TaxId, required=True)
    name = Text(300, least=1, required=True)
    group_ids = fields.List(Id(), validate=validate.Length(max=1000, error=said("No pase de 1000.")))


class ClientChanges(ClientFields):
    """The body of PATCH /api/clients/{id}: what is not sent stays, also inside the address and the numbers. `archived: false` restores."""

    version = fields.Integer(required=True, strict=True)
    tax_id = Identifier(TaxId)
    name = Text(300, least=1)
    archived = Flag()


class ClientGroups(Shape):
    """The body of PUT /api/clients/{id}/groups: the groups, among those that the asker may see, that the client is to be in."""

    group_ids = fields.List(Id(), required=True, validate=validate.Length(max=1000, error=said("No pase de 1000.")))


class GroupClients(Shape):
    """The clients, among those that the asker may see, that are to be in a group."""

    client_ids = fields.List(Id(), required=True, validate=validate.Length(max=100_000, error=said("No pase de 100.000.")))


class GroupOfClient(Schema):
    id = fields.String()
    name = fields.String()


class CertificateCard(Schema):
    """What is known of the certificate that the client's mailboxes use. `state`: valid, expiring (60 days or less) or expired.

    `serial` is in hex. `uses` and `last_used_at` are there when one client is asked for and the keyring can be reached.
    """

    id = fields.String()
    subject = fields.String()
    tax_id = fields.String()
    issuer = fields.String()
    serial = fields.String()
    not_before = fields.String()
    not_after = fields.String()
    state = fields.String()
    uses = fields.Integer()
    last_used_at = fields.String(allow_none=True)


class Warning(Schema):
    """What deserves a second look; `code` is for programs, `message` one Spanish sentence."""

    code = fields.String()
    message = fields.String()


class Client(Schema):
    """A client as answered, alone and in lists. `nearest_read_by` is a day in Madrid, instants are RFC 3339 UTC; null: not known or none.

    `last_complete_check_at` is the oldest of its mailboxes', never the newest.
    """

    id = fields.String()
    tax_id = fields.String()
    name = fields.String()
    email = fields.String()
    postal_address = fields.Nested(PostalAddress)
    notes = fields.String()
    social_security = fields.Nested(SocialSecurity)
    receives_notifications = fields.Boolean()
    watch_edicts = fields.Boolean()
    groups = fields.List(fields.Nested(GroupOfClient))
    certificate = fields.Nested(CertificateCard, allow_none=True)
    warnings = fields.List(fields.Nested(Warning))
    pending = fields.Integer()
    nearest_read_by = fields.String(allow_none=True)
    last_complete_check_at = fields.String(allow_none=True)
    archived = fields.Boolean()
    version = fields.Integer()
    created_at = fields.String()
    updated_at = fields.String()


class ClientFilters(Shape):
    """By what the list is filtered. `flag=watch_edicts,-receives_notifications` asks for on and off; `stale_hours=24` for those without a
    complete check within so many hours; `pending` for those with pending notifications, or without.

    `warning` takes the codes of warnings, `any`, and `odd_number` for the four about the digits of a tax id, CCC or NAF.
    """

    group = Id()
    flag = OneOrMore((*FLAGS, *(f"-{name}" for name in FLAGS)))
    certificate = OneOrMore(CERTIFICATE_STATES)
    warning = OneOrMore(WARNINGS)
    stale_hours = fields.Integer(validate=validate.Range(1, 10_000, error=said("Es un número de 1 a 10000.")))
    pending = fields.Boolean()
    read_by_before = fields.Date()
    archived = fields.Boolean(load_default=False)


class ClientsPage(ClientFilters, PageRequest):
    """What GET /api/clients may be asked; `q` is what was typed so far."""

    sorts = SORTS

    q = fields.String(load_default="", validate=validate.Length(max=200, error=said("No pase de 200 caracteres.")))


class ClientsExport(ClientsPage):
    """The same without pages: an export holds them all."""

    class Meta(ClientsPage.Meta):
        exclude = ("page", "page_size")


ClientList = paged(Client)
