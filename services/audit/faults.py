"""What can be wrong with a trail that is looked through: pure.

A fault names the first and the last entry between which something was changed; they are the same when it is known which.
"""

from __future__ import annotations

from typing import Any, Final

from services.contracts.sentences import said

REASONS: Final = {
    "changed": said("Un asiento no es como se escribió."),
    "missing": said("Falta un asiento o su resumen, o hay otro en su lugar."),
    "cut": said("Al rastro le faltan asientos del final que ya estaban firmados."),
    "extra": said("Hay asientos detrás del último que se escribió."),
    "another_history": said("Los asientos no son los que se firmaron en el último punto de control."),
    "signature": said("La firma del último punto de control no es de esta instalación."),
}


class Broken(Exception):
    """The trail is not what was written or signed: nothing is signed from here on."""

    def __init__(self, reason: str, first: int, last: int | None = None):
        super().__init__(reason)
        self.reason, self.first, self.last = reason, first, last or first

    def to_wire(self) -> dict[str, Any]:
        return {"reason": self.reason, "message": REASONS[self.reason], "first": self.first, "last": self.last}
