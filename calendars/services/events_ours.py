"""Copies of our own events on the calendars of invited colleagues, which are no meetings of their own (C5, C6).

A copy is known by the iCalendar UID that it shares with our event. Graph and Exchange choose that, and tell it when the
event is made: until we have noted it, a copy is known by what we are about to write. The row that waits for its event
is there before the event is, and one statement reads both, so there is no moment in which neither knows the copy.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q

from calendars.choices import BookingState, CalendarWrite
from calendars.models import Booking, MeetingEvent
from calendars.providers.protocol import RemoteEvent
from calendars.services.meeting_event_changes import meeting_times
from hubclone.lib.text import clean_line


def copies_of_ours(*, account_id: int, events: Sequence[RemoteEvent]) -> frozenset[str]:
    """Ids of those among ``events`` that are copies. No query where they have no UID."""
    theirs = [event for event in events if event.ical_uid and event.attendees and event.interval]
    if not theirs:
        return frozenset()
    meetings, bookings = _meetings(account_id, theirs), _bookings(account_id, theirs)
    return frozenset(
        event.remote_id
        for event in theirs
        if any(_of_meeting(event, row) for row in meetings) or any(_of_booking(event, one) for one in bookings)
    )


def _meetings(account_id: int, events: Sequence[RemoteEvent]) -> list[MeetingEvent]:
    waits = Q(ical_uid="", starts_at=None) & ~Q(state=CalendarWrite.REMOVED)
    rows = MeetingEvent.objects.filter(waits | Q(ical_uid__in=[e.ical_uid for e in events]), account_id=account_id)
    return list(rows.select_related("meeting"))


def _bookings(account_id: int, events: Sequence[RemoteEvent]) -> list[Booking]:
    """By their time, too: a booking with a UID of ours has another at its provider that we do not know, for good where
    the guest was told before the event was made."""
    at = Q(starts_at__in=[e.interval.starts_at for e in events if e.interval], calendar__isnull=False)
    found = Booking.objects.filter(at | Q(ical_uid__in=[e.ical_uid for e in events]), account_id=account_id)
    return list(found.filter(state=BookingState.CONFIRMED))


def _of_meeting(event: RemoteEvent, row: MeetingEvent) -> bool:
    if row.ical_uid:
        return row.ical_uid == event.ical_uid
    return meeting_times(row.meeting) == event.interval and clean_line(event.summary) == row.meeting.display_name


def _of_booking(event: RemoteEvent, booking: Booking) -> bool:
    if booking.ical_uid == event.ical_uid:
        return True
    if event.interval is None or not booking.ical_uid.startswith(f"{booking.uid}@"):
        return False
    is_then = (booking.starts_at, booking.ends_at) == (event.interval.starts_at, event.interval.ends_at)
    return is_then and any(guest.email.lower() == booking.guest_email for guest in event.attendees)
