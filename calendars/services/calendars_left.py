"""Events ahead in a calendar that is connected no more, and again some day (C6, C8).

Removing or replacing a connection forgets its calendars, not the events that were written to them. Which calendar holds
an event is noted as a digest of what it is at its provider: when the same person connects the same account again, the
events are followed again, and what has become of a meeting meanwhile, on either side, is caught up with.
"""

from __future__ import annotations

import hashlib
import json

from django.db.models import Q, QuerySet
from django.utils import timezone

from calendars.choices import BookingState, CalendarWrite
from calendars.models import Booking, Calendar, CalendarAccount, MeetingEvent
from calendars.services.booking_jobs import (
    EVENT_CREATE,
    EVENT_DELETE,
    EVENT_LOOK,
    EVENT_UPDATE,
    event_job_enqueue,
)
from calendars.services.meeting_events import event_bring_enqueue, event_look_enqueue


def events_leave(calendar_account: CalendarAccount) -> None:
    """Note where the events ahead lie, before the calendars of this account are forgotten."""
    for calendar in calendar_account.calendars.all():
        left = _digest(calendar_account, calendar)
        _bookings(calendar_account).filter(calendar=calendar).update(left_calendar=left)
        _meetings(calendar_account).filter(calendar=calendar).update(left_calendar=left)


def events_take_back(calendar_account: CalendarAccount) -> None:
    """Whatever its owner's meetings have left in these calendars belongs to them again."""
    bookings = _bookings(calendar_account).exclude(left_calendar="")
    meetings = _meetings(calendar_account).exclude(left_calendar="")
    left = {*bookings.values_list("left_calendar", flat=True), *meetings.values_list("left_calendar", flat=True)}
    for calendar in calendar_account.calendars.all() if left else ():
        digest = _digest(calendar_account, calendar)
        if digest in left:
            _bookings_take(bookings.filter(left_calendar=digest), calendar)
            _meetings_take(meetings.filter(left_calendar=digest), calendar)


def _bookings_take(bookings: QuerySet[Booking], calendar: Calendar) -> None:
    found = list(bookings)
    Booking.objects.filter(pk__in=[b.pk for b in found]).update(calendar=calendar, left_calendar="")
    for booking in found:
        event_job_enqueue(booking, _due(booking))


def _meetings_take(meetings: QuerySet[MeetingEvent], calendar: Calendar) -> None:
    found = list(meetings)
    MeetingEvent.objects.filter(pk__in=[m.pk for m in found]).update(calendar=calendar, left_calendar="")
    for row in found:
        event_bring_enqueue(account_id=row.account_id, meeting_id=row.meeting_id)
        event_look_enqueue(account_id=row.account_id, meeting_id=row.meeting_id)


def _due(booking: Booking) -> str:
    """What has to be done about an event after a while without its calendar."""
    if booking.state == BookingState.CANCELLED:
        return EVENT_DELETE
    if booking.written_sequence is None:
        return EVENT_CREATE
    return EVENT_LOOK if booking.written_sequence == booking.sequence else EVENT_UPDATE


def _bookings(calendar_account: CalendarAccount) -> QuerySet[Booking]:
    """The owner's that lie ahead, with an event to be followed, made or taken away."""
    user, states = calendar_account.user_id, [BookingState.CONFIRMED, BookingState.CANCELLED]
    bookings = Booking.objects.filter(account_id=calendar_account.account_id, ends_at__gt=timezone.now())
    theirs = bookings.filter(Q(organiser=user) | Q(organiser=None, page__owner=user), state__in=states)
    return theirs.exclude(calendar_write__in=[CalendarWrite.NONE, CalendarWrite.REMOVED])


def _meetings(calendar_account: CalendarAccount) -> QuerySet[MeetingEvent]:
    rows = MeetingEvent.objects.filter(account_id=calendar_account.account_id, organiser=calendar_account.user_id)
    ahead = rows.filter(Q(ends_at__gt=timezone.now()) | Q(starts_at=None))
    return ahead.exclude(state=CalendarWrite.REMOVED)


def _digest(calendar_account: CalendarAccount, calendar: Calendar) -> str:
    connection = calendar_account.connection
    named = [connection.provider, connection.external_id, calendar.remote_id]
    return hashlib.sha256(json.dumps(named).encode()).hexdigest()
