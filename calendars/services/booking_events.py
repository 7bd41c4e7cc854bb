"""The jobs of bookings. Each may run again after a crash: the event's id is ours, and every e-mail has a key."""

from __future__ import annotations

import datetime as dt

import structlog
from django.db import transaction

from accounts.actor import system_actor
from calendars.choices import BookingState, CalendarWrite
from calendars.models import Booking, CalendarJob
from calendars.providers.protocol import Interval, RemoteEvent
from calendars.services.booking_calendar import event_draft
from calendars.services.booking_event_changes import (
    booking_locked,
    booking_of,
    event_call,
    event_client,
    event_remove,
)
from calendars.services.booking_jobs import (
    EVENT_CREATE,
    EVENT_DELETE,
    EVENT_LOOK,
    EVENT_UPDATE,
    FIRST_LOOK_KEY,
    FIRST_LOOK_SECONDS,
    REQUEST_EXPIRE,
    TELL,
    event_job_enqueue,
)
from calendars.services.booking_mail import booking_tell, event_failed_tell, guest_is_told
from calendars.services.booking_records import meeting_update
from calendars.services.booking_requests import request_expire
from hubclone.lib.errors import HubError
from hubclone.lib.jobs.registry import JOB_HANDLERS

log = structlog.get_logger(__name__)
_NOTED = ("event_id", "ical_uid")
"""What the provider alone may choose."""


@JOB_HANDLERS.registered(EVENT_CREATE)
def event_create(job: CalendarJob) -> None:
    """Make the booking's event, note its address, and tell both sides. Raises what the provider's client raises.

    A failure that only a person can mend marks the booking and tells its owner; a retry from the dead letters goes on.
    What was cancelled meanwhile is removed: a run that was killed may have made the event.
    """
    booking = booking_of(job)
    if booking.written_sequence is not None:
        return
    if booking.state == BookingState.CANCELLED:
        event_remove(job, booking)
    elif booking.state == BookingState.CONFIRMED and booking.calendar_write != CalendarWrite.NONE:
        event = event_call(
            job,
            lambda: event_client(booking).event_create(event_draft(booking)),
            lambda error: _note_failed(booking, error),
        )
        _note_made(booking, event)


@JOB_HANDLERS.registered(TELL)
def tell(job: CalendarJob) -> None:
    """Tell both sides what they have not been told, with what is known by now."""
    moved_from = job.payload.get("moved_from")
    with transaction.atomic():
        booking_tell(
            booking_locked(booking_of(job)),
            moved_from=dt.datetime.fromisoformat(moved_from) if moved_from else None,
        )


@JOB_HANDLERS.registered(REQUEST_EXPIRE)
def expire(job: CalendarJob) -> None:
    """Let go of an unanswered request's time."""
    request_expire(booking_id=int(job.payload["booking_id"]), account_id=job.account_id)


@transaction.atomic
def _note_made(booking: Booking, event: RemoteEvent) -> None:
    """The event is there. Who moved or cancelled the meeting meanwhile, here or in the calendar, is followed up."""
    if booking_locked(booking).written_sequence is not None:
        return
    booking.written_sequence, booking.conference_url = booking.sequence, event.conference_url
    booking.event_id = event.remote_id
    if event.ical_uid and not guest_is_told(booking):
        booking.ical_uid = event.ical_uid
    if booking.state != BookingState.CONFIRMED:
        event_job_enqueue(booking, EVENT_DELETE)
    elif not event.is_cancelled and event.interval == Interval(booking.starts_at, booking.ends_at):
        booking.event_modified = event.modified
    elif event.is_cancelled or booking.sequence == 0:
        event_job_enqueue(booking, EVENT_LOOK)
    else:
        booking.written_sequence = 0
        event_job_enqueue(booking, EVENT_UPDATE)
    event_job_enqueue(booking, EVENT_LOOK, delay_seconds=FIRST_LOOK_SECONDS, key=FIRST_LOOK_KEY)
    booking.calendar_write = CalendarWrite.WRITTEN
    booking.save(update_fields=[*_NOTED, "calendar_write", "conference_url", "written_sequence", "event_modified"])
    if event.conference_url:
        meeting_update(actor=system_actor(booking.account_id), booking=booking)
    if not event.is_cancelled:
        booking_tell(booking)


@transaction.atomic
def _note_failed(booking: Booking, error: HubError) -> None:
    log.warning("booking.event_failed", booking_id=booking.pk, code=error.code)
    if booking_locked(booking).calendar_write == CalendarWrite.WRITTEN:
        return
    booking.calendar_write = CalendarWrite.FAILED
    booking.save(update_fields=["calendar_write"])
    event_failed_tell(booking)
    booking_tell(booking)
