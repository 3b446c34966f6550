"""Documents that people of the firm keep with a client. One crosses in parts, so that no message carries a whole file."""

from __future__ import annotations

from typing import Any, Final

from marshmallow import Schema, ValidationError, fields, validate

from services.contracts.schemas import Shape
from services.contracts.schemas.clients import Text
from services.contracts.sentences import said

LARGEST_MB: Final = 50
LARGEST: Final = LARGEST_MB * 1_000_000
PART_BYTES: Final = 512 * 1024
ORIGINS: Final = ("upload", "browser")


class FileName(Text):
    """A name without a folder, as a file is saved under."""

    def __init__(self, **extra: Any):
        super().__init__(200, 1, **extra)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        name = super()._deserialize(value, attr, data, **kwargs)
        if name in (".", "..") or not name.isprintable() or any(sign in name for sign in "/\\"):
            raise ValidationError(said("No es el nombre de un fichero."))
        return name


class NewDocument(Shape):
    """What is said of a document before its parts arrive. `origin`: upload, or browser when it was downloaded in a session of one."""

    name = FileName(required=True)
    origin = fields.String(
        load_default="upload", validate=validate.OneOf(ORIGINS, error=said("Solo existen: {known}.", known=", ".join(ORIGINS)))
    )


class WholeDocument(Shape):
    """What is said of a document when all its parts have arrived. `size` in bytes; `sha256` in hex."""

    size = fields.Integer(
        required=True, strict=True, validate=validate.Range(1, LARGEST, error=said("El fichero está vacío o es demasiado grande."))
    )
    sha256 = fields.String(required=True, validate=validate.Regexp(r"[0-9a-f]{64}\Z", error=said("No es un resumen SHA-256.")))


class Document(Schema):
    """A document as answered. `parts`: how many its content is read in."""

    id = fields.String()
    client_id = fields.String()
    name = fields.String()
    size = fields.Integer()
    sha256 = fields.String()
    origin = fields.String()
    parts = fields.Integer()
    added_by = fields.String()
    added_at = fields.String()
