"""How meetings look on a record's timeline (A19)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from calendars.selectors.meeting_events import meeting_events_load
from calendars.services.booking_records import TIMELINE_KIND
from crm.registries import TIMELINE_KINDS, TimelineKind

TIMELINE_KINDS.replace(
    TIMELINE_KIND,
    TimelineKind(
        TIMELINE_KIND,
        _("Meetings"),
        "calendar",
        "calendars/timeline/_meeting.html",
        _("Meeting"),
        load=meeting_events_load,
    ),
)
