"""The side door: how tests and the demo fill mailboxes, order faults, move the clock and count the acts. Plain HTTP, JSON.

Calls (every filter is optional, lists answer {"items": […]}, a wrong request answers 400 {"error": "…"}). Tax ids are read as a person
writes them ("b-12.345.674") and kept in capitals without separators; an impossible one is refused by its name:

  POST   /_control/notices        {body, holder_tax_id, holder_name, reference?, kind: notification|communication, subject,
                                   issuer: {code, name}, issuer_root: {code, name}, available_at, expires_at?, description?,
                                   addressee_tax_id?, origin_code?, documents: [{name, mime, content_base64}], annexes: […]}
                                  puts a notice in a mailbox → {reference}; without documents one is made of the subject
  GET    /_control/notices        ?body=&holder_tax_id=  what every mailbox holds, with states
  POST   /_control/many           {body, holder_tax_ids, per_holder, seed}  a reproducible load → {items: [{holder_tax_id, reference}]};
                                  the same again answers the same and leaves what stands there as it is
  GET    /_control/acts           ?body=&reference=  every opening received: {body, reference, operation, at, holder_tax_id, certificate}
  GET    /_control/requests       ?body=&operation=&answer=&certificate=&holder_tax_id=&by=operation,answer  counts of requests;
                                  `by` names the fields of a row
  POST   /_control/faults         {body, kind, operation?, holder_tax_id?, probability=1, times?, value?}
                                  kinds: error_500, timeout (value s), slow (value s), reset, truncated, repeat_row, lose_row,
                                  reorder, changed_page (rows in an unknown element), shifted_page (a row came while paging),
                                  rate_limit (value code), revoked_power (value code), certificate_refused, maintenance,
                                  act_then_timeout, wrong_hash
  GET    /_control/faults         those that stand;  DELETE: all of them off
  POST   /_control/clock          {now}  the sandbox's own time, which then runs on; null: the wall's again.  GET: → {now}
  POST   /_control/elsewhere      {body, reference}  opens an item by another way, as at the sede
  POST   /_control/edicts         {date, edicts: [{id?, issuer, title, text?, table?: {headers, rows}, regime?}]} → {ids}
                                  the law of the regime (general, tax, traffic) is added to a text that names none
  POST   /_control/registrations  {certificate_tax_id, registered=true, holder_tax_ids=[], any_holder=false}  what a body knows of a
                                  certificate; without it: registered, for its own NIF alone. any_holder: for whoever comes, as a
                                  firm whose clients all named it
  POST   /_control/certificates   {tax_id, name, company?: {tax_id, name}, days=730, password, encryption=modern|3des|rc2,
                                   key=rsa2048|rsa4096|ec|shared} → {pkcs12_base64}
  POST   /_control/settings       {sha1_allowed?, freshness_s?, environment? pro|se, client_certificate?, answer_digest?,
                                   page_size?, realized_days?, reads?, papers_within_s?} → all settings
  POST   /_control/reset          empty again, settings and clock as at the start. The certificate authority stays, and so do the
                                  registrations: who may ask for whom. Only what was told registered=false is registered again
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import parse_qsl

from .authority import Authority
from .faults import Fault
from .mailboxes import Notice, UnknownNotice
from .planting import load_for, notice_of, with_canonical_tax_ids
from .subjects import Company
from .wire import Answer, Request
from .world import Registration, World

_PREFIX = "/_control/"
_REQUEST_FIELDS = ("body", "operation", "answer", "certificate", "holder_tax_id")
Json = dict[str, Any]


class SideDoor:
    """Answers the calls of this module's docstring over one world."""

    def __init__(self, world: World, authority: Authority) -> None:
        self._world, self._authority = world, authority
        self.calls: dict[tuple[str, str], Callable[[Json], Json]] = {
            ("POST", "notices"): self._put,
            ("GET", "notices"): self._contents,
            ("POST", "many"): self._put_many,
            ("GET", "acts"): self._acts,
            ("GET", "requests"): self._requests,
            ("POST", "faults"): self._order_fault,
            ("GET", "faults"): self._faults,
            ("DELETE", "faults"): self._clear_faults,
            ("POST", "clock"): self._set_clock,
            ("GET", "clock"): self._clock,
            ("POST", "elsewhere"): self._open_elsewhere,
            ("POST", "edicts"): self._publish,
            ("POST", "registrations"): self._register,
            ("POST", "certificates"): self._issue,
            ("POST", "settings"): self._set,
            ("POST", "reset"): self._reset,
        }

    def answer(self, request: Request, _: bytes | None) -> Answer:
        call = self.calls.get((request.method, request.path.removeprefix(_PREFIX)))
        if call is None or not request.path.startswith(_PREFIX):
            return _json(404, {"error": f"no call {request.method} {request.path}; `python -m deploy.sandbox --help` lists them"})
        try:
            return _json(200, call(with_canonical_tax_ids(_given(request))))
        except KeyError as missing:
            return _json(400, {"error": f"{missing.args[0]} is missing"})
        except (ValueError, TypeError, UnknownNotice) as refusal:
            return _json(400, {"error": str(refusal)})

    def _put(self, given: Json) -> Json:
        notice = notice_of(given, self._world.clock.now())
        self._world.mailboxes.put(notice)
        return {"reference": notice.reference}

    def _put_many(self, given: Json) -> Json:
        notices = load_for(given["body"], given["holder_tax_ids"], int(given["per_holder"]), given["seed"], self._world.clock.now())
        for notice in notices:
            self._world.mailboxes.put_once(notice)
        return {"items": [{"holder_tax_id": notice.holder_tax_id, "reference": notice.reference} for notice in notices]}

    def _contents(self, given: Json) -> Json:
        return {"items": [_shown(notice) for notice in self._world.mailboxes.contents(given.get("body"), given.get("holder_tax_id"))]}

    def _acts(self, given: Json) -> Json:
        return {"items": self._world.mailboxes.acts(given.get("body"), given.get("reference"))}

    def _requests(self, given: Json) -> Json:
        by = tuple(given.pop("by", "operation,answer").split(","))
        unknown = {*by, *given} - set(_REQUEST_FIELDS)
        if unknown:
            raise ValueError(f"{', '.join(sorted(unknown))}: only {', '.join(_REQUEST_FIELDS)} are known of a request")
        return {"items": self._world.journal.counts(by, **given)}

    def _order_fault(self, given: Json) -> Json:
        self._world.faults.order(Fault(**given))
        return {}

    def _faults(self, _: Json) -> Json:
        return {"items": self._world.faults.standing()}

    def _clear_faults(self, _: Json) -> Json:
        self._world.faults.clear()
        return {}

    def _set_clock(self, given: Json) -> Json:
        now = given["now"]
        self._world.clock.set(_aware(now) if now else None)
        return self._clock(given)

    def _clock(self, _: Json) -> Json:
        return {"now": self._world.clock.now().isoformat()}

    def _open_elsewhere(self, given: Json) -> Json:
        notice = self._world.mailboxes.find(given["body"], given["reference"])
        if not self._world.mailboxes.open(notice, "elsewhere", "", elsewhere=True):
            raise ValueError(f"{notice.reference} is {notice.state}: it cannot be opened any more")
        return {}

    def _publish(self, given: Json) -> Json:
        return {"ids": self._world.bulletin.publish(date.fromisoformat(given["date"]), given["edicts"])}

    def _register(self, given: Json) -> Json:
        certificate, holders = given.pop("certificate_tax_id"), frozenset(given.pop("holder_tax_ids", ()))
        self._world.registrations.state(certificate, Registration(holder_tax_ids=holders, **given))
        return {}

    def _issue(self, given: Json) -> Json:
        company = Company(**given["company"]) if given.get("company") else None
        key, certificate = self._authority.issue(
            given["tax_id"], given["name"], company=company, days=given.get("days", 730), key=given.get("key", "rsa2048")
        )
        file = self._authority.pkcs12(key, certificate, given["password"], given.get("encryption", "modern"))
        return {"pkcs12_base64": base64.b64encode(file).decode()}

    def _set(self, given: Json) -> Json:
        return asdict(self._world.change_settings(given))

    def _reset(self, _: Json) -> Json:
        self._world.reset()
        return {}


def _given(request: Request) -> Json:
    given = json.loads(request.body or b"{}") if request.method == "POST" else dict(parse_qsl(request.query))
    if not isinstance(given, dict):
        raise ValueError("a JSON object is meant")
    return given


def _shown(notice: Notice) -> Json:
    dates = {
        name: value.isoformat() if value else None
        for name, value in (("available_at", notice.available_at), ("expires_at", notice.expires_at), ("done_at", notice.done_at))
    }
    names = ("body", "reference", "holder_tax_id", "kind", "subject", "state", "csv", "opened_elsewhere", "reads")
    return {name: getattr(notice, name) for name in names} | dates


def _aware(value: str) -> datetime:
    instant = datetime.fromisoformat(value)
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def _json(status: int, content: Json) -> Answer:
    return Answer(status, "application/json", json.dumps(content, ensure_ascii=False).encode())
