"""The first tab as it is shown: the record, what stands in its form, and beside it the certificates and documents.

The client's card comes late, by an event; the keyring's own list is of this moment. So the list is what is shown, and the card where the
keyring does not answer. What other services have is asked first and apart: one that is away ends the whole conversation in which it was
asked.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from werkzeug.wrappers import Response

from gateway import session
from gateway.errors import refused
from gateway.web.client_form import Record, flat
from gateway.web.client_groups import groups_to_give
from gateway.web.client_window import client_window, names_of
from services.contracts.errors import Away, NotFound, Refusal

Json = dict[str, Any]
REFUSALS: Final = ("refusal", "certificate_refusal", "document_refusal")
COMMON_NAME: Final = re.compile(r"(?:^|,)CN=((?:\\.|[^,\\])+)")


@dataclass(frozen=True)
class Beside:
    """What other services have of a client, newest first; None: the service is away, or has not yet heard who sees the client."""

    certificates: list[Json] | None
    documents: list[Json] | None

    @classmethod
    def of(cls, client_id: str) -> Beside:
        return cls(
            certificates=apart(lambda ask: ask.keyring.certificates(client_id)),
            documents=apart(lambda ask: ask.notifications.documents(client_id)),
        )


def apart(ask_for: Callable[[Any], list[Json]]) -> list[Json] | None:
    try:
        with session.services() as ask:
            return ask_for(ask)
    except (Away, NotFound):
        return None


def with_beside(ask: Any, client: Json, beside: Beside) -> Json:
    """The client with the card that goes with its certificates, those and its documents, and the names of who uploaded them."""
    shown = with_certificates(client, beside.certificates)
    people = names_of(ask, [one["uploaded_by"] for one in beside.certificates or []] + [one["added_by"] for one in beside.documents or []])
    return shown | {"documents": beside.documents, "people": people}


def with_certificates(client: Json, kept: list[Json] | None) -> Json:
    card = client["certificate"]
    if kept is None:
        return {"client": client, "kept": [titled(card)] if card else []}
    in_use = next((one for one in kept if card and one["id"] == card["id"]), kept[0] if kept else None)
    return {"client": client | {"certificate": in_use}, "kept": [titled(one) for one in kept]}


def titled(certificate: Json) -> Json:
    """With the names that people know subject and issuer by."""
    return certificate | {"holder": common_name(certificate["subject"]), "authority": common_name(certificate["issuer"])}


def common_name(distinguished: str) -> str:
    """The CN of a name as RFC 4514 writes it; the whole name where it has none."""
    found = COMMON_NAME.search(distinguished)
    return re.sub(r"\\(.)", r"\1", found[1]) if found else distinguished


def record_window(ask: Any, now: Json, beside: Beside, **form: Any) -> Response:
    """`form`: what stands in it when that is not the record as it is now, and the refusal of what was sent."""
    refusal = next((form[name] for name in REFUSALS if form.get(name)), None)
    shown = {"record": flat(now), "was": flat(now), "version": now["version"], "differences": [], "refusal": None} | form
    shown["was"] = json.dumps(shown["was"], ensure_ascii=False)
    response = client_window(ask, "record", **with_beside(ask, now, beside), **shown)
    return refused(response, refusal) if refusal else response


def new_window(ask: Any, record: Record, group_ids: list[str], refusal: Refusal | None = None) -> Response:
    shown = {"record": record, "group_ids": group_ids, "differences": []}
    return client_window(ask, "record", None, refusal, groups=groups_to_give(ask), **shown)
