"""The jobs of a booking: their kinds and when they are due. They are rows of the booking's own transaction."""

from __future__ import annotations

from django.db.models.functions import Now

from calendars.choices import BookingState, CalendarWrite
from calendars.models import Booking, CalendarAccount, CalendarJob
from calendars.selectors.bookings import OPEN_STATES
from hubclone.lib.jobs.choices import JobQueue, JobState
from hubclone.lib.jobs.services import job_enqueue, job_retry

EVENT_CREATE = "booking.event_create"
TELL = "booking.tell"
REQUEST_EXPIRE = "booking.request_expire"
CONFIRMATION_DELAY_SECONDS = 60
"""How long the e-mails wait for the event, whose call has an address that belongs in them."""
REQUEST_HOLD_SECONDS = 48 * 3600


def job_delays(booking: Booking) -> dict[str, int]:
    """What follows a booking or a request, each with the seconds until it is due; the first is due at once.

    An event tells everybody when it is there. A request's time is let go when nobody answers.
    """
    if booking.state == BookingState.REQUESTED:
        return {TELL: 0, REQUEST_EXPIRE: REQUEST_HOLD_SECONDS}
    return {TELL: 0} if booking.calendar_id is None else {EVENT_CREATE: 0, TELL: CONFIRMATION_DELAY_SECONDS}


def jobs_enqueue(booking: Booking) -> None:
    """Enqueue what follows from the booking's present state."""
    delays = job_delays(booking) if booking.state in OPEN_STATES else {TELL: 0}
    for kind, delay in delays.items():
        job_enqueue(
            CalendarJob,
            account_id=booking.account_id,
            kind=kind,
            payload={"booking_id": booking.pk},
            queue=JobQueue.REALTIME,
            delay_seconds=delay,
        )


def events_retry(calendar_account: CalendarAccount) -> None:
    """A connection works again: write the meetings ahead that could not be written to its calendars."""
    bookings = Booking.objects.filter(
        calendar__calendar_account=calendar_account,
        calendar_write=CalendarWrite.FAILED,
        state=BookingState.CONFIRMED,
        ends_at__gt=Now(),
    )
    dead = CalendarJob.objects.filter(
        account_id=calendar_account.account_id,
        kind=EVENT_CREATE,
        state=JobState.DEAD,
        payload__booking_id__in=list(bookings.values_list("pk", flat=True)),
    )
    for job in dead:
        job_retry(job)
