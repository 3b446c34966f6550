"""The refusals that cross a border: raised in a service, carried by the broker, shown by the gateway.

    Refusal
      ├─ NotSignedIn      who is asking is not known
      │    ├─ OtpNeeded         the password is right, the second factor is missing
      │    └─ PasswordExpired   both are right, but another password has to be chosen
      ├─ NotAllowed       known, may know that the thing exists, may not do this
      │    └─ SecondFactorNeeded   before anything else, the firm wants one to be set up
      ├─ NotFound         does not exist, or must look as if it did not
      ├─ Conflict         out of date, or the state does not allow it
      ├─ TooLarge         more than we read
      ├─ Invalid          every wrong field by name
      ├─ TooMany          slow down
      └─ Away             a part of the system cannot be reached just now

Trap: the broker carries an exception as the list of its `args`, made of strings, lists and dicts only. So every refusal has exactly two:
a sentence for a person, and `{field: [sentence, …]}`.
"""

from __future__ import annotations

from typing import ClassVar

from services.contracts.sentences import said


class Refusal(Exception):
    """Something that is not done, and why. `code` is for programs and never changes; `message` is a plain sentence that names the cure."""

    code: ClassVar[str] = "refused"

    def __init__(self, message: str, errors: dict[str, list[str]] | None = None):
        super().__init__(message, errors or {})

    @property
    def message(self) -> str:
        return self.args[0]

    @property
    def errors(self) -> dict[str, list[str]]:
        return self.args[1]

    def __str__(self) -> str:
        return self.message


class NotSignedIn(Refusal):
    code = "not_signed_in"


class OtpNeeded(NotSignedIn):
    """`errors["step"]` holds what stands for the password when the code is sent by itself."""

    code = "otp_needed"


class PasswordExpired(NotSignedIn):
    """`errors["code"]` holds the one-time code with which another password is chosen."""

    code = "password_expired"


class NotAllowed(Refusal):
    code = "not_allowed"


class SecondFactorNeeded(NotAllowed):
    code = "second_factor_needed"


class NotFound(Refusal):
    """Also the answer for what belongs to somebody else: both must be indistinguishable, so it carries no detail."""

    code = "not_found"

    def __init__(self, message: str = said("No existe o no está a su alcance."), errors: dict[str, list[str]] | None = None):
        super().__init__(message, errors)


class Conflict(Refusal):
    code = "conflict"


class StaleVersion(Conflict):
    code = "stale_version"

    def __init__(
        self,
        message: str = said("Otra persona lo ha cambiado entretanto. Vuelva a cargarlo y repita su cambio."),
        errors: dict[str, list[str]] | None = None,
    ):
        super().__init__(message, errors)


class AlreadyShown(Conflict):
    """The same call with the same Idempotency-Key was answered with something that is shown once and not kept."""

    code = "already_shown"

    def __init__(
        self,
        message: str = said(
            "Ya se hizo con esta Idempotency-Key, y lo que mostró no se guarda. Si lo ha perdido, pida otro con otra clave."
        ),
        errors: dict[str, list[str]] | None = None,
    ):
        super().__init__(message, errors)


class TooLarge(Refusal):
    code = "too_large"


class Invalid(Refusal):
    code = "invalid"

    @classmethod
    def field(cls, name: str, reason: str) -> Invalid:
        """One wrong field: the commonest case."""
        return cls(said("Hay datos que no son válidos."), {name: [reason]})


class TooMany(Refusal):
    """`errors["retry_after_s"]` holds the pause in seconds, as text."""

    code = "too_many"

    def __init__(self, message: str, errors: dict[str, list[str]] | None = None):
        super().__init__(message, errors or {"retry_after_s": ["60"]})

    @property
    def retry_after_s(self) -> str:
        return self.errors.get("retry_after_s", ["60"])[0]


class Away(Refusal):
    code = "away"
