"""How a client is erased for good: the tax id typed again, and on which ground.

The ground is one of the law's (GDPR, article 17.1) and no free text, because it stays in the trail, which outlives the person.
"""

from __future__ import annotations

from marshmallow import fields, validate

from services.contracts.schemas import Shape
from services.contracts.sentences import said

GROUNDS = {
    "no_longer_needed": "los datos ya no hacen falta",
    "consent_withdrawn": "la persona retira su consentimiento",
    "objection": "la persona se opone",
    "unlawful": "no debieron tratarse",
    "legal_duty": "lo manda la ley",
}
CHOICES = said("Elija uno de: {grounds}.", grounds=", ".join(f"{ground} ({words})" for ground, words in GROUNDS.items()))


class ClientErasure(Shape):
    """`tax_id`: the client's, typed again to confirm."""

    tax_id = fields.String(required=True)
    reason = fields.String(required=True, validate=validate.OneOf(GROUNDS, error=CHOICES))
