"""The jobs of a booking: their kinds and when they are due. They are rows of the booking's own transaction."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

from django.db.models.functions import Now

from calendars.choices import BookingState, CalendarWrite, ChangedBy
from calendars.models import Booking, CalendarAccount, CalendarJob
from calendars.selectors.bookings import OPEN_STATES
from hubclone.lib.jobs.choices import JobQueue, JobState
from hubclone.lib.jobs.services import job_enqueue, job_retry

EVENT_CREATE = "booking.event_create"
EVENT_UPDATE = "booking.event_update"
EVENT_DELETE = "booking.event_delete"
EVENT_LOOK = "booking.event_look"
EVENT_KINDS = (EVENT_CREATE, EVENT_UPDATE, EVENT_DELETE)
REMINDER = "booking.reminder"
FOLLOW_UP = "booking.follow_up"
TELL = "booking.tell"
REQUEST_EXPIRE = "booking.request_expire"
CONFIRMATION_DELAY_SECONDS = 60
"""How long the e-mails wait for the event, whose call has an address that belongs in them."""
REQUEST_HOLD_SECONDS = 48 * 3600
FIRST_LOOK_SECONDS, FIRST_LOOK_KEY = 900, ":first"
"""An event that is deleted before a sync has ever seen it may be in none: it is looked at once when one surely has."""


def request_held_until(starts_at: dt.datetime) -> dt.datetime:
    """Until when a request that is made now waits for its answer: 48 hours, and no longer than until it would begin."""
    return min(starts_at, dt.datetime.now(dt.UTC) + dt.timedelta(seconds=REQUEST_HOLD_SECONDS))


def job_delays(booking: Booking) -> dict[str, int]:
    """What follows a booking or a request, each with the seconds until it is due; the first is due at once.

    An event tells everybody when it is there. A request's time is let go when nobody answers.
    """
    if booking.state == BookingState.REQUESTED:
        assert booking.held_until is not None
        left = (booking.held_until - dt.datetime.now(dt.UTC)).total_seconds()
        return {TELL: 0, REQUEST_EXPIRE: max(0, math.ceil(left))}
    return {TELL: 0} if booking.calendar_id is None else {EVENT_CREATE: 0, TELL: CONFIRMATION_DELAY_SECONDS}


def jobs_enqueue(booking: Booking) -> None:
    """Enqueue what follows from the booking's present state."""
    delays = job_delays(booking) if booking.state in OPEN_STATES else {TELL: 0}
    for kind, delay in delays.items():
        _enqueue(booking, kind, delay_seconds=delay)
    reminders_enqueue(booking)


def change_jobs_enqueue(booking: Booking, *, moved_from: dt.datetime | None = None) -> None:
    """What follows when a booking has moved (from that time) or was cancelled: the event's change, unless the calendar
    was the one that said so, and the e-mails."""
    if booking.calendar_id is not None and booking.changed_by != ChangedBy.CALENDAR:
        _enqueue(booking, EVENT_DELETE if booking.state == BookingState.CANCELLED else EVENT_UPDATE)
    _enqueue(booking, TELL, moved_from=moved_from.isoformat() if moved_from else "")


def event_job_enqueue(booking: Booking, kind: str, *, delay_seconds: float = 0, key: str = "") -> None:
    """See to the booking's event once more: EVENT_UPDATE, EVENT_DELETE or EVENT_LOOK. Jobs of one ``key`` are one."""
    job_enqueue(
        CalendarJob,
        account_id=booking.account_id,
        kind=kind,
        payload={"booking_id": booking.pk},
        queue=JobQueue.REALTIME,
        unique_key=f"booking:{booking.pk}{key}",
        delay_seconds=delay_seconds,
    )


def reminders_enqueue(booking: Booking) -> None:
    """The page's reminders of a confirmed booking that are still ahead, and its follow-up. Those of an earlier sequence
    are void by that: call it again whenever the booking has moved."""
    if booking.state != BookingState.CONFIRMED:
        return
    now = dt.datetime.now(dt.UTC)
    for minutes in booking.page.reminders:
        left = (booking.starts_at - dt.timedelta(minutes=minutes) - now).total_seconds()
        if left > 0:
            _enqueue(booking, REMINDER, delay_seconds=left, sequence=booking.sequence, minutes=minutes)
    if booking.page.follow_up_minutes is not None:
        due = booking.ends_at + dt.timedelta(minutes=booking.page.follow_up_minutes)
        _enqueue(booking, FOLLOW_UP, delay_seconds=max(0, (due - now).total_seconds()), sequence=booking.sequence)


def is_void(job: CalendarJob, booking: Booking) -> bool:
    """Whether a timed job (a reminder, a follow-up) is about a time that the meeting no longer has."""
    return booking.state != BookingState.CONFIRMED or job.payload["sequence"] != booking.sequence


def _enqueue(booking: Booking, kind: str, *, delay_seconds: float = 0, **payload: Any) -> None:
    job_enqueue(
        CalendarJob,
        account_id=booking.account_id,
        kind=kind,
        payload={"booking_id": booking.pk, **payload},
        queue=JobQueue.REALTIME,
        delay_seconds=delay_seconds,
    )


def events_retry(calendar_account: CalendarAccount) -> None:
    """A connection works again: write what could not be written to its calendars of the meetings ahead."""
    bookings = Booking.objects.filter(
        calendar__calendar_account=calendar_account,
        calendar_write=CalendarWrite.FAILED,
        ends_at__gt=Now(),
    )
    dead = CalendarJob.objects.filter(
        account_id=calendar_account.account_id,
        kind__in=EVENT_KINDS,
        state=JobState.DEAD,
        payload__booking_id__in=list(bookings.values_list("pk", flat=True)),
    )
    for job in dead:
        job_retry(job)
