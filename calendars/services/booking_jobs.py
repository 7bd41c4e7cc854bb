"""The jobs of a booking: their kinds and when they are due. They are rows of the booking's own transaction."""

from __future__ import annotations

from calendars.models import Booking, CalendarJob
from hubclone.lib.jobs.choices import JobQueue
from hubclone.lib.jobs.services import job_enqueue

EVENT_CREATE = "booking.event_create"
TELL = "booking.tell"
REQUEST_EXPIRE = "booking.request_expire"
CONFIRMATION_DELAY_SECONDS = 60
"""How long the e-mails wait for the event, whose call has an address that belongs in them."""
REQUEST_HOLD_SECONDS = 48 * 3600


def booking_jobs_enqueue(booking: Booking) -> None:
    """For a confirmed booking: its event, which tells everybody when it is there, or the e-mails alone."""
    if booking.calendar_id is None:
        _enqueue(booking, TELL)
        return
    _enqueue(booking, EVENT_CREATE)
    _enqueue(booking, TELL, delay_seconds=CONFIRMATION_DELAY_SECONDS)


def request_jobs_enqueue(booking: Booking) -> None:
    """For a request: tell both sides, and let go of the time when nobody answers."""
    _enqueue(booking, TELL)
    _enqueue(booking, REQUEST_EXPIRE, delay_seconds=REQUEST_HOLD_SECONDS)


def tell_enqueue(booking: Booking) -> None:
    """Tell both sides what became of the booking by now."""
    _enqueue(booking, TELL)


def _enqueue(booking: Booking, kind: str, *, delay_seconds: float = 0) -> None:
    job_enqueue(
        CalendarJob,
        account_id=booking.account_id,
        kind=kind,
        payload={"booking_id": booking.pk},
        queue=JobQueue.REALTIME,
        delay_seconds=delay_seconds,
    )
