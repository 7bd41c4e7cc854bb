"""Bringing the event of a meeting made on a record up to what the record says by now (C6).

One job compares the record with the row that ties it to its event, and makes, changes or removes the event: one that
runs again, late or beside another does no harm. What changes a record is in the event log, whose consumer here enqueues
the job. What the calendar changes is ``meeting_event_changes``' part.
"""

from __future__ import annotations

import time
import uuid
from typing import Any

import structlog
from django.db import transaction
from django.utils import timezone

from accounts.actor import system_actor
from calendars.choices import CalendarWrite
from calendars.models import Calendar, CalendarAccount, CalendarJob, MeetingEvent
from calendars.providers.protocol import Attendee, CalendarClient, EventDraft, EventPart, Interval, RemoteEvent
from calendars.services.booking_event_changes import event_call
from calendars.services.booking_jobs import FIRST_LOOK_KEY, FIRST_LOOK_SECONDS
from calendars.services.clients import calendar_client, calendar_provider
from calendars.services.events_log import PRIVATE_MEETING
from calendars.services.events_moved import event_follow_elsewhere
from calendars.services.meeting_event_changes import (
    event_take,
    meeting_event_follow,
    meeting_is_off,
    meeting_times,
    meeting_waits,
    record_changes,
    row_locked,
)
from calendars.services.meeting_notices import event_failed_tell
from calendars.services.meeting_reminders import meeting_reminders_follow
from calendars.services.meeting_words import digests, draft_words, event_words, record_words
from crm.choices import ObjectType
from crm.models import Association, Record
from crm.services.changes import RecordChange
from crm.services.events import cursor_move, events_read
from crm.services.records import records_write
from hubclone.lib.errors import HubError
from hubclone.lib.jobs.choices import JobQueue
from hubclone.lib.jobs.registry import JOB_HANDLERS
from hubclone.lib.jobs.services import job_enqueue
from hubclone.lib.locks import LockSpace, session_lock_try

log = structlog.get_logger(__name__)

EVENT_BRING, EVENT_LOOK = "meeting.event_bring", "meeting.event_look"
CONSUMER = "calendars.meetings"
EVENTS_A_TURN = 1000
TURN_SECONDS = 4.0
TWIN_WAIT_SECONDS = 3


def event_bring_enqueue(*, account_id: int, meeting_id: int, delay_seconds: float = 0) -> None:
    """Ask for the job; however often that is asked, one is queued."""
    _enqueue(EVENT_BRING, account_id, meeting_id, delay_seconds)


def event_look_enqueue(*, account_id: int, meeting_id: int, delay_seconds: float = 0, key: str = "") -> None:
    """Ask the calendar what has become of the event. Jobs of one ``key`` are one."""
    _enqueue(EVENT_LOOK, account_id, meeting_id, delay_seconds, key)


def meeting_events_retry(calendar_account: CalendarAccount) -> None:
    """A connection works again: write what could not be written to its calendars."""
    failed = MeetingEvent.objects.filter(calendar__calendar_account=calendar_account, state=CalendarWrite.FAILED)
    for account_id, meeting_id in failed.values_list("account_id", "meeting_id"):
        event_bring_enqueue(account_id=account_id, meeting_id=meeting_id)


def changes_follow() -> int:
    """Read the event log and see to the meetings that have changed; answer how many events were read."""
    until, total, read = time.monotonic() + TURN_SECONDS, 0, EVENTS_A_TURN
    while read == EVENTS_A_TURN and time.monotonic() < until:
        read = _turn()
        total += read
    return total


@transaction.atomic
def _turn() -> int:
    """The jobs are queued in the transaction that moves the cursor: none is lost, and none is queued for nothing."""
    events = events_read(consumer=CONSUMER, limit=EVENTS_A_TURN)
    if not events:
        return 0
    ids = {event.record_id for event in events if event.object_type == ObjectType.MEETING}
    for account_id, meeting_id in MeetingEvent.objects.filter(meeting_id__in=ids).values_list(
        "account_id", "meeting_id"
    ):
        event_bring_enqueue(account_id=account_id, meeting_id=meeting_id)
    if ids:
        meeting_reminders_follow(account_ids={event.account_id for event in events}, meeting_ids=ids)
    cursor_move(consumer=CONSUMER, seq=events[-1].seq or 0)
    return len(events)


