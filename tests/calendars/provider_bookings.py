"""Helpers of tests of bookings in a provider's calendar, whichever it is."""

from __future__ import annotations

from django.db.models.functions import Now

from accounts.models import OutgoingEmail
from calendars.models import Booking, Calendar, CalendarJob
from calendars.services.sync import calendar_sync
from hubclone.lib.jobs.choices import JobState
from hubclone.lib.jobs.services import run_jobs

GUEST = "jan@example.com"


def fresh(booking: Booking) -> Booking:
    """The booking as it is now."""
    return Booking.objects.select_related("page__owner", "page__account").get(pk=booking.pk)


def sync() -> None:
    """Read the one primary calendar, and do what follows."""
    calendar_sync(calendar_id=Calendar.objects.get(is_primary=True).pk)
    run_jobs()


def mails(to: str = GUEST) -> list[OutgoingEmail]:
    """What was written to an address, in its order."""
    return list(OutgoingEmail.objects.filter(to=to).order_by("id"))


def due(kind: str) -> None:
    """Let jobs that wait for their time run now."""
    CalendarJob.objects.filter(kind=kind, state=JobState.QUEUED).update(not_before=Now())
