"""The first tab as it is shown: the record, what stands in its form, and the certificates.

The client's card comes late, by an event; the keyring's own list is of this moment. So the list is what is shown, and the card where the
keyring does not answer. That is asked first and apart: a service that is away ends the whole conversation in which it was asked.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

from werkzeug.wrappers import Response

from gateway import session
from gateway.errors import status_of
from gateway.web.client_form import Record, flat
from gateway.web.client_groups import groups_to_give
from gateway.web.client_window import client_window, names_of
from services.contracts.errors import Away, NotFound, Refusal

Json = dict[str, Any]
COMMON_NAME: Final = re.compile(r"(?:^|,)CN=((?:\\.|[^,\\])+)")


def certificates_of(client_id: str) -> list[Json] | None:
    """Newest first; None while the keyring is away, or has not yet heard who sees the client."""
    try:
        with session.services() as ask:
            return ask.keyring.certificates(client_id)
    except (Away, NotFound):
        return None


def with_certificates(ask: Any, client: Json, kept: list[Json] | None) -> Json:
    """The client with the card that goes with its certificates, those certificates, and the names of who uploaded them."""
    card = client["certificate"]
    if kept is None:
        return {"client": client, "kept": [titled(card)] if card else [], "people": {}}
    in_use = next((one for one in kept if card and one["id"] == card["id"]), kept[0] if kept else None)
    people = names_of(ask, (one["uploaded_by"] for one in kept))
    return {"client": client | {"certificate": in_use}, "kept": [titled(one) for one in kept], "people": people}


def titled(certificate: Json) -> Json:
    """With the names that people know subject and issuer by."""
    return certificate | {"holder": common_name(certificate["subject"]), "authority": common_name(certificate["issuer"])}


def common_name(distinguished: str) -> str:
    """The CN of a name as RFC 4514 writes it; the whole name where it has none."""
    found = COMMON_NAME.search(distinguished)
    return re.sub(r"\\(.)", r"\1", found[1]) if found else distinguished


def record_window(ask: Any, now: Json, kept: list[Json] | None, **form: Any) -> Response:
    """`form`: what stands in it when that is not the record as it is now, and the refusal of what was sent."""
    refusal = form.get("refusal") or form.get("certificate_refusal")
    shown = {"record": flat(now), "was": flat(now), "version": now["version"], "differences": [], "refusal": None} | form
    shown["was"] = json.dumps(shown["was"], ensure_ascii=False)
    return client_window(ask, "record", status=status_of(refusal) if refusal else 200, **with_certificates(ask, now, kept), **shown)


def new_window(ask: Any, record: Record, group_ids: list[str], refusal: Refusal | None = None) -> Response:
    shown = {"record": record, "group_ids": group_ids, "refusal": refusal, "differences": []}
    return client_window(ask, "record", None, status=status_of(refusal) if refusal else 200, groups=groups_to_give(ask), **shown)
