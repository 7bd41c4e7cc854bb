"""Events that are not where they were written: somebody may have dragged them into another calendar (C6, C8)."""

from __future__ import annotations

import structlog

from calendars.exceptions import CalendarGone
from calendars.models import Booking, Calendar, MeetingEvent
from calendars.providers.protocol import CalendarClient, RemoteEvent
from calendars.services.clients import calendar_client
from hubclone.lib.errors import PermanentError

log = structlog.get_logger(__name__)


def event_follow_elsewhere(row: Booking | MeetingEvent) -> RemoteEvent | None:
    """The event in the calendar that it was dragged into, which is ``row``'s from now on; None when it was deleted.

    To be asked only about an event that is gone from its own calendar, for it costs a look into each of the others.
    Those that do not count for availability are looked into as well: who drags a meeting into one has not called it
    off. A calendar that holds a meeting ahead is read for it, whether it counts or not (``calendars_followed``), so
    what happens to the event there is followed as before. Raises TransientError, GrantRevoked.
    """
    assert row.calendar is not None
    home = row.calendar.calendar_account
    client = calendar_client(home)
    for calendar in home.calendars.filter(is_writable=True).exclude(pk=row.calendar.pk).order_by("-is_selected", "pk"):
        event = _event_in(client, calendar, row)
        if event is not None:
            log.info("event.dragged_elsewhere", calendar_id=calendar.pk)
            # The order of changes is a calendar's own: what is known of the one before says nothing about this one.
            row.calendar, row.event_id, row.event_modified = calendar, event.remote_id, ""
            row.save(update_fields=["calendar", "event_id", "event_modified"])
            return event
    return None


def _event_in(client: CalendarClient, calendar: Calendar, row: Booking | MeetingEvent) -> RemoteEvent | None:
    """None, too, where the provider will not say: such a calendar must not keep a deleted event alive."""
    try:
        event = client.event_find(calendar.remote_id, uid=row.uid)
    except (CalendarGone, PermanentError) as error:
        log.info("event.not_looked_for", calendar_id=calendar.pk, code=error.code)
        return None
    return None if event is None or event.is_cancelled else event
