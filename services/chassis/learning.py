"""Records of others that a call names and that may still be on their way here.

Situation: somebody who has just made a record names it in the next call, to a service that hears of it by event. So what a call names and
is not known yet is asked of its owner, before the unit of work opens. What the owner does not give stays unknown, and is refused by whoever
needs it. The event may come just now and says the same, so nothing is lost when both are written at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import wraps
from typing import Any

from sqlalchemy.exc import IntegrityError

from services.chassis.asking import Asking
from services.chassis.database import UnitOfWork
from services.contracts.schemas.paging import Id


def knowing(named: Callable[..., Any], learn: Callable[[Any, Asking, Any], None]) -> Callable:
    """Decorate a call above its `@rpc`: `learn(service, asking, …)` is given what `named` takes from the arguments."""

    def decorate(method: Callable) -> Callable:
        @wraps(method)
        def answer(self: Any, *args: Any, **kwargs: Any) -> Any:
            learn(self, self.asking.without_key(), named(*args, **kwargs))
            return method(self, *args, **kwargs)

        return answer

    return decorate


def ids_in(said: Any) -> set[str]:
    """The ids in what a call says: one, or a list; anything else is none, and is refused later."""
    return {one for one in (said if isinstance(said, list) else [said]) if isinstance(one, str) and Id.SHAPE.fullmatch(one)}


@dataclass(frozen=True)
class Learning:
    """`known(db, ids)`: those that are here; `ask(service, asking, ids)`: what the owner tells of the others; `keep(db, told)` keeps it."""

    known: Callable[[UnitOfWork, set[str]], Iterable[str]]
    ask: Callable[[Any, Asking, list[str]], list[Any]]
    keep: Callable[[UnitOfWork, list[Any]], Any]

    def learn(self, service: Any, asking: Asking, ids: set[str]) -> None:
        if not ids:
            return
        with service.db.begin(asking) as db:
            missing = sorted(ids.difference(self.known(db, ids)))
        told = self.ask(service, asking.without_key(), missing) if missing else []
        if told:
            with suppress(IntegrityError), service.db.begin(asking) as db:
                self.keep(db, told)
