"""The work of this app that must not be lost."""

from __future__ import annotations

from hubclone.lib.jobs.models import LeasedJob


class CalendarJob(LeasedJob):
    """Kinds: ``calendars.list``, ``calendar.sync``, ``channel.renew``, ``booking.event_create``."""
