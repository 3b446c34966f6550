"""What users and groups may do at the mailboxes of a body, one grant a holder and body."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from services.contracts.schemas import Shape
from services.contracts.schemas.paging import Id, OneOrMore, PageRequest
from services.contracts.schemas.people import BODIES, VERBS, Grant
from services.contracts.sentences import said

KNOWN_VERB = validate.OneOf(VERBS, error=said("Solo existen «sync» y «open»."))


class HolderGrant(Grant):
    """As answered; the id of the other kind of holder is null. `version` is the holder's. No verbs: nothing is left there."""

    verbs = fields.List(fields.String(validate=KNOWN_VERB))
    user_id = fields.String(allow_none=True)
    group_id = fields.String(allow_none=True)
    version = fields.Integer()


class NamedHolder(Shape):
    """Exactly one of `user_id` and `group_id`, and the body. With a `version`, only while the holder is still at it."""

    user_id = Id()
    group_id = Id()
    body = fields.String(required=True, validate=validate.OneOf(BODIES, error=said("No es un organismo conocido.")))
    version = fields.Integer()

    @validates_schema(skip_on_field_errors=False)
    def one_holder(self, data: dict[str, Any], **kwargs: Any) -> None:
        if ("user_id" in data) == ("group_id" in data):
            raise ValidationError({"user_id": [said("Indique un usuario o un grupo: uno de los dos.")]})


class GivenGrant(NamedHolder):
    """The body of POST /api/grants: verbs that come on top of what the holder has."""

    verbs = fields.List(fields.String(validate=KNOWN_VERB), required=True, validate=validate.Length(1, error=said("Indique al menos uno.")))


class SetGrant(NamedHolder):
    """The body of PUT /api/grants: from now on the holder has exactly these verbs at the body, perhaps none."""

    verbs = fields.List(fields.String(validate=KNOWN_VERB), required=True)
    version = fields.Integer(required=True, strict=True)


class TakenGrant(NamedHolder):
    """The query of DELETE /api/grants: the verbs to take, with commas; all when none are named."""

    verbs = OneOrMore(VERBS, load_default=",".join(VERBS))


class GrantsPage(PageRequest):
    """`user` and `group` narrow to what that one holds itself; `body` to some bodies."""

    sorts = ("body",)

    user = Id()
    group = Id()
    body = OneOrMore(BODIES)
