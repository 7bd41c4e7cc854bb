"""Connected calendars, busy time, scheduling pages and bookings."""

from calendars.models.booking import Booking, Reservation
from calendars.models.calendar import BusyInterval, Calendar, CalendarAccount, LoggedEvent, PushChannel
from calendars.models.job import CalendarJob
from calendars.models.logo import PageLogo
from calendars.models.meeting_event import MeetingEvent
from calendars.models.page import PageFolder, PageHost, SchedulingPage
from calendars.models.settings import MeetingSettings

__all__ = [
    "Booking",
    "BusyInterval",
    "Calendar",
    "CalendarAccount",
    "CalendarJob",
    "LoggedEvent",
    "MeetingEvent",
    "MeetingSettings",
    "PageFolder",
    "PageHost",
    "PageLogo",
    "PushChannel",
    "Reservation",
    "SchedulingPage",
]
