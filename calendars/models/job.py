"""The work of this app that must not be lost."""

from __future__ import annotations

from hubclone.lib.jobs.models import LeasedJob


class CalendarJob(LeasedJob):
    """See ``JOB_HANDLERS`` for the kinds: ``calendar.sync``, ``booking.event_create`` and others."""
