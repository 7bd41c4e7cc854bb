"""Reminding guests of a meeting that is near, and writing to them when it is over."""

from __future__ import annotations

from django.db import transaction

from calendars.choices import MeetingOutcome
from calendars.models import Booking, CalendarJob
from calendars.selectors.dashboard import with_outcome
from calendars.services.booking_event_changes import booking_locked, booking_of
from calendars.services.booking_jobs import FOLLOW_UP, REMINDER, is_void
from calendars.services.booking_mail import follow_up_tell, reminder_tell
from hubclone.lib.jobs.registry import JOB_HANDLERS

_NOT_HELD = (MeetingOutcome.NO_SHOW, "CANCELED")


@JOB_HANDLERS.registered(REMINDER)
@transaction.atomic
def remind(job: CalendarJob) -> None:
    """Remind the guest, unless the meeting has moved or was cancelled since the reminder was planned."""
    booking = booking_locked(booking_of(job))
    if booking.guest_email and not is_void(job, booking):
        reminder_tell(booking, minutes=int(job.payload["minutes"]))


@JOB_HANDLERS.registered(FOLLOW_UP)
@transaction.atomic
def follow_up(job: CalendarJob) -> None:
    """Write to the guest after the meeting, in the page's present words, unless it has moved or did not take place: it
    was cancelled, or the host says that the guest did not come."""
    booking = booking_locked(booking_of(job))
    if booking.guest_email and booking.page.follow_up_text and not is_void(job, booking) and not _was_missed(booking):
        follow_up_tell(booking)


def _was_missed(booking: Booking) -> bool:
    """Whether the meeting's record says that it was not held."""
    found = with_outcome(Booking.objects.filter(pk=booking.pk)).get()
    return found.outcome in _NOT_HELD  # type: ignore[attr-defined]
