"""Associations, both ways round, and timeline entries."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.db import connection

from crm.builtin_associations import IMPLIED, ONE_AT_MOST, unlabelled
from crm.exceptions import RecordError, RecordNotFound, UnknownTimelineKind
from crm.models.property import OWN_TYPES_FROM
from crm.registries import TIMELINE_KINDS
from crm.services.changes import AssociationChange, TimelineChange
from crm.services.writing.plan import Plan, Wanted
from crm.services.writing.singles import singles_yield
from crm.services.writing.slots import Slot
from crm.services.writing.sql import json_text, rows_insert

SlotAt = Callable[[int], Slot]
"""The locked record of an id that a caller named."""

_ASSOCIATION = {
    "account_id": "bigint",
    "from_record_id": "bigint",
    "to_record_id": "bigint",
    "to_type": "text",
    "type_id": "integer",
    "created_at": "timestamptz",
}
_TIMELINE = {
    "account_id": "bigint",
    "record_id": "bigint",
    "kind": "text",
    "key": "text",
    "occurred_at": "timestamptz",
    "data": "jsonb",
    "about_id": "bigint",
    "source_kind": "text",
    "source_id": "text",
    "source_label": "text",
    "created_at": "timestamptz",
}
_AMEND = """on conflict (account_id, record_id, kind, key) do update
  set occurred_at = excluded.occurred_at, data = excluded.data, about_id = excluded.about_id
  where (t.occurred_at, t.data, t.about_id) is distinct from (excluded.occurred_at, excluded.data, excluded.about_id)"""
KEY_LENGTH_MOST = 200


@dataclass(frozen=True, slots=True)
class LinkMade:
    """One direction that was really made or removed; ``version`` is the from-record's."""

    from_type: str
    from_id: int
    to_id: int
    type_id: int
    version: int
    removed: bool = False


@dataclass(frozen=True, slots=True)
class _Link:
    from_slot: Slot
    to_slot: Slot
    type_id: int
    remove: bool

    @property
    def key(self) -> tuple[int, int, int]:
        return self.from_slot.id, self.to_slot.id, self.type_id


def links_write(plan: Plan, slot_at: SlotAt) -> list[LinkMade]:
    """Make and remove links; answer what has really changed. Raises UnknownAssociationType, RecordNotFound."""
    wanted: dict[tuple[int, int, int], _Link] = {}
    for item in plan.wanted:
        for change in item.change.associations if item.slot else ():
            for link in _directions(plan, item, change, slot_at):
                wanted[link.key] = link
    _yield(plan, wanted, slot_at)
    removed = _remove(plan, [link for link in wanted.values() if link.remove])
    made = _insert(plan, [link for link in wanted.values() if not link.remove])
    return [
        LinkMade(link.from_slot.object_type, *link.key, link.from_slot.version, link.remove)
        for link in wanted.values()
        if link.key in removed or link.key in made
    ]


def timeline_write(plan: Plan, slot_at: SlotAt) -> None:
    """Put entries in; a repeat changes nothing, another telling of the same thing amends it."""
    rows = {}
    for item in plan.wanted:
        for entry in item.change.timeline:
            slot = item.slot if entry.on_index is None else _at_index(plan, entry.on_index)
            if slot is None:
                continue
            _check(entry)
            about = _about(plan, entry, slot_at)
            rows[slot.id, entry.kind, entry.key] = (
                plan.actor.account_id,
                slot.id,
                entry.kind,
                entry.key,
                entry.occurred_at,
                json_text(dict(entry.data)),
                about.id if about else None,
                plan.actor.kind.value,
                plan.actor.id,
                plan.actor.label[:254],
                plan.now,
            )
    rows_insert("crm_timelineentry as t", _TIMELINE, list(rows.values()), conflict=_AMEND)


def _yield(plan: Plan, wanted: dict[tuple[int, int, int], _Link], slot_at: SlotAt) -> None:
    """Where a label leads to one record at most, the last that is given stays: the others lose it, and nothing else."""
    given = {(link.from_slot.id, link.type_id): link for link in wanted.values() if _is_single(link)}
    for link in [link for link in wanted.values() if _is_single(link)]:
        if given[link.from_slot.id, link.type_id] is not link:
            for way in _ways(plan, link):
                del wanted[way.key]
    for (holder, type_id), other in singles_yield(plan, ((key, link.to_slot.id) for key, link in given.items())):
        for way in _ways(plan, _Link(slot_at(holder), slot_at(other), type_id, remove=True)):
            wanted[way.key] = way


