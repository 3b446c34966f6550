"""The trail on the wire: an entry to be recorded, an entry as listed, and the filters of the list."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from services.contracts.schemas import Shape
from services.contracts.schemas.paging import Id, PageRequest, paged


class NewEntry(Shape):
    """What `audit.record` is given. `subject` is the id of what was acted on; `detail` holds ids and states, never names or tax ids."""

    tenant_id = fields.String(required=True, validate=validate.Length(1, 36))
    act = fields.String(required=True, validate=validate.Length(1, 100))
    user_id = fields.String(load_default="", validate=validate.Length(max=36))
    subject = fields.String(load_default="", validate=validate.Length(max=100))
    detail = fields.Dict(keys=fields.String(), load_default=dict)


class NewEntries(Shape):
    """All of one call."""

    entries = fields.List(fields.Nested(NewEntry), required=True)


class Entry(Schema):
    """An entry of a tenant's trail. `seq` counts from 1 without a gap; `digest` is the RFC 6962 leaf hash of its canonical form, in hex."""

    id = fields.String()
    seq = fields.Integer()
    at = fields.AwareDateTime(format="iso")
    act = fields.String()
    user_id = fields.String()
    subject = fields.String()
    detail = fields.Dict(keys=fields.String())
    digest = fields.String()


class EntriesPage(PageRequest):
    """The list, newest first unless sorted otherwise; instants `from` (counted in) and `to` (left out), and exact words."""

    sorts = ("seq",)

    act = fields.String(validate=validate.Regexp(r"[a-z_.]{1,100}\Z", error="Es un nombre como clients.clients_changed."))
    user_id = Id()
    subject = Id()
    since = fields.AwareDateTime(format="iso", data_key="from")
    until = fields.AwareDateTime(format="iso", data_key="to")


EntryList = paged(Entry)
