"""Addresses of the scheduler API, with and without a last slash. A slug may hold a slash, sent as it is or as %2F."""

from __future__ import annotations

from calendars.api import views
from hubclone.lib.api.routing import api_path

app_name = "scheduler_api"

urlpatterns = [
    *api_path("meeting-links", views.MeetingLinks.as_view(), name="links"),
    *api_path("calendar", views.CalendarMeetings.as_view(), name="calendar"),
    *api_path("meeting-links/book", views.Book.as_view(), name="book"),
    *api_path(
        "meeting-links/book/availability-page/<path:slug>", views.AvailabilityPage.as_view(), name="availability_page"
    ),
    *api_path("meeting-links/book/<path:slug>", views.BookingInformation.as_view(), name="information"),
]