def _is_single(link: _Link) -> bool:
    return link.type_id in ONE_AT_MOST and not link.remove


def _ways(plan: Plan, link: _Link) -> tuple[_Link, _Link]:
    """A link and the same one seen from the other side."""
    inverse = plan.schema.inverse(link.from_slot.object_type, link.to_slot.object_type, link.type_id)
    return link, _Link(link.to_slot, link.from_slot, inverse, link.remove)


def _directions(plan: Plan, item: Wanted, change: AssociationChange, slot_at: SlotAt) -> Iterator[_Link]:
    from_slot, to_slot = item.slot, _to(plan, change, slot_at)
    if from_slot is None or to_slot is None:
        return
    if from_slot is to_slot:
        raise RecordError("A record cannot be linked to itself.")
    if to_slot.archived_at is not None and not to_slot.restore and not change.remove:
        raise RecordNotFound(to_slot.id)
    type_ids = [change.type_id]
    if not change.remove and (implied := _implied(from_slot.object_type, to_slot.object_type, change.type_id)):
        type_ids.append(implied)
    for type_id in type_ids:
        yield from _ways(plan, _Link(from_slot, to_slot, type_id, change.remove))


def _implied(from_type: str, to_type: str, type_id: int) -> int | None:
    """The unlabelled link that comes with a labelled one."""
    return unlabelled(from_type, to_type) if type_id >= OWN_TYPES_FROM else IMPLIED.get(type_id)


def _to(plan: Plan, change: AssociationChange, slot_at: SlotAt) -> Slot | None:
    if change.to_record_id is not None:
        return slot_at(change.to_record_id)
    if change.to_index is None:
        raise RecordError("An association needs a record to go to.")
    return _at_index(plan, change.to_index)


def _about(plan: Plan, entry: TimelineChange, slot_at: SlotAt) -> Slot | None:
    if entry.about_record_id is not None:
        return slot_at(entry.about_record_id)
    return None if entry.about_index is None else _at_index(plan, entry.about_index)


def _at_index(plan: Plan, index: int) -> Slot | None:
    if not 0 <= index < len(plan.wanted):
        raise RecordError(f"There is no change {index} in this call.")
    return plan.wanted[index].slot


def _check(entry: TimelineChange) -> None:
    if entry.kind not in TIMELINE_KINDS:
        raise UnknownTimelineKind(f"There is no timeline kind {entry.kind!r}.")
    if not entry.key or len(entry.key) > KEY_LENGTH_MOST:
        raise RecordError(f"A timeline key has 1 to {KEY_LENGTH_MOST} characters.")
    if not isinstance(entry.occurred_at, dt.datetime) or entry.occurred_at.tzinfo is None:
        raise RecordError("A timeline entry needs a time with its zone.")


def _insert(plan: Plan, links: list[_Link]) -> set[tuple[int, int, int]]:
    rows = [
        (plan.actor.account_id, link.from_slot.id, link.to_slot.id, link.to_slot.object_type, link.type_id, plan.now)
        for link in links
    ]
    returned = rows_insert(
        "crm_association",
        _ASSOCIATION,
        rows,
        conflict="on conflict do nothing",
        returning="from_record_id, to_record_id, type_id",
    )
    return {(a, b, type_id) for a, b, type_id in returned}


def _remove(plan: Plan, links: list[_Link]) -> set[tuple[int, int, int]]:
    if not links:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            """delete from crm_association a using unnest(%s::bigint[], %s::bigint[], %s::int[]) v(f, t, y)
                where a.account_id = %s and a.from_record_id = v.f and a.to_record_id = v.t and a.type_id = v.y
               returning a.from_record_id, a.to_record_id, a.type_id""",
            [
                [link.from_slot.id for link in links],
                [link.to_slot.id for link in links],
                [link.type_id for link in links],
                plan.actor.account_id,
            ],
        )
        return {(a, b, type_id) for a, b, type_id in cursor.fetchall()}
