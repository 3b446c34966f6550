"""The seam between the workers that read mailboxes and the connectors that know a public body.

A worker holds a mailbox and an identity, asks the body's connector for its pages and stores them one by one. Traps: an
empty list is only what the body *said* to be empty; everything a connector does not recognise is a fault, because "nothing
new" that is not true loses a notification. Invariant: when `pages` ends without raising, the pages it gave are the whole
mailbox. The messages of the faults are shown to people: plain Spanish that names the cure, never a tax id, name or subject.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from services.contracts.sentences import said

# Notices by electronic means are of these years; near the calendar's end no term can be counted, and a page of notices would go with it.
FIRST_YEAR, LAST_YEAR = 2000, 2100

if TYPE_CHECKING:
    from .identity import Identity


@dataclass(frozen=True)
class Party:
    """An issuer: its DIR3 code and its name."""

    code: str
    name: str


@dataclass(frozen=True)
class Mailbox:
    """One client at one body. `via` is own_certificate, power or firm_certificate: whose identity reads it."""

    body: str
    via: str
    holder_tax_id: str
    holder_name: str


@dataclass(frozen=True)
class Notice:
    """What lies in a mailbox, as the body lists it. (`origin_code`, `reference`) is its identity at the body.

    `kind` is notification or communication, `link` holder, addressee or attorney; `subject` keeps its white space, because
    an opening must repeat it exactly. Instants are aware, in UTC and from FIRST_YEAR to LAST_YEAR (else ValueError: no deadline could be
    counted); `expires_at` is None when the body gives none.
    """

    origin_code: str
    reference: str
    kind: str
    subject: str
    description: str
    issuer: Party
    issuer_root: Party
    holder_tax_id: str
    holder_name: str
    available_at: datetime
    expires_at: datetime | None = None
    body_state: str = "available"
    link: str = "holder"
    public_metadata: str = ""

    def __post_init__(self) -> None:
        for instant in (self.available_at, self.expires_at):
            if instant is not None and not FIRST_YEAR <= instant.year <= LAST_YEAR:
                raise ValueError(f"a notice of the year {instant.year}")


@dataclass(frozen=True)
class Page:
    """One page of a listing. `digest` is the SHA-256, in hex, of the answer as it came. An empty mailbox is page 1 of 1."""

    number: int
    total_pages: int
    total_results: int
    notices: tuple[Notice, ...]
    digest: str


@dataclass(frozen=True)
class BodySettings:
    """How a body is reached. `signature` is the algorithm for RSA keys (an EC key signs with ECDSA over the same hash).

    `base_url` has no path; `ca_file` is a small PEM with the authorities of the body's server (None: the identity's own);
    `verify_answers` checks the signature that the body puts on its answers.
    """

    base_url: str
    ca_file: str | None = None
    timeout_s: float = 60
    signature: str = "rsa-sha256"
    digest: str = "sha256"
    send_client_certificate: bool = True
    verify_answers: bool = True


class Connector(Protocol):
    """What a body's file in `connectors/` offers the workers. `clock` gives the aware present: freshness of answers goes by it."""

    body: str
    clock: Callable[[], datetime]

    def pages(self, mailbox: Mailbox, identity: Identity) -> Iterator[Page]:
        """Every page, 1 to `total_pages`, in order, at least one. Raises a `Fault` on anything that is not recognised.

        The last page comes only after the whole was found complete. A list that changed while it was read raises
        `ListChanged`: what was stored of it is kept and the reading starts again from page 1.
        """


class Fault(Exception):
    """A mailbox could not be read. `code` is ours and stable, the message is for people, `body_code` is the body's own."""

    def __init__(self, code: str, message: str, body_code: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.body_code = body_code


class Unreadable(Fault):
    """The body refuses this identity for this mailbox. Repeating does not help: people must act."""


class RateLimited(Fault):
    """The body asks for fewer requests. `pause_s` is a first pause; the budget is learned per certificate and method."""

    def __init__(self, code: str, message: str, body_code: str | None = None, pause_s: float = 60) -> None:
        super().__init__(code, message, body_code)
        self.pause_s = pause_s


class TryLater(Fault):
    """The body or the way to it is down: 5xx without a coded fault, time-outs, resets, maintenance."""


class UnexpectedAnswer(Fault):
    """The answer is not what the body's specification describes. It is never read as "nothing new"."""


class OurFault(Fault):
    """What we sent was wrong. Repeating does not help: the operator must correct a setting, the clock or the program."""


class ListChanged(Fault):
    """The list changed between two of its pages. Start again from page 1."""


def whole_listing(ask: Callable[[int], Page]) -> Iterator[Page]:
    """Pages 1 to the last of a listing, each asked for by its number, refusing whatever does not add up.

    Raises UnexpectedAnswer when one page contradicts itself and ListChanged when two contradict each other. What the body
    says is compared with what was read before the last page is given away, so that a wrong listing never comes to its end.
    """
    first = page = ask(1)
    seen: set[tuple[str, str]] = set()
    for number in range(1, first.total_pages + 1):
        page = first if number == 1 else ask(number)
        _check_alone(page, number)
        _check_against(first, page, seen)
        seen |= _identities(page)
        if number == first.total_pages and len(seen) != first.total_results:
            raise _does_not_add_up(first)
        yield page


def _identities(page: Page) -> set[tuple[str, str]]:
    return {(notice.origin_code, notice.reference) for notice in page.notices}


def _check_alone(page: Page, number: int) -> None:
    if page.number != number:
        raise UnexpectedAnswer("other_page", said("El organismo envió una página distinta de la pedida."))
    if len(_identities(page)) != len(page.notices):
        raise UnexpectedAnswer("repeated_row", said("El organismo repite un aviso dentro de la misma página."))


def _check_against(first: Page, page: Page, seen: set[tuple[str, str]]) -> None:
    same_totals = (page.total_pages, page.total_results) == (first.total_pages, first.total_results)
    is_empty_inside = first.total_pages > 1 and not page.notices
    if not same_totals or is_empty_inside or seen & _identities(page):
        raise ListChanged("list_changed", said("La lista de avisos cambió mientras se leía. Se leerá de nuevo desde el principio."))


def _does_not_add_up(first: Page) -> Fault:
    message = said("Los avisos recibidos no son tantos como los que anuncia el organismo.")
    return (ListChanged if first.total_pages > 1 else UnexpectedAnswer)("rows_missing", message)
