"""Which calendars a host has, and whether they can be trusted to say when the host is free (C25)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

READABLE_SECONDS = 3600
"""A calendar that has not been synced for longer than this is not readable: its host has no slots."""


@dataclass(frozen=True, slots=True)
class HostCalendars:
    """A host's calendars. Not connected: offline (C4). Connected and not readable: nobody can book this host."""

    user_id: int
    is_connected: bool
    is_readable: bool
    calendar_ids: tuple[int, ...]


HOSTS_CALENDARS_SQL = """
select ca.user_id,
       coalesce(array_agg(c.id order by c.id) filter (where c.is_selected), '{}') as calendar_ids,
       cn.state = 'active' and coalesce(bool_and(
           c.access = 'ok' and c.sync_token <> ''
           and coalesce(c.synced_at > %(now)s - make_interval(secs => %(seconds)s), false)
       ) filter (where c.is_selected), false) as is_readable
from calendars_calendaraccount ca
join connections_connection cn on cn.id = ca.connection_id
left join calendars_calendar c on c.calendar_account_id = ca.id
where ca.account_id = %(account_id)s and ca.user_id = any(%(user_ids)s)
group by ca.id, ca.user_id, cn.state
"""


def hosts_calendars(*, account_id: int, user_ids: Sequence[int], now: dt.datetime) -> dict[int, HostCalendars]:
    """Every user asked for, with the selected calendars; one query however many there are."""
    found = {user_id: HostCalendars(user_id, False, False, ()) for user_id in user_ids}
    with connection.cursor() as cursor:
        cursor.execute(
            HOSTS_CALENDARS_SQL,
            {"account_id": account_id, "user_ids": list(user_ids), "now": now, "seconds": READABLE_SECONDS},
        )
        for user_id, calendar_ids, is_readable in cursor.fetchall():
            found[user_id] = HostCalendars(user_id, True, bool(is_readable), tuple(calendar_ids))
    return found
