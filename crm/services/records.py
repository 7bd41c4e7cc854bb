"""The one write path of records: pages, the API, syncs and bookings all come through here."""

from __future__ import annotations

import json
from collections.abc import Sequence

from django.db import connection, transaction

from accounts.actor import Actor
from accounts.services.audit import audit_write
from crm.exceptions import RecordNotFound, RecordStale
from crm.models import Record
from crm.services.changes import AssociationChange, RecordChange, RecordResult, TimelineChange
from crm.services.writing import rows
from crm.services.writing.identities import identities_claim, identities_release, primaries_set
from crm.services.writing.links import links_write, timeline_write
from crm.services.writing.plan import Plan, Wanted, plan_make
from crm.services.writing.schema import schema_hold
from crm.services.writing.singles import singles_find
from crm.services.writing.slots import Slot
from hubclone.lib.errors import TransientError

__all__ = [
    "AssociationChange",
    "RecordChange",
    "RecordResult",
    "TimelineChange",
    "record_archive",
    "record_restore",
    "records_write",
]


ATTEMPTS_MOST = 3


def records_write(*, actor: Actor, changes: Sequence[RecordChange]) -> list[RecordResult]:
    """Write a list of changes in one transaction, one statement a table; the results are in the order of the changes.

    Locks come in one order: the account's definitions (together with other writers), addresses sorted, then records
    ascending; so call it once a transaction, after other locks.
    All or nothing: an error leaves nothing written. What a caller may want to catch and go on from (a value that does
    not fit, a taken address, a record that is not there) is found out before anything is written; after an error
    from later on (a race, a wrong type of link) the caller's own transaction, if one is open, must be rolled back.
    Raises InvalidProperty, RecordNotFound, RecordStale, IdentityTaken, UnknownAssociationType, UnknownTimelineKind,
    RecordError.
    """
    if not changes:
        return []
    if not connection.in_atomic_block:
        return _write_alone(actor, changes)
    schema_hold(account_id=actor.account_id)
    plan = plan_make(actor=actor, changes=changes)
    singles_find(plan)
    with transaction.atomic(savepoint=False):
        _insert(plan)
        identities_claim(plan)
        held = _Held(plan)
        _merge(plan)
        identities_release(plan)
        slots = _slots(plan)
        for slot in slots:
            slot.settle()
        touched = [slot for slot in slots if slot.touched]
        primaries_set(plan, touched)
        rows.records_update(plan, [slot for slot in touched if not slot.is_new or slot.archive])
        rows.archivers_set(plan, touched)
        change_ids = rows.history_insert(plan, touched)
        links = links_write(plan, held.slot)
        timeline_write(plan, held.slot)
        rows.events_insert(plan, touched, change_ids, links)
    return [_result(item) for item in plan.wanted]


def _write_alone(actor: Actor, changes: Sequence[RecordChange]) -> list[RecordResult]:
    """In a transaction of its own, anew when a record was merged or erased, or an address taken, in that moment."""
    for attempt in range(1, ATTEMPTS_MOST + 1):
        try:
            with transaction.atomic():
                return records_write(actor=actor, changes=changes)
        except TransientError:
            if attempt == ATTEMPTS_MOST:
                raise
    raise AssertionError("not reached")


@transaction.atomic
def record_archive(*, actor: Actor, record_id: int, object_type: str) -> RecordResult:
    """Delete a record in the way that can be taken back; an archived one stays as it is. Raises RecordNotFound."""
    change = RecordChange(object_type, record_id=record_id, archive=True)
    return _with_audit(actor, "record.archived", change)


@transaction.atomic
def record_restore(*, actor: Actor, record_id: int, object_type: str) -> RecordResult:
    """Bring an archived record back. Raises RecordNotFound."""
    change = RecordChange(object_type, record_id=record_id, restore=True)
    return _with_audit(actor, "record.restored", change)


def _with_audit(actor: Actor, action: str, change: RecordChange) -> RecordResult:
    result = records_write(actor=actor, changes=[change])[0]
    if result.changed and result.record_id is not None:
        audit_write(
            actor=actor,
            action=action,
            target_kind="record",
            target_id=result.record_id,
            target_label=Record.objects.get(pk=result.record_id).display_name,
        )
    return result


def _insert(plan: Plan) -> None:
    """Insert new records first: nobody sees them yet, and an address that is lost takes its record away again."""
    new = [slot for slot in _slots(plan) if slot.is_new]
    for item in plan.wanted:
        if item.slot is not None and item.slot.is_new:
            item.slot.merge(_values(item, item.slot))
    rows.records_insert(plan, new)


