"""Following what somebody did in the calendar with the event of a meeting made on a record (C6)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.actor import Actor
from accounts.choices import ActorKind
from calendars.choices import CalendarWrite
from calendars.models import MeetingEvent
from calendars.providers.protocol import EventPart, Interval, RemoteEvent
from calendars.services.meeting_words import PROPERTIES, digests, event_words, record_words, words_changed
from crm.exceptions import RecordNotFound
from crm.models import Record
from crm.services.activities import activity_change
from hubclone.lib.errors import TransientError

CANCELLED = "CANCELED"
"""A meeting record's outcome, in the public API's spelling."""


def meeting_is_off(meeting: Record) -> bool:
    """Whether the record was deleted, or says that the meeting was cancelled."""
    return meeting.archived_at is not None or meeting.properties.get("hs_meeting_outcome") == CANCELLED


def meeting_times(meeting: Record) -> Interval | None:
    """When a meeting record says that it takes place; None when it says nothing that holds."""
    edges = [meeting.properties.get(f"hs_meeting_{edge}_time") for edge in ("start", "end")]
    if not all(edges):
        return None
    starts_at, ends_at = (dt.datetime.fromisoformat(str(edge)) for edge in edges)
    return Interval(starts_at, ends_at) if ends_at > starts_at else None


def meeting_waits(row: MeetingEvent) -> bool:
    """Whether a change of the record is on its way to the calendar, which overtakes what the calendar says until
    then."""
    if row.state == CalendarWrite.REMOVED:
        return False
    return meeting_is_off(row.meeting) or row.starts_at is None or bool(record_changes(row))


def record_changes(row: MeetingEvent) -> set[EventPart]:
    """What the record says otherwise than when it and the event last agreed."""
    moved = {EventPart.TIMES} if meeting_times(row.meeting) != _times(row) else set()
    return moved | words_changed(row.record_words, record_words(row.meeting))


@transaction.atomic
def meeting_event_follow(row_id: int, event: RemoteEvent | None) -> None:
    """Do with a meeting what the calendar did with its event; None when that is gone.

    An event older than what is known is an echo of our own change, and one that a change of the record overtakes is
    followed when that has arrived. A deleted event cancels a meeting that lies ahead; one that is over keeps its
    outcome. Raises TransientError when the record was deleted in this very moment.
    """
    row = row_locked(row_id)
    if row.starts_at is None or (event is not None and event.modified and event.modified <= row.event_modified):
        return
    if event is None or event.is_cancelled:
        _gone(row)
    elif not meeting_waits(row):
        event_take(row, event)
    row.save()


def row_locked(row_id: int) -> MeetingEvent:
    """The row, held until the transaction ends, with its meeting as it is now."""
    rows = MeetingEvent.objects.select_related("meeting", "calendar__calendar_account")
    return rows.select_for_update(of=("self",)).get(pk=row_id)


def event_take(row: MeetingEvent, event: RemoteEvent) -> None:
    """Take over what the calendar has changed; the caller saves ``row``, which it holds locked."""
    said = event_words(event)
    changed = words_changed(row.event_words, said)
    values: dict[str, Any] = {PROPERTIES[part]: said[part] for part in changed}
    moved_to = event.interval if event.interval not in {None, _times(row)} else None
    if moved_to is not None:
        row.starts_at, row.ends_at = moved_to.starts_at, moved_to.ends_at
        values |= {"hs_timestamp": moved_to.starts_at, "hs_meeting_start_time": moved_to.starts_at}
        values["hs_meeting_end_time"] = moved_to.ends_at
    if values:
        _write(row, values, occurred_at=moved_to.starts_at if moved_to else None)
        row.meeting.refresh_from_db()
    row.record_words |= digests(record_words(row.meeting), changed)
    row.event_words |= digests(said)
    row.event_modified = max(row.event_modified, event.modified)


def _gone(row: MeetingEvent) -> None:
    lies_ahead = row.ends_at is not None and row.ends_at > timezone.now()
    row.state, row.starts_at, row.ends_at = CalendarWrite.REMOVED, None, None
    if lies_ahead and not meeting_is_off(row.meeting):
        _write(row, {"hs_meeting_outcome": CANCELLED})


def _write(row: MeetingEvent, properties: dict[str, Any], *, occurred_at: dt.datetime | None = None) -> None:
    """As the calendar's connection. Wherever the meeting is told, it moves along."""
    calendar = row.calendar
    source = str(calendar.calendar_account.connection_id) if calendar else ""
    actor = Actor(row.account_id, ActorKind.SYNC, id=source, label=calendar.name if calendar else "")
    try:
        activity_change(actor=actor, activity=row.meeting, properties=properties, occurred_at=occurred_at)
    except RecordNotFound as error:
        raise TransientError("The meeting was deleted meanwhile.", code="RECORD_RACE", retry_after=1) from error


def _times(row: MeetingEvent) -> Interval | None:
    if row.starts_at is None or row.ends_at is None:
        return None
    return Interval(row.starts_at, row.ends_at)
