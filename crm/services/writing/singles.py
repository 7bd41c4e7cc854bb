"""Labels that lead to one record at most (A18): a new primary company takes the label from the one before."""

from __future__ import annotations

from collections.abc import Iterable

from crm.builtin_associations import ASSOCIATIONS, ONE_AT_MOST
from crm.models import Association
from crm.services.changes import AssociationChange
from crm.services.writing.plan import Plan, Wanted
from hubclone.lib.errors import TransientError

Single = tuple[int, int]
"""Whose label it is, and its type."""
_FROM_THERE = {s.type_id: s.inverse_type_id for s in ASSOCIATIONS if s.inverse_type_id in ONE_AT_MOST}
"""Types whose other direction leads to one record at most, with that direction's type."""


def singles_find(plan: Plan) -> None:
    """Note who has the labels that the call gives away, so that they are locked with the others. No query without."""
    wanted = {
        single for item in plan.wanted for change in item.change.associations if (single := _of(plan, item, change))
    }
    plan.singles = _read(plan, wanted)
    for others in plan.singles.values():
        plan.targets.update({other: other for other in others})


def singles_yield(plan: Plan, given: Iterable[tuple[Single, int]]) -> list[tuple[Single, int]]:
    """The links that go because ``given`` lead elsewhere now. Raises TransientError when one was made meanwhile."""
    new = dict(given)
    gone = [(single, other) for single, others in _read(plan, new).items() for other in others if other != new[single]]
    if any(other not in plan.singles.get(single, ()) for single, other in gone):
        raise TransientError("Another record became the primary one meanwhile.", code="PRIMARY_RACE", retry_after=1)
    return gone


def _of(plan: Plan, item: Wanted, change: AssociationChange) -> Single | None:
    """What a change gives away; nothing where its holder is new."""
    if change.remove or item.slot is None:
        return None
    if change.type_id in ONE_AT_MOST:
        holder, type_id = item.slot.record_id, change.type_id
    elif change.type_id in _FROM_THERE:
        holder, type_id = _target(plan, change), _FROM_THERE[change.type_id]
    else:
        return None
    return None if holder is None else (holder, type_id)


def _target(plan: Plan, change: AssociationChange) -> int | None:
    if change.to_record_id is not None:
        return plan.targets.get(change.to_record_id)
    index = -1 if change.to_index is None else change.to_index
    to = plan.wanted[index].slot if 0 <= index < len(plan.wanted) else None
    return to.record_id if to else None


def _read(plan: Plan, singles: Iterable[Single]) -> dict[Single, set[int]]:
    wanted = set(singles)
    if not wanted:
        return {}
    links = Association.objects.filter(
        account_id=plan.actor.account_id,
        from_record__in={holder for holder, _type in wanted},
        type_id__in={type_id for _holder, type_id in wanted},
    )
    found: dict[Single, set[int]] = {}
    for holder, type_id, other in links.values_list("from_record_id", "type_id", "to_record_id"):
        if (holder, type_id) in wanted:
            found.setdefault((holder, type_id), set()).add(other)
    return found