class _Held:
    """The locked records of a call, by every id that somebody asked for them with."""

    def __init__(self, plan: Plan) -> None:
        self._targets = plan.targets
        self._slots = {slot.id: slot for slot in _slots(plan) if slot.is_new}
        wanted = {item.slot.id for item in plan.wanted if item.slot is not None and not item.slot.is_new}
        ids = (wanted | set(plan.targets.values())) - set(self._slots)
        self._lock(plan, ids)
        for item in plan.wanted:
            if item.slot is not None and not item.slot.is_new:
                item.slot = self._take(item, self._wanted(item, item.slot.id), item.slot)

    def slot(self, record_id: int) -> Slot:
        """The record that ``record_id`` leads to. Raises RecordNotFound."""
        slot = self._slots.get(self._targets.get(record_id, record_id))
        if slot is None:
            raise RecordNotFound(record_id)
        return slot

    def _wanted(self, item: Wanted, record_id: int) -> Slot:
        """The record of a change; one that was found by an address and erased meanwhile is to be looked for anew."""
        if item.change.record_id is None and record_id not in self._slots:
            raise TransientError("A record was erased meanwhile.", code="ERASURE_RACE", retry_after=1)
        return self.slot(record_id)

    def _lock(self, plan: Plan, ids: set[int]) -> None:
        found = rows.records_lock(plan.actor.account_id, ids) if ids else {}
        for id_, object_type, properties, version, archived_at, merged_into, updated_at in found.values():
            if merged_into is not None:
                raise TransientError("A record was merged meanwhile.", code="MERGE_RACE", retry_after=1)
            values = json.loads(properties)
            self._slots[id_] = Slot(
                object_type,
                id_,
                before=values,
                after=dict(values),
                version=version,
                archived_at=archived_at,
                updated_at=updated_at,
            )

    @staticmethod
    def _take(item: Wanted, slot: Slot, planned: Slot) -> Slot:
        """The locked record for the planned one. Raises RecordNotFound for another type, or an archived one by id."""
        change = item.change
        by_id = change.record_id is not None
        if slot.object_type != change.object_type:
            raise RecordNotFound(change.record_id or slot.id)
        if change.if_version is not None and change.if_version != slot.version:
            raise RecordStale
        if slot.archived_at is not None:
            if by_id and not (change.restore or change.archive):
                raise RecordNotFound(change.record_id or slot.id)
            slot.restore = slot.restore or not change.archive
        slot.identity_changed = slot.identity_changed or planned.identity_changed
        return slot


def _merge(plan: Plan) -> None:
    """Put the values of each change over the locked record that it is about."""
    for item in plan.wanted:
        slot = item.slot
        if slot is None:
            continue
        slot.archive = slot.archive or item.change.archive
        if not slot.is_new:
            slot.merge(_values(item, slot))


def _values(item: Wanted, slot: Slot) -> dict[str, object]:
    """The change's values with the main address as it will be; notes on the slot when that moves."""
    values = {**_additions(item, slot), **item.values}
    if slot.info.identity is None:
        return values
    name, _kind = slot.info.identity
    named = item.main or next(iter(item.extra), None)
    if slot.is_new:
        if named and not slot.after.get(name):
            values[name] = named[2]
        elif slot.after.get(name):
            values.pop(name, None)
        return values
    if named and name not in values and not slot.after.get(name):
        values[name] = named[2]
    if name in values:
        if item.match and item.match[2] == values[name] and slot.before.get(name):
            del values[name]
        elif values[name] != slot.before.get(name):
            slot.primary = values[name] or ""
    return values


def _additions(item: Wanted, slot: Slot) -> dict[str, object]:
    """What the change puts where nothing is yet."""
    found: dict[str, object] = dict(item.if_new) if slot.is_new else {}
    for fill in item.fills:
        if slot.is_new or not any(name in slot.after for name in fill):
            found |= fill
    return found


def _slots(plan: Plan) -> list[Slot]:
    return list(dict.fromkeys(item.slot for item in plan.wanted if item.slot is not None))


def _result(item: Wanted) -> RecordResult:
    slot = item.slot
    if slot is None:
        return RecordResult(None, refusal=item.refusal.value if item.refusal else "")
    return RecordResult(slot.id, created=slot.is_new, changed=slot.touched, version=slot.version)
