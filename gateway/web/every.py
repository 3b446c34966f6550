"""All of a list, page after page, for the few that a form offers whole: groups, people who may be chosen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

AT_ONCE = 200
MOST_PAGES = 25
Json = dict[str, Any]


def every(listed: Callable[[Json], Json], first: Json | None = None, **wanted: Any) -> list[Json]:
    """At most 5,000 of them, in the list's own order. `first`: the answer to `first_page`, where that was asked for beside other things."""
    found: list[Json] = []
    for number in range(1, MOST_PAGES + 1):
        page = first if first and number == 1 else listed(page_number(number, **wanted))
        found += page["items"]
        if len(found) >= page["total"]:
            break
    return found


def first_page(**wanted: Any) -> Json:
    return page_number(1, **wanted)


def page_number(number: int, **wanted: Any) -> Json:
    return {"page": number, "page_size": AT_ONCE, **wanted}
