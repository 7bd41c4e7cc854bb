"""What ties a meeting made on a record to its event in the organiser's calendar (C6)."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from calendars.choices import CalendarWrite


class MeetingEvent(models.Model):
    """The event of a meeting record: at most one, made from ``uid``, so that a retry finds it.

    [starts_at, ends_at) is what record and event last agreed on, None while there is no event: what differs from it
    has been changed since, on the record or in the calendar. ``record_words`` and ``event_words`` say the same of
    title, place and description, by EventPart: a digest of each as either side had it then. ``event_modified`` is the
    provider's own time of the last change known here, by which our own changes are recognised when they come back.
    ``event_id`` and ``ical_uid`` are known before the event where the provider lets us choose. Without a calendar
    nothing is followed; ``left_calendar`` says which one it was, should that be connected again
    (``calendars.services.calendars_left``).
    """

    account = models.ForeignKey("accounts.Account", on_delete=models.CASCADE, related_name="+")
    meeting = models.OneToOneField("crm.Record", on_delete=models.CASCADE, related_name="+")
    organiser = models.ForeignKey("accounts.User", null=True, on_delete=models.SET_NULL, related_name="+")
    calendar = models.ForeignKey("calendars.Calendar", null=True, on_delete=models.SET_NULL, related_name="meetings")
    left_calendar = models.CharField(max_length=64, blank=True, default="")
    uid = models.UUIDField(default=uuid.uuid4, unique=True)
    event_id = models.CharField(max_length=400, blank=True)
    ical_uid = models.CharField(max_length=400, blank=True)
    time_zone = models.CharField(max_length=64)
    wants_call = models.BooleanField(default=False)
    state = models.CharField(max_length=8, choices=CalendarWrite, default=CalendarWrite.PENDING)
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    event_modified = models.CharField(max_length=40, blank=True)
    record_words = models.JSONField(default=dict)
    event_words = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_at=None, ends_at=None) | Q(ends_at__gt=models.F("starts_at")),
                name="meeting_event_times",
            )
        ]
        indexes = [
            models.Index(fields=["account", "event_id"], name="meeting_event_id", condition=~Q(event_id="")),
            models.Index(fields=["account", "left_calendar"], name="meeting_left", condition=~Q(left_calendar="")),
            models.Index(fields=["account", "ical_uid"], name="meeting_event_uid", condition=~Q(ical_uid="")),
        ]

    def __str__(self) -> str:
        return f"event of meeting {self.meeting_id}"
