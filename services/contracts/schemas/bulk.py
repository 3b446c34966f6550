"""The same done to many clients: which clients, what is done, and with what. The answer is a job with an outcome a row."""

from __future__ import annotations

from typing import Any, Final

from marshmallow import ValidationError, fields, validate, validates_schema

from services.contracts.schemas import Shape
from services.contracts.schemas.clients import FLAGS, ClientsExport, Flag
from services.contracts.schemas.mailboxes import KNOWN_VIA
from services.contracts.schemas.paging import Id
from services.contracts.schemas.people import SEDES
from services.contracts.sentences import said

MOST: Final = 100_000
TAKES: Final[dict[str, tuple[str, ...]]] = {
    "add_to_groups": ("group_ids",),
    "remove_from_groups": ("group_ids",),
    "set_flags": FLAGS,
    "archive": (),
    "restore": (),
    "export": (),
    "sync": (),
    "add_mailboxes": ("bodies", "via"),
}
NEEDS: Final = {"add_to_groups": ("group_ids",), "remove_from_groups": ("group_ids",), "add_mailboxes": ("bodies",)}
MORE: Final = {name for names in TAKES.values() for name in names}
OF_MAILBOXES: Final = ("sync", "add_mailboxes")
ONE_OF_BOTH: Final = said("Indique «ids» o «filter», uno de los dos.")


class BulkAction(Shape):
    """The body of POST /api/clients/bulk. `ids`, or `filter` with the filters of the list: `{}` is every client that one may see.

    `group_ids` with add_to_groups and remove_from_groups; one or both flags with set_flags; `bodies` and `via` with add_mailboxes. Of a
    `dry_run` nothing stays. `export` is no job: it answers the file.
    """

    ids = fields.List(Id(), validate=validate.Length(1, MOST, error=said("Indique entre 1 y {most} clientes.", most=MOST)))
    filter = fields.Dict(keys=fields.String())
    action = fields.String(
        required=True, validate=validate.OneOf(tuple(TAKES), error=said("Solo existen: {known}.", known=", ".join(TAKES)))
    )
    group_ids = fields.List(Id(), validate=validate.Length(1, 1000, error=said("Indique entre 1 y 1000 grupos.")))
    receives_notifications = Flag()
    watch_edicts = Flag()
    bodies = fields.List(
        fields.String(validate=validate.OneOf(SEDES, error=said("No es un organismo con buzones."))),
        validate=validate.Length(1, len(SEDES), error=said("Indique al menos un organismo.")),
    )
    via = fields.String(validate=KNOWN_VIA)
    dry_run = Flag(load_default=False)

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def the_clients_are_said_one_way(self, data: dict[str, Any], sent: dict[str, Any], **_: Any) -> None:
        if ("ids" in sent) == ("filter" in sent):
            raise ValidationError({"ids": [ONE_OF_BOTH], "filter": [ONE_OF_BOTH]})
        if "filter" in data and (wrong := ClientsExport().validate(data["filter"])):
            raise ValidationError({"filter": wrong})

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def what_the_action_needs_is_there_and_nothing_else(self, data: dict[str, Any], sent: dict[str, Any], **_: Any) -> None:
        action, more = data.get("action", ""), MORE & set(sent)
        missing = [name for name in NEEDS.get(action, ()) if name not in more]
        if action == "set_flags" and not more:
            missing = list(FLAGS)
        wrong = {name: [said("Esta acción no lo admite.")] for name in more - set(TAKES.get(action, more))}
        wrong |= {name: [said("Falta este dato.")] for name in missing}
        if wrong:
            raise ValidationError(wrong)
