"""What is in hosts' way, read in one statement for any number of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import connection

from calendars.engine.intervals import Interval
from calendars.engine.slots import Reserved, Rules, booked_range
from calendars.models import Booking, SchedulingPage
from calendars.selectors.calendars import (
    HOSTS_CALENDARS_SQL,
    READABLE_SECONDS,
    HostCalendars,
    hosts_calendars_read,
)

MINUTE_SECONDS = 60
_WIDEST_BUFFER_SECONDS = 24 * 3600
"""How far a booking of another page may reach with buffers of its own."""


@dataclass(slots=True)
class HostTimes:
    """How a host's calendars are, what is in their way, and the starts of the page's meetings that are theirs, which
    are read for the page's limits alone."""

    calendars: HostCalendars
    busy: list[Interval] = field(default_factory=list)
    reserved: list[Reserved] = field(default_factory=list)
    booked: list[int] = field(default_factory=list)

    @property
    def is_connected(self) -> bool:
        """Without a calendar a host works offline (C4)."""
        return self.calendars.is_connected

    @property
    def is_usable(self) -> bool:
        """Offline, or connected with every calendar readable: a dead calendar never looks free."""
        return self.calendars.is_readable or not self.calendars.is_connected


# One statement, as planning costs more than reading: a row for each calendar, host and page, with arrays of moments.
_HOSTS_SQL = f"""
with cal as ({HOSTS_CALENDARS_SQL})
select 'calendar', cal.user_id, cal.calendar_id, cal.is_readable, cal.provider,
       t.starts, t.ends, null::int[], null::int[]
from cal left join lateral (
    select array_agg(floor(date_part('epoch', b.starts_at))::bigint) as starts,
           array_agg(ceil(date_part('epoch', b.ends_at))::bigint) as ends
    from calendars_busyinterval b
    where b.calendar_id = cal.calendar_id and b.ends_at > to_timestamp(%(lo)s) and b.starts_at < to_timestamp(%(hi)s)
        {{but_event}}
) t on true
union all
select 'reserved', r.host_id, null, null, null, array_agg(floor(date_part('epoch', lower(r.during)))::bigint),
       array_agg(ceil(date_part('epoch', upper(r.during)))::bigint),
       array_agg(r.buffer_before), array_agg(r.buffer_after)
from unnest(%(user_ids)s::bigint[]) h(id)
join calendars_reservation r on int8range(r.host_id, r.host_id, '[]') && int8range(h.id, h.id, '[]')
    and r.active and r.during && tstzrange(to_timestamp(%(lo)s), to_timestamp(%(hi)s)) {{but_reservation}}
group by r.host_id
"""  # noqa: S608 - of our own constants
_BOOKED_SQL = """
union all
select 'booked', r.host_id, null, null, null, array_agg(floor(date_part('epoch', k.starts_at))::bigint),
       null, null, null
from calendars_booking k
join calendars_reservation r on r.booking_id = k.id and r.host_id = any(%(user_ids)s::bigint[])
where k.account_id = %(account_id)s and k.page_id = %(page)s and k.state in ('requested', 'confirmed')
    and k.starts_at >= to_timestamp(%(week_lo)s) and k.starts_at < to_timestamp(%(week_hi)s) {but_booking}
group by r.host_id
"""
_NOTHING = {"but_event": "", "but_reservation": "", "but_booking": ""}
# Another host's calendar may have the invitation under an id of its own: there it is known by its times.
_ITSELF = {
    "but_event": """and not (b.calendar_id = %(calendar)s and b.remote_id = %(event)s)
        and not (cal.user_id <> %(organiser)s and b.starts_at = %(was_from)s and b.ends_at = %(was_until)s)""",
    "but_reservation": "and r.booking_id <> %(booking)s",
    "but_booking": "and k.id <> %(booking)s",
}


def hosts_times(
    page: SchedulingPage,
    rules: Rules,
    host_ids: Sequence[int],
    within: Interval,
    now: dt.datetime,
    moving: Booking | None,
) -> list[HostTimes]:
    """Each of the hosts, in the order asked for, with what is in the way of meetings that start in ``within``.

    A host's bookings count in whichever account they were made, as the constraint against double booking does.
    """
    reach = _WIDEST_BUFFER_SECONDS + rules.buffer_before + rules.buffer_after
    parameters: dict[str, int | float | str | dt.datetime | list[int]] = {
        "account_id": page.account_id,
        "user_ids": list(host_ids),
        "now": now,
        "seconds": READABLE_SECONDS,
        "lo": within[0] - reach,
        "hi": within[1] + max(rules.durations, default=0) + reach,
    }
    sql = _HOSTS_SQL
    if rules.limit_day is not None or rules.limit_week is not None:
        week_lo, week_hi = booked_range(rules, within)
        parameters |= {"page": page.pk, "week_lo": week_lo, "week_hi": week_hi}
        sql += _BOOKED_SQL
    if moving is not None:
        parameters |= {"booking": moving.pk, "calendar": moving.calendar_id or 0, "event": moving.event_id}
        parameters |= {"was_from": moving.starts_at, "was_until": moving.ends_at}
        parameters |= {"organiser": moving.organiser_id or page.owner_id}
    sql = sql.format(**(_NOTHING if moving is None else _ITSELF))
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return _read(host_ids, cursor.fetchall())


_Row = tuple[str, int, int | None, bool | None, str, list[int] | None, list[int], list[int], list[int]]


def _read(host_ids: Sequence[int], rows: Sequence[_Row]) -> list[HostTimes]:
    known = hosts_calendars_read(host_ids, [row[1:5] for row in rows if row[0] == "calendar"])
    hosts = {user_id: HostTimes(calendars) for user_id, calendars in known.items()}
    for kind, user_id, _, _, _, starts, ends, before, after in rows:
        if starts is None:
            continue
        if kind == "booked":
            hosts[user_id].booked = starts
        elif kind == "calendar":
            hosts[user_id].busy += zip(starts, ends, strict=True)
        else:
            minutes = zip(starts, ends, before, after, strict=True)
            hosts[user_id].reserved += [
                Reserved(s, e, b * MINUTE_SECONDS, a * MINUTE_SECONDS) for s, e, b, a in minutes
            ]
    return list(hosts.values())