@JOB_HANDLERS.registered(EVENT_BRING)
def event_bring(job: CalendarJob) -> None:
    """Make, change or remove the event; one worker at a time has it. Raises what the provider's client raises."""
    meeting_id = int(job.payload["meeting_id"])
    with session_lock_try(LockSpace.MEETING_EVENT, meeting_id) as held:
        if not held:
            event_bring_enqueue(account_id=job.account_id, meeting_id=meeting_id, delay_seconds=TWIN_WAIT_SECONDS)
            return
        row = _row(job)
        if row is not None and row.calendar is not None:
            event_call(job, _Bring(row, row.calendar).run, lambda error: _failed(meeting_id, error))
        elif row is not None:
            _left_tell(row)


@JOB_HANDLERS.registered(EVENT_LOOK)
def event_look(job: CalendarJob) -> None:
    """Ask the calendar what has become of the event, and follow it."""
    row = _row(job)
    if row is None or row.calendar is None or row.starts_at is None:
        return
    event = calendar_client(row.calendar.calendar_account).event_get(row.calendar.remote_id, event_id=row.event_id)
    meeting_event_follow(row.pk, event or event_follow_elsewhere(row))


class _Bring:
    """One comparison of a meeting with its event, and what follows from it."""

    def __init__(self, row: MeetingEvent, calendar: Calendar) -> None:
        self.row, self.calendar, self.meeting = row, calendar, row.meeting

    def run(self) -> None:
        """A record that is deleted or cancelled wants no event; of what is over, everything stays as it is."""
        row, now = self.row, timezone.now()
        wanted = meeting_times(self.meeting)
        if meeting_is_off(self.meeting):
            if row.state != CalendarWrite.REMOVED and (row.ends_at is None or row.ends_at > now):
                self._remove()
        elif wanted is None:
            log.info("meeting.without_times", meeting_id=self.meeting.pk)
        elif row.starts_at is None or row.ends_at is None:
            if row.state != CalendarWrite.REMOVED or wanted.ends_at > now:
                self._make(wanted)
        elif parts := record_changes(row):
            if max(row.ends_at, wanted.ends_at) > now:
                self._change(wanted, parts)
            else:
                words = digests(record_words(self.meeting))
                _note(row.pk, starts_at=wanted.starts_at, ends_at=wanted.ends_at, record_words=words)
        elif row.state == CalendarWrite.FAILED:
            _note(row.pk, state=CalendarWrite.WRITTEN)

    def _make(self, wanted: Interval) -> None:
        """Make it; a meeting that comes back after its event was removed gets another one."""
        if self.row.state == CalendarWrite.REMOVED:
            uid, provider = uuid.uuid4(), calendar_provider(self.calendar.calendar_account)
            ids = {"event_id": provider.event_id(uid), "ical_uid": provider.ical_uid(uid)}
            _note(self.row.pk, uid=uid, state=CalendarWrite.PENDING, event_modified="", **ids)
            self.row.refresh_from_db(fields=["uid", "state", "event_id", "ical_uid"])
        draft = self._draft(wanted)
        _note_made(self.row.pk, self._client().event_create(draft), draft)

    def _change(self, wanted: Interval, parts: set[EventPart]) -> None:
        draft = self._draft(wanted)
        event = self._client().event_update(draft, event_id=self.row.event_id, parts=parts)
        if event is not None:
            _note_changed(self.row.pk, event, draft, parts)
        elif event_follow_elsewhere(self.row) is not None:
            event_bring_enqueue(account_id=self.row.account_id, meeting_id=self.row.meeting_id)
        else:
            meeting_event_follow(self.row.pk, None)

    def _remove(self) -> None:
        """An event that a run made which was killed before it could note that is found by its uid."""
        client, event_id = self._client(), self.row.event_id
        if self.row.starts_at is None:
            found = client.event_find(self.calendar.remote_id, uid=self.row.uid)
            event_id = found.remote_id if found else ""
        if event_id:
            client.event_delete(self.calendar.remote_id, event_id=event_id)
        _note(self.row.pk, state=CalendarWrite.REMOVED, starts_at=None, ends_at=None)

    def _client(self) -> CalendarClient:
        return calendar_client(self.calendar.calendar_account)

    def _draft(self, wanted: Interval) -> EventDraft:
        words = record_words(self.meeting)
        return EventDraft(
            calendar_remote_id=self.calendar.remote_id,
            uid=self.row.uid,
            summary=words[EventPart.SUMMARY],
            interval=wanted,
            time_zone=self.row.time_zone,
            description=words[EventPart.DESCRIPTION],
            location=words[EventPart.LOCATION],
            attendees=_guests(self.meeting),
            wants_conference=self.row.wants_call,
            private={PRIVATE_MEETING: str(self.meeting.pk)},
        )


