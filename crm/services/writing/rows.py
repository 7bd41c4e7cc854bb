"""One statement a table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection

from accounts.actor import Actor
from crm.choices import EventKind
from crm.objects import OWNER, display_name, search_text
from crm.services.writing.links import LinkMade
from crm.services.writing.plan import Plan
from crm.services.writing.slots import Slot
from crm.services.writing.sql import array_text, json_text, rows_insert, rows_update
from hubclone.lib.text import fold, words

_RECORD = {
    "account_id": "bigint",
    "object_type": "text",
    "properties": "jsonb",
    "version": "integer",
    "display_name": "text",
    "sort_name": "text",
    "search": "tsvector",
    "owner_id": "bigint",
    "created_at": "timestamptz",
    "updated_at": "timestamptz",
}
_RECORD_CHANGE = {
    "id": "bigint",
    "properties": "jsonb",
    "version": "integer",
    "display_name": "text",
    "sort_name": "text",
    "search": "tsvector",
    "owner_id": "bigint",
    "archived_at": "timestamptz",
    "updated_at": "timestamptz",
}
_HISTORY = """
insert into crm_propertychange
      (account_id, source_kind, source_id, source_label, record_id, version, changed_at, name, value)
select %s, %s, %s, %s, v.id, v.version, v.at, p.key, nullif(p.value::text, 'null')::jsonb
  from unnest(%s::bigint[], %s::int[], %s::timestamptz[], %s::text[]) with ordinality v(id, version, at, changed, n)
 cross join lateral json_each(v.changed::json) with ordinality p(key, value, i)
 order by v.n, p.i
returning id, record_id
"""
_EVENT = {
    "account_id": "bigint",
    "kind": "text",
    "object_type": "text",
    "record_id": "bigint",
    "version": "integer",
    "change_ids": "bigint[]",
    "other_record_id": "bigint",
    "association_type_id": "integer",
    "source_kind": "text",
    "source_id": "text",
    "occurred_at": "timestamptz",
}
LABEL_LENGTH_MOST = 254


def source(actor: Actor) -> tuple[str, str, str]:
    """What history and timeline keep of the actor."""
    return actor.kind.value, actor.id, actor.label[:LABEL_LENGTH_MOST]


def records_insert(plan: Plan, slots: Sequence[Slot]) -> None:
    """Insert the new records; each gets its id."""
    rows = [
        (
            plan.actor.account_id,
            slot.object_type,
            json_text(slot.after),
            1,
            *_derived(slot),
            plan.now,
            plan.now,
        )
        for slot in slots
    ]
    for slot, (id_,) in zip(slots, rows_insert("crm_record", _RECORD, rows, returning="id"), strict=True):
        slot.record_id = id_


def records_lock(account_id: int, ids: Iterable[int]) -> dict[int, tuple[Any, ...]]:
    """Lock records of the account in ascending order; answer (id, type, properties, version, archived_at, merged_into,
    updated_at) by id. The lock leaves foreign keys to the record free."""
    with connection.cursor() as cursor:
        cursor.execute(
            """select id, object_type, properties::text, version, archived_at, merged_into_id, updated_at
                 from crm_record where account_id = %s and id = any(%s) order by id for no key update""",
            [account_id, sorted(set(ids))],
        )
        return {row[0]: row for row in cursor.fetchall()}


def records_update(plan: Plan, slots: Iterable[Slot]) -> None:
    """Write the existing records that have changed."""
    rows = []
    for slot in slots:
        archived_at = plan.now if slot.archive else None if slot.restore else slot.archived_at
        head = (slot.id, json_text(slot.after), slot.version)
        rows.append((*head, *_derived(slot), archived_at, slot.moment(plan.now)))
    rows_update("crm_record", _RECORD_CHANGE, rows)


def archivers_set(plan: Plan, slots: Iterable[Slot]) -> None:
    """Note who deletes a record, and forget it when the record comes back."""
    marks = [(slot.id, plan.actor.label[:LABEL_LENGTH_MOST] if slot.archive else "") for slot in slots if _moves(slot)]
    rows_update("crm_record", {"id": "bigint", "archived_by": "text"}, marks)


def _moves(slot: Slot) -> bool:
    return slot.archive or slot.restore


def history_insert(plan: Plan, slots: Iterable[Slot]) -> dict[int, list[int]]:
    """One row for each value that has changed, in the order of the names; the rows' ids by record. What changed in a
    record is sent as one object: ten values of one cost little more than one."""
    changed = [slot for slot in slots if slot.changed_names]
    if not changed:
        return {}
    arrays = (
        [slot.id for slot in changed],
        [slot.version for slot in changed],
        [slot.moment(plan.now) for slot in changed],
        [json_text({name: slot.after.get(name) for name in slot.changed_names}) for slot in changed],
    )
    ids: dict[int, list[int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_HISTORY, [plan.actor.account_id, *source(plan.actor), *arrays])
        for id_, record_id in cursor.fetchall():
            ids.setdefault(record_id, []).append(id_)
    return ids


def events_insert(
    plan: Plan, slots: Iterable[Slot], change_ids: dict[int, list[int]], links: Iterable[LinkMade]
) -> None:
    """The rows of the log. The locks of all these records are held, so ids of one record are in its order."""
    kind, id_, _label = source(plan.actor)
    rows: list[tuple[Any, ...]] = []
    for slot in slots:
        for event in _kinds(slot):
            changes = change_ids.get(slot.id, []) if event in _WITH_VALUES else []
            head = (plan.actor.account_id, event.value, slot.object_type, slot.id, slot.version, array_text(changes))
            rows.append((*head, None, None, kind, id_, plan.now))
    for link in links:
        event = EventKind.ASSOCIATION_REMOVED if link.removed else EventKind.ASSOCIATION_CREATED
        head = (plan.actor.account_id, event.value, link.from_type, link.from_id, link.version, "{}")
        rows.append((*head, link.to_id, link.type_id, kind, id_, plan.now))
    rows_insert("crm_event", _EVENT, rows)


_WITH_VALUES = frozenset({EventKind.RECORD_CREATED, EventKind.RECORD_CHANGED})


def _kinds(slot: Slot) -> list[EventKind]:
    """What the log tells of one record, in order."""
    if slot.is_new:
        return [EventKind.RECORD_CREATED, *([EventKind.RECORD_ARCHIVED] if slot.archive else [])]
    changed = bool(slot.changed_names or slot.identity_changed or slot.primary is not None)
    told = (
        (EventKind.RECORD_RESTORED, slot.restore),
        (EventKind.RECORD_CHANGED, changed),
        (EventKind.RECORD_ARCHIVED, slot.archive),
    )
    return [kind for kind, happened in told if happened]


def _derived(slot: Slot) -> tuple[str, str, str, int | None]:
    """Display name, sort name, text to search, owner."""
    name = display_name(slot.object_type, slot.after)
    searched = " ".join(words(search_text(slot.object_type, slot.after)))
    owner = slot.after.get(OWNER)
    return name, fold(name)[:400], searched[:20_000], int(owner) if owner else None
