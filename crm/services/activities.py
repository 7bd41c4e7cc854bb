"""What people log on records: an activity of its own, linked with the record, and on its timeline (A21)."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from accounts.actor import Actor
from accounts.choices import ActorKind
from crm.builtin_associations import unlabelled
from crm.choices import ObjectType
from crm.exceptions import RecordError
from crm.models import Record, TimelineEntry
from crm.objects import OWNER
from crm.services.records import AssociationChange, RecordChange, RecordResult, TimelineChange, records_write

DONE, NOT_STARTED = "COMPLETED", "NOT_STARTED"


def activity_log(
    *, actor: Actor, record: Record, activity_type: str, properties: Mapping[str, Any], occurred_at: dt.datetime
) -> RecordResult:
    """Make an activity about ``record``, which is owned by the person who logs it unless ``properties`` name an owner.

    ``occurred_at`` (aware) is its place on the timeline. Raises InvalidProperty, RecordNotFound, and RecordError for a
    kind of record that has no activities of this type."""
    type_id = unlabelled(activity_type, record.object_type)
    if type_id is None:
        raise RecordError(f"A {record.object_type} has no {activity_type}.")
    owner = {OWNER: actor.id} if actor.kind == ActorKind.USER else {}
    entry = TimelineChange(activity_type, f"logged:{uuid.uuid4()}", occurred_at, about_index=0)
    changes = [
        RecordChange(
            activity_type,
            {"hs_timestamp": occurred_at, **owner, **properties},
            associations=[AssociationChange(type_id, to_record_id=record.pk)],
        ),
        RecordChange(record.object_type, record_id=record.pk, timeline=[entry]),
    ]
    return records_write(actor=actor, changes=changes)[0]


@transaction.atomic
def activity_change(
    *,
    actor: Actor,
    activity: Record,
    properties: Mapping[str, Any],
    occurred_at: dt.datetime | None = None,
    version: int | None = None,
) -> RecordResult:
    """Change an activity that was logged; ``occurred_at`` moves it on every timeline that it is on.

    Raises InvalidProperty, RecordNotFound, and RecordStale when it is not at ``version`` any more."""
    changes = [
        RecordChange(activity.object_type, properties, record_id=activity.pk, if_version=version),
        *(_moved(entry, occurred_at) for entry in _entries(activity) if occurred_at),
    ]
    return records_write(actor=actor, changes=changes)[0]


def task_done_set(*, actor: Actor, task_id: int, done: bool) -> RecordResult:
    """Tick a task off, or take that back. Raises RecordNotFound."""
    status = {"hs_task_status": DONE if done else NOT_STARTED}
    return records_write(actor=actor, changes=[RecordChange(ObjectType.TASK, status, record_id=task_id)])[0]


def _entries(activity: Record) -> list[TimelineEntry]:
    """Where it is told, on records that are still there."""
    found = TimelineEntry.objects.filter(account_id=activity.account_id, about=activity, kind=activity.object_type)
    return list(found.filter(record__archived_at=None, data={}).select_related("record").order_by("id"))


def _moved(entry: TimelineEntry, to: dt.datetime | None) -> RecordChange:
    assert to is not None
    change = TimelineChange(entry.kind, entry.key, to, entry.data, about_record_id=entry.about_id)
    return RecordChange(entry.record.object_type, record_id=entry.record_id, timeline=[change])