def _guests(meeting: Record) -> tuple[Attendee, ...]:
    """The contacts that the meeting is linked with by now, who have an address."""
    links = Association.objects.filter(
        account_id=meeting.account_id,
        from_record=meeting,
        to_type=ObjectType.CONTACT,
        to_record__archived_at=None,
    )
    contacts = Record.objects.filter(pk__in=links.values("to_record")).order_by("pk")
    return tuple(Attendee(c.properties["email"], c.display_name) for c in contacts if c.properties.get("email"))


def _row(job: CalendarJob) -> MeetingEvent | None:
    related = ("meeting", "calendar__calendar_account__connection")
    rows = MeetingEvent.objects.select_related(*related)
    return rows.filter(account_id=job.account_id, meeting_id=job.payload["meeting_id"]).first()


@transaction.atomic
def _note_made(row_id: int, event: RemoteEvent, draft: EventDraft) -> None:
    """The event is there. What somebody did with the one of an earlier run, in the calendar, is followed."""
    row, wanted = row_locked(row_id), draft.interval
    row.event_id, row.ical_uid = event.remote_id, event.ical_uid or row.ical_uid
    row.starts_at, row.ends_at, row.state = wanted.starts_at, wanted.ends_at, CalendarWrite.WRITTEN
    row.record_words, row.event_words = digests(draft_words(draft)), digests(event_words(event))
    is_as_asked = not event.is_cancelled and event.interval in {None, wanted}
    row.event_modified = event.modified if is_as_asked else ""
    if event.conference_url and row.meeting.archived_at is None:
        _call_note(row, event.conference_url)
    row.save()
    event_look_enqueue(
        account_id=row.account_id, meeting_id=row.meeting_id, delay_seconds=FIRST_LOOK_SECONDS, key=FIRST_LOOK_KEY
    )
    if not is_as_asked:
        meeting_event_follow(row.pk, event)


def _call_note(row: MeetingEvent, url: str) -> None:
    """The call's link, and as the place where none is named: the event has it without being told."""
    meeting, values = row.meeting, {"hs_meeting_external_url": url}
    if not meeting.properties.get("hs_meeting_location"):
        values["hs_meeting_location"] = url
    change = RecordChange(ObjectType.MEETING, record_id=meeting.pk, properties=values)
    records_write(actor=system_actor(meeting.account_id), changes=[change])
    meeting.refresh_from_db()
    if "hs_meeting_location" in values:
        row.record_words |= digests(record_words(meeting), {EventPart.LOCATION})


@transaction.atomic
def _note_changed(row_id: int, event: RemoteEvent, draft: EventDraft, parts: set[EventPart]) -> None:
    """These parts are written. What the calendar has changed beside them comes with the answer, and is followed."""
    row = row_locked(row_id)
    row.state = CalendarWrite.WRITTEN
    if EventPart.TIMES in parts:
        row.starts_at, row.ends_at = draft.interval.starts_at, draft.interval.ends_at
        event = event._replace(interval=None)
    row.record_words |= digests(draft_words(draft), parts)
    row.event_words |= digests(event_words(event), parts)
    if not meeting_waits(row):
        event_take(row, event)
    row.event_modified = event.modified
    row.save()


def _left_tell(row: MeetingEvent) -> None:
    """Its calendar is not connected any more: what has changed meanwhile waits until that is, which is not silent."""
    lies_ahead = row.ends_at is not None and row.ends_at > timezone.now()
    if lies_ahead and row.state != CalendarWrite.REMOVED and (meeting_is_off(row.meeting) or record_changes(row)):
        event_failed_tell(row)


@transaction.atomic
def _failed(meeting_id: int, error: HubError) -> None:
    """No further attempt will be made by itself: mark it, and tell the organiser."""
    log.warning("meeting.event_failed", meeting_id=meeting_id, code=error.code)
    row = MeetingEvent.objects.select_for_update(of=("self",)).select_related("meeting").get(meeting_id=meeting_id)
    row.state = CalendarWrite.FAILED
    row.save(update_fields=["state"])
    event_failed_tell(row)


def _note(row_id: int, **fields: Any) -> None:
    MeetingEvent.objects.filter(pk=row_id).update(**fields)


def _enqueue(kind: str, account_id: int, meeting_id: int, delay_seconds: float, key: str = "") -> None:
    job_enqueue(
        CalendarJob,
        account_id=account_id,
        kind=kind,
        payload={"meeting_id": meeting_id},
        unique_key=f"meeting:{meeting_id}{key}",
        queue=JobQueue.REALTIME,
        delay_seconds=delay_seconds,
    )
