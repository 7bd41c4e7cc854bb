"""What a host's calendar does for a booking: it makes the link of a video call, where it can, and holds the event.
Nobody is promised what does not come."""

from __future__ import annotations

from calendars.choices import CalendarWrite, LocationKind
from calendars.models import Booking
from calendars.registries import CALENDAR_PROVIDERS


def calls_made(provider: str) -> bool:
    """Whether calendars of that connection provider ("" for none) make the link with each event."""
    found = CALENDAR_PROVIDERS.get(provider)
    return found is not None and found.capabilities.conference


def call_comes(booking: Booking) -> bool:
    """Whether the guest of a video call has its link, or gets it when the event is made."""
    if booking.conference_url:
        return True
    if booking.calendar is None or booking.calendar_write != CalendarWrite.PENDING:
        return False
    return calls_made(booking.calendar.calendar_account.connection.provider)


def call_missing(booking: Booking) -> bool:
    """Whether the host has to send the details of a video call."""
    return booking.page.location_kind == LocationKind.CONFERENCE and not call_comes(booking)


def is_left_behind(booking: Booking) -> bool:
    """Whether the booking's event is in a calendar that is not connected any more, so that nothing here changes it."""
    return booking.calendar_id is None and booking.calendar_write == CalendarWrite.WRITTEN
