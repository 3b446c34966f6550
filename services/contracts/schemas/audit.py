"""The trail on the wire: an entry to be recorded, an entry as listed, and the filters of the list."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

SORTS = ("seq", "-seq")


class NewEntry(Schema):
    """What `audit.record` is given. `subject` is the id of what was acted on; `detail` holds ids and states, never names or tax ids."""

    tenant_id = fields.String(required=True, validate=validate.Length(1, 36))
    act = fields.String(required=True, validate=validate.Length(1, 100))
    user_id = fields.String(load_default="", validate=validate.Length(max=36))
    subject = fields.String(load_default="", validate=validate.Length(max=100))
    detail = fields.Dict(keys=fields.String(), load_default=dict)


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


EntriesPage = Schema.from_dict(
    {
        "page": fields.Integer(load_default=1, validate=validate.Range(1)),
        "page_size": fields.Integer(load_default=50, validate=validate.Range(1, 200)),
        "sort": fields.String(load_default="-seq", validate=validate.OneOf(SORTS)),
        "act": fields.String(),
        "user_id": fields.String(),
        "subject": fields.String(),
        "from": fields.AwareDateTime(format="iso"),
        "to": fields.AwareDateTime(format="iso"),
    },
    name="EntriesPage",
)
"""The filters of the list: instants `from` (inside) and `to` (outside), and exact words."""
