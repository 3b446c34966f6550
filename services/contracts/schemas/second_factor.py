"""The second factor of a user, as `sign_in` takes and gives it: an app that makes numbers, and recovery codes."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from services.contracts.schemas import Shape
from services.contracts.sentences import said


def secret(fault: str) -> Any:
    return fields.String(required=True, validate=validate.Length(1, 1024, error=fault), load_only=True)


class SecondFactor(Schema):
    """`is_required`: the firm lets nobody in with a password alone."""

    is_on = fields.Boolean()
    is_required = fields.Boolean()
    recovery_codes_left = fields.Integer()


class NewTotp(Schema):
    """`uri` is what the picture says (otpauth://…); it is not asked for before one of its codes was confirmed."""

    secret = fields.String()
    uri = fields.String()
    qr_svg = fields.String()


class Otp(Shape):
    otp = secret(said("Escriba el código de seis cifras."))


class BothFactors(Shape):
    """`otp`: a number of the app, or a recovery code."""

    password = secret(said("Escriba su contraseña."))
    otp = secret(said("Escriba el código de su aplicación, o uno de recuperación."))


class SecondStep(Shape):
    """`step` is what POST /api/session gave, with the code `otp_needed`, in place of the password."""

    step = fields.String(required=True, load_only=True)
    otp = secret(said("Escriba el código de su aplicación, o uno de recuperación."))


class RecoveryCodes(Schema):
    """Each opens once; shown this once."""

    recovery_codes = fields.List(fields.String())
