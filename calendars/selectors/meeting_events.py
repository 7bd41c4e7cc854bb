"""Meetings made on records (C6): where an invitation would come from, and how the calendar is with each meeting."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from calendars.choices import CalendarWrite
from calendars.models import Calendar, MeetingEvent
from crm.choices import ObjectType
from crm.models import Association, Record, TimelineEntry


def inviting_calendar(*, account_id: int, user_id: int) -> Calendar | None:
    """The calendar that a user's invitations are sent from: their primary one, while calendar sync is on."""
    owned = Calendar.objects.filter(account_id=account_id, calendar_account__user_id=user_id, is_primary=True)
    return owned.filter(calendar_account__is_sync_on=True).select_related("calendar_account__connection").first()


def meeting_events_load(entries: Sequence[TimelineEntry]) -> None:
    """Give entries about meetings their ``meeting_event``, None without one; it says whether it ``has_guests``, who are
    invited. One query."""
    found = _by_meeting(entry.about_id for entry in entries if entry.about_id)
    for entry in entries:
        entry.meeting_event = found.get(entry.about_id or 0)  # type: ignore[attr-defined]


def meeting_event_note(meeting: Record) -> str:
    """What changing or deleting a meeting does beside that, for who is about to; nothing when it is over."""
    written = MeetingEvent.objects.filter(meeting=meeting, state=CalendarWrite.WRITTEN, ends_at__gt=timezone.now())
    event = written.select_related("calendar__calendar_account__connection").first()
    if event is None:
        return ""
    if event.calendar is None:
        return _("Its event is in a calendar that is not connected any more: change it there, and tell its guests.")
    whose = event.calendar.calendar_account.connection.identity
    return _("It is in the calendar of %(calendar)s: when you change or delete it, its guests are told.") % {
        "calendar": whose
    }


def _by_meeting(ids: Iterable[int]) -> dict[int, MeetingEvent]:
    links = Association.objects.filter(from_record=OuterRef("meeting_id"), to_type=ObjectType.CONTACT)
    guests = links.filter(to_record__properties__has_key="email")
    events = MeetingEvent.objects.filter(meeting_id__in=set(ids)).annotate(has_guests=Exists(guests))
    return {event.meeting_id: event for event in events}
