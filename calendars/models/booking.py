"""Bookings, and the constraint that makes a double booking impossible (C22)."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Now

from accounts.models import User
from calendars.choices import BookingSource, BookingState, CalendarWrite, ChangedBy

_TAKES_A_TURN = Q(state__in=(BookingState.REQUESTED, BookingState.CONFIRMED))


class Booking(models.Model):
    """A visitor's meeting. ``ical_uid`` is its iCalendar UID for good, the same in the provider's invitation and in our
    e-mails, so that mailboxes show one meeting; ``sequence`` grows with each change that guests see.

    ``event_id`` is the provider's event id, derived from ``uid`` before the first attempt, so that a retry finds the
    event and cannot double it. ``idempotency_key`` (the form's, or empty) makes a repeated submission answer the same
    booking. ``held_until`` is when an unanswered request (C4) lets go of its time.

    ``written_sequence`` is the sequence that the host's calendar has, None while it has no event: lower than
    ``sequence`` means that a change of ours waits to be written. ``event_modified`` is the provider's own time of the
    event's last change that is known here, by which our own changes are recognised when they come back (C8).

    ``left_calendar`` says which calendar holds the event while that is not connected: see
    ``calendars.services.calendars_left``.

    ``organiser`` is the host whose calendar holds the event and whom the guest meets: on a round robin page the one
    who was taken, on a group page the one who invites the others. Read it as ``host``.
    """

    account = models.ForeignKey("accounts.Account", on_delete=models.CASCADE, related_name="+")
    page = models.ForeignKey("calendars.SchedulingPage", on_delete=models.PROTECT, related_name="bookings")
    organiser = models.ForeignKey("accounts.User", null=True, on_delete=models.SET_NULL, related_name="+")
    uid = models.UUIDField(default=uuid.uuid4, unique=True)
    state = models.CharField(max_length=12, choices=BookingState)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    guest_time_zone = models.CharField(max_length=64)
    guest_language = models.CharField(max_length=8, default="en")
    guest_email = models.EmailField(max_length=254)
    guest_first_name = models.CharField(max_length=100)
    guest_last_name = models.CharField(max_length=100, blank=True)
    form_answers = models.JSONField(default=dict)
    subject = models.CharField(max_length=400)
    location = models.CharField(max_length=400, blank=True)
    contact = models.ForeignKey("crm.Record", null=True, on_delete=models.SET_NULL, related_name="+")
    meeting = models.ForeignKey("crm.Record", null=True, on_delete=models.SET_NULL, related_name="+")
    calendar = models.ForeignKey("calendars.Calendar", null=True, on_delete=models.SET_NULL, related_name="bookings")
    calendar_write = models.CharField(max_length=8, choices=CalendarWrite, default=CalendarWrite.NONE)
    left_calendar = models.CharField(max_length=64, blank=True, default="")
    event_id = models.CharField(max_length=200, blank=True)
    ical_uid = models.CharField(max_length=200)
    conference_url = models.URLField(max_length=400, blank=True)
    sequence = models.PositiveIntegerField(default=0)
    written_sequence = models.PositiveIntegerField(null=True)
    event_modified = models.CharField(max_length=40, blank=True)
    changed_at = models.DateTimeField(null=True)
    changed_by = models.CharField(max_length=10, choices=ChangedBy, blank=True)
    held_until = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    cancelled_by = models.CharField(max_length=10, choices=ChangedBy, blank=True)
    cancel_reason = models.TextField(max_length=1000, blank=True)
    source = models.CharField(max_length=8, choices=BookingSource, default=BookingSource.PAGE)
    idempotency_key = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    hosts_taken: Sequence[User] | None = None
    """Once they have been read: see ``calendars.selectors.hosts.booking_hosts``."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "page", "idempotency_key"], name="booking_once", condition=~Q(idempotency_key="")
            ),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="booking_not_empty"),
        ]
        indexes = [
            models.Index(fields=["account", "page", "-starts_at"], name="booking_of_page"),
            models.Index(fields=["account", "starts_at", "id"], name="booking_in_time"),
            models.Index(fields=["account", "event_id"], name="booking_of_event", condition=~Q(event_id="")),
            models.Index(fields=["account", "ical_uid"], name="booking_of_ical_uid"),
            models.Index(fields=["account", "left_calendar"], name="booking_left", condition=~Q(left_calendar="")),
            models.Index(fields=["page", "organiser", "created_at"], name="booking_turns", condition=_TAKES_A_TURN),
        ]

    def __str__(self) -> str:
        return f"booking {self.pk} ({self.state})"

    @property
    def host(self) -> User:
        """Whom the guest meets; the page's owner where nobody was noted."""
        return self.organiser or self.page.owner

    @property
    def guest_name(self) -> str:
        """First and last name."""
        return f"{self.guest_first_name} {self.guest_last_name}".strip()


class Reservation(models.Model):
    """A host's time that a booking takes: half-open, in UTC, without buffers. Two active ones of a host never overlap.

    The buffers, in minutes, are those of the page when it was booked: they keep other bookings of the host away.
    """

    account = models.ForeignKey("accounts.Account", on_delete=models.CASCADE, related_name="+")
    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="reservations")
    host = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="+")
    during = DateTimeRangeField()
    active = models.BooleanField(default=True)
    buffer_before = models.PositiveIntegerField(default=0, db_default=0)
    buffer_after = models.PositiveIntegerField(default=0, db_default=0)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="reservation_no_overlap",
                condition=Q(active=True),
                expressions=[
                    (Func(F("host"), F("host"), Value("[]"), function="int8range"), "&&"),
                    ("during", "&&"),
                ],
            )
        ]

    def __str__(self) -> str:
        return f"host {self.host_id} during {self.during}"
