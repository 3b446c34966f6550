"""The trail on the wire: an entry to be recorded, an entry as listed, and the filters of the list."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from services.contracts.schemas import Shape
from services.contracts.schemas.paging import Id, PageRequest, paged
from services.contracts.sentences import said

LONGEST = 2**31 - 1


def without_fractions(detail: Any) -> None:
    """A number with a fraction is written differently by different languages, and an entry is to have one form in all of them."""
    if isinstance(detail, float):
        raise ValidationError(said("No puede llevar números con decimales."))
    for value in detail.values() if isinstance(detail, dict) else detail if isinstance(detail, list | tuple) else ():
        without_fractions(value)


class NewEntry(Shape):
    """What `audit.record` is given. `subject` is the id of what was acted on; `detail` holds ids and states, never names or tax ids."""

    tenant_id = fields.String(required=True, validate=validate.Length(1, 36))
    act = fields.String(required=True, validate=validate.Length(1, 100))
    user_id = fields.String(load_default="", validate=validate.Length(max=36))
    subject = fields.String(load_default="", validate=validate.Length(max=100))
    detail = fields.Dict(keys=fields.String(), load_default=dict, validate=without_fractions)


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

    act = fields.String(validate=validate.Regexp(r"[a-z_.]{1,100}\Z", error=said("Es un nombre como clients.clients_changed.")))
    user_id = Id()
    subject = Id()
    since = fields.AwareDateTime(format="iso", data_key="from")
    until = fields.AwareDateTime(format="iso", data_key="to")


class CheckpointWanted(Shape):
    """`size`: the checkpoint that covers exactly so many entries; 0, the latest one."""

    size = fields.Integer(
        load_default=0, validate=validate.Range(0, LONGEST, error=said("Es el número de asientos de un punto de control."))
    )


class Between(Shape):
    """Two checkpoints by their sizes; the second may be 0 for the latest."""

    first = fields.Integer(
        required=True, validate=validate.Range(1, LONGEST, error=said("Es el número de asientos de un punto de control."))
    )
    second = fields.Integer(
        load_default=0, validate=validate.Range(0, LONGEST, error=said("Es el número de asientos de un punto de control."))
    )


class Checkpoint(Schema):
    """That a trail had `size` entries and this root (hex) at an instant, signed (Ed25519, base64). docs/audit.md says how to verify it."""

    tenant_id = fields.String()
    size = fields.Integer()
    root = fields.String()
    at = fields.String()
    key_id = fields.String()
    signature = fields.String()


class TrailFault(Schema):
    """What was found wrong with a trail, between which entries. Nothing is signed while it is there."""

    reason = fields.String()
    message = fields.String()
    first = fields.Integer()
    last = fields.Integer()


class ShownCheckpoint(Checkpoint):
    """A checkpoint with the key that it was signed with (base64), how many entries there are by now, and what is wrong, if anything."""

    public_key = fields.String()
    entries = fields.Integer()
    fault = fields.Nested(TrailFault, allow_none=True)


class HashedEntry(Schema):
    """An entry with all that is hashed of it and nothing else, as it is hashed: `at` in UTC with six decimals and Z (docs/audit.md)."""

    id = fields.String()
    seq = fields.Integer()
    at = fields.String()
    act = fields.String()
    user_id = fields.String()
    subject = fields.String()
    detail = fields.Dict(keys=fields.String())
    tenant_id = fields.String()


class InclusionProof(Schema):
    """The entry, its digest, and the hashes (hex) that lead from there to the root of the checkpoint (RFC 6962, section 2.1.1)."""

    digest = fields.String()
    entry = fields.Nested(HashedEntry)
    path = fields.List(fields.String())
    checkpoint = fields.Nested(Checkpoint)


class ConsistencyProof(Schema):
    """The hashes (hex) which show that the trail of the first checkpoint is the beginning of the second's (RFC 6962, section 2.1.2)."""

    first = fields.Nested(Checkpoint)
    second = fields.Nested(Checkpoint)
    path = fields.List(fields.String())


EntryList = paged(Entry)
