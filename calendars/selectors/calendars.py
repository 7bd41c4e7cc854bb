"""Which calendars a host has, and whether they can be trusted to say when the host is free (C25)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from calendars.choices import BookingState, CalendarWrite
from calendars.models import Booking, Calendar, MeetingEvent

READABLE_SECONDS = 3600
"""A calendar that has not been synced for longer than this is not readable: its host has no slots."""


@dataclass(frozen=True, slots=True)
class HostCalendars:
    """A host's calendars. Not connected: offline (C4). Connected and not readable: nobody can book this host."""

    user_id: int
    is_connected: bool
    is_readable: bool
    calendar_ids: tuple[int, ...]
    provider: str = ""


HOSTS_CALENDARS_SQL = """
select ca.user_id, c.id as calendar_id,
       cn.state = 'active' and c.access = 'ok' and c.sync_token <> ''
           and coalesce(c.synced_at > %(now)s - make_interval(secs => %(seconds)s), false) as is_readable,
       cn.provider
from calendars_calendaraccount ca
join connections_connection cn on cn.id = ca.connection_id
left join calendars_calendar c on c.calendar_account_id = ca.id and c.is_selected
where ca.account_id = %(account_id)s and ca.user_id = any(%(user_ids)s)
"""
"""A row for each selected calendar of the hosts that are connected; for who has none selected, one row without it."""


def calendars_followed() -> QuerySet[Calendar]:
    """Calendars that are kept in sync: selected ones, and those that hold the event of a meeting ahead (C6, C8).

    What is not selected never makes anybody busy, and is followed for those meetings alone.
    """
    now = timezone.now()
    booked = Booking.objects.filter(
        calendar=OuterRef("pk"), calendar_write=CalendarWrite.WRITTEN, state=BookingState.CONFIRMED, ends_at__gt=now
    )
    made = MeetingEvent.objects.filter(calendar=OuterRef("pk"), ends_at__gt=now)
    return Calendar.objects.filter(Q(is_selected=True) | Exists(booked) | Exists(made))


def hosts_calendars(*, account_id: int, user_ids: Sequence[int], now: dt.datetime) -> dict[int, HostCalendars]:
    """Every user asked for, with the selected calendars; one query however many there are."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"{HOSTS_CALENDARS_SQL} order by c.id",
            {"account_id": account_id, "user_ids": list(user_ids), "now": now, "seconds": READABLE_SECONDS},
        )
        rows = cursor.fetchall()
    return hosts_calendars_read(user_ids, rows)


def hosts_calendars_read(
    user_ids: Iterable[int], rows: Iterable[tuple[int, int | None, bool | None, str]]
) -> dict[int, HostCalendars]:
    """What the rows of HOSTS_CALENDARS_SQL say of each host: readable when every selected calendar is, and one is."""
    found = {user_id: HostCalendars(user_id, False, False, ()) for user_id in user_ids}
    for user_id, calendar_id, is_readable, provider in rows:
        host = found[user_id]
        readable = bool(is_readable) and (host.is_readable or not host.is_connected)
        ids = (*host.calendar_ids, calendar_id) if calendar_id is not None else host.calendar_ids
        found[user_id] = HostCalendars(user_id, True, readable, ids, provider)
    return found
