"""Which groups a person may put a client in, and take it out of. Pure.

Somebody who sees every client chooses among all groups. Anybody else chooses among their own: a client that they make enters at least one,
or they would not see what they made; groups of others in which a client is are neither shown to them nor touched by them.
"""

from __future__ import annotations

from collections.abc import Iterable

from services.contracts.errors import Invalid
from services.contracts.rpc import Scope
from services.contracts.sentences import said


def groups_on_creation(scope: Scope, sent: Iterable[str], existing: frozenset[str]) -> set[str]:
    """The groups that a new client enters. Raises Invalid naming each group that is not the creator's to give, or when they have none."""
    wanted = list(dict.fromkeys(sent))
    _require_given(scope, wanted, existing)
    if scope.sees_all_clients:
        return set(wanted)
    if not scope.group_ids:
        reason = said("No pertenece a ningún grupo, así que no vería al cliente. Pida a quien administra los grupos que le añada a uno.")
        raise Invalid.field("group_ids", reason)
    return set(wanted) or set(scope.group_ids)


def groups_after(scope: Scope, current: set[str], wanted: list[str], existing: frozenset[str]) -> set[str]:
    """The groups of a client once `wanted` replaces those of `current` that the asker may see. Raises Invalid as above."""
    _require_given(scope, wanted, existing)
    return set(wanted) | (current - shown_groups(scope, current))


def shown_groups(scope: Scope, group_ids: Iterable[str]) -> set[str]:
    """Those of the groups that the asker may know of."""
    return {group_id for group_id in group_ids if scope.knows(group_id)}


def _require_given(scope: Scope, wanted: list[str], existing: frozenset[str]) -> None:
    given = existing if scope.sees_all_clients else existing & scope.group_ids
    wrong = {
        f"group_ids.{place}": [said("No existe o no pertenece a él.")] for place, group_id in enumerate(wanted) if group_id not in given
    }
    if wrong:
        raise Invalid(said("Hay datos que no son válidos."), wrong)
