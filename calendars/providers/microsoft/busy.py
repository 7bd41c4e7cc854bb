"""Busy time as of now: by the free/busy service where it speaks for a calendar, else from the calendar itself.

https://learn.microsoft.com/graph/api/calendar-getschedule answers for mailboxes, that is for the primary calendar of a
work account; personal accounts do not have it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from urllib.parse import quote

from calendars.exceptions import CalendarGone
from calendars.models import Calendar
from calendars.providers.microsoft import mapping
from calendars.providers.microsoft.graph import Graph, Json
from calendars.providers.protocol import Interval, Unreadable
from connections.models import Connection
from hubclone.lib.errors import PermanentError

Busy = list[Interval] | Unreadable
SCHEDULE_DAYS_MOST = 42
EVENTS_A_PAGE = 500
SCHEDULE_STEP_MINUTES = 5
VIEW_FIELDS = "id,start,end,isAllDay,isCancelled,showAs,responseStatus,type"


def busy_of(
    graph: Graph,
    connection: Connection,
    remote_ids: Sequence[str],
    window: Interval,
    zone: Callable[[], dt.tzinfo],
) -> dict[str, Busy]:
    """Every calendar that was asked for."""
    found: dict[str, Busy] = {}
    primary = _primary(connection)
    if primary in remote_ids and window.ends_at - window.starts_at <= dt.timedelta(days=SCHEDULE_DAYS_MOST):
        schedule = _schedule(graph, connection.identity, window)
        found = {primary: schedule} if schedule is not None else {}
    return found | {id_: _view(graph, id_, window, zone) for id_ in remote_ids if id_ not in found}


def _primary(connection: Connection) -> str:
    """The primary calendar of a work account. A personal account's id is no GUID."""
    if "-" not in connection.external_id:
        return ""
    mine = Calendar.objects.filter(calendar_account__connection_id=connection.pk, is_primary=True)
    return mine.values_list("remote_id", flat=True).first() or ""


def _schedule(graph: Graph, address: str, window: Interval) -> list[Interval] | None:
    """None when the service does not speak for this mailbox."""
    body = {
        "schedules": [address],
        "startTime": {"dateTime": mapping.instant_text(window.starts_at).rstrip("Z"), "timeZone": "UTC"},
        "endTime": {"dateTime": mapping.instant_text(window.ends_at).rstrip("Z"), "timeZone": "UTC"},
        "availabilityViewInterval": SCHEDULE_STEP_MINUTES,
    }
    try:
        answers = graph.call("POST", "/me/calendar/getSchedule", body=body).get("value", ())
    except (PermanentError, CalendarGone):
        return None
    if len(answers) != 1 or answers[0].get("error") or "scheduleItems" not in answers[0]:
        return None
    return [_interval(item) for item in answers[0]["scheduleItems"] if item.get("status") not in mapping.FREE]


def _interval(item: Json) -> Interval:
    return Interval(mapping.instant(item["start"]), mapping.instant(item["end"]))


def _view(graph: Graph, remote_id: str, window: Interval, zone: Callable[[], dt.tzinfo]) -> Busy:
    params = {
        "startDateTime": mapping.instant_text(window.starts_at),
        "endDateTime": mapping.instant_text(window.ends_at),
        "$select": VIEW_FIELDS,
        "$top": str(EVENTS_A_PAGE),
    }
    try:
        pages = list(graph.pages(f"/me/calendars/{quote(remote_id, safe='')}/calendarView", params=params))
    except CalendarGone:
        return Unreadable("ErrorItemNotFound")
    items = [item for page in pages for item in page.get("value", ())]
    events = [mapping.event_from(item, zone() if item.get("isAllDay") else dt.UTC) for item in items]
    return [event.interval for event in events if event.blocks and event.interval]
