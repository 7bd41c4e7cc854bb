"""When a page can be booked. The month that visitors see and the check before a booking read the same rows (C29).

With ``moving``, a booking of the page, the question is where that one could be moved to: its own time, its own event in
the calendar and its own place among the limits are not in its way, and its length is offered whatever the page says.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from django.db import connection

from calendars.choices import PageKind, PageState
from calendars.engine.hours import day_start, hours_parse
from calendars.engine.intervals import Interval
from calendars.engine.slots import (
    Offer,
    Refusal,
    Reserved,
    Rules,
    blocked_time,
    booked_range,
    offer_make,
    slot_refusal,
    slots_find,
    starts_bounds,
    windows_for,
)
from calendars.models import Booking, SchedulingPage
from calendars.selectors.calendars import (
    HOSTS_CALENDARS_SQL,
    READABLE_SECONDS,
    HostCalendars,
    hosts_calendars_read,
)
from calendars.selectors.calls import calls_made

MINUTE_SECONDS = 60
_WIDEST_BUFFER_SECONDS = 24 * 3600
"""How far a booking of another page may reach with buffers of its own."""


@dataclass(frozen=True, slots=True)
class HostSlots:
    """One host's starts, ascending UTC epoch seconds. Offline: no calendar is connected (C4)."""

    starts: list[int]
    is_offline: bool
    is_readable: bool
    makes_calls: bool = False


@dataclass(frozen=True, slots=True)
class PageSlots:
    """A page's starts, ascending UTC epoch seconds; none when it is paused or when a host's calendar cannot be read.

    ``makes_calls``: the owner's calendar makes the link of a video call with each event.
    """

    starts: list[int]
    is_offline: bool
    is_readable: bool
    makes_calls: bool = False


@dataclass(slots=True)
class _Host:
    """How a host's calendars are, and what is in their way."""

    calendars: HostCalendars
    busy: list[Interval] = field(default_factory=list)
    reserved: list[Reserved] = field(default_factory=list)

    @property
    def is_usable(self) -> bool:
        """Offline, or connected with every calendar readable: a dead calendar never looks free."""
        return self.calendars.is_readable or not self.calendars.is_connected


def rules_of(page: SchedulingPage, moving: Booking | None = None) -> Rules:
    """The page's rules as the engine reads them, in seconds."""
    if moving is not None:
        return replace(rules_of(page), durations=(_length(moving.ends_at - moving.starts_at),))
    return Rules(
        hours=hours_parse(page.time_zone, page.weekly_hours, page.date_overrides),
        durations=tuple(minutes * MINUTE_SECONDS for minutes in page.durations),
        step=page.step * MINUTE_SECONDS,
        notice=page.minimum_notice * MINUTE_SECONDS,
        rolling_days=page.rolling_days,
        buffer_before=page.buffer_before * MINUTE_SECONDS,
        buffer_after=page.buffer_after * MINUTE_SECONDS,
        limit_day=page.limit_day,
        limit_week=page.limit_week,
        window=_window(page),
    )


def _window(page: SchedulingPage) -> tuple[int, int] | None:
    """The ordinals of the first and the last day of a page that offers a fixed time alone."""
    if page.first_day is None or page.last_day is None:
        return None
    return page.first_day.toordinal(), page.last_day.toordinal()


def month_range(month: dt.date, time_zone: str) -> Interval:
    """[first, last) moments of the month that holds ``month``, by the clocks of a zone; raises UnknownZone."""
    first = month.replace(day=1)
    following = (first + dt.timedelta(days=31)).replace(day=1)
    return day_start(time_zone, first.toordinal()), day_start(time_zone, following.toordinal())


def slots_month(
    *,
    page: SchedulingPage,
    month: dt.date,
    now: dt.datetime,
    duration: dt.timedelta,
    time_zone: str | None = None,
    moving: Booking | None = None,
) -> PageSlots:
    """The starts of one month of ``time_zone`` (by default the page's) for meetings of that duration."""
    within = month_range(month, time_zone or page.time_zone)
    return slots_between(page=page, within=within, now=now, duration=duration, moving=moving)


def slots_between(
    *,
    page: SchedulingPage,
    within: Interval,
    now: dt.datetime,
    duration: dt.timedelta,
    moving: Booking | None = None,
) -> PageSlots:
    """The starts in [within) at which every host of the page is free."""
    host_ids = page_host_ids(page)
    hosts = slots_for_hosts(page=page, host_ids=host_ids, within=within, now=now, duration=duration, moving=moving)
    is_readable = bool(hosts) and all(host.is_readable for host in hosts.values())
    starts: list[int] = []
    if is_readable and page.state == PageState.ACTIVE:
        first, *others = (host.starts for host in hosts.values())
        starts = sorted(set(first).intersection(*others)) if others else first
    is_offline = any(host.is_offline for host in hosts.values())
    owner = hosts.get(page.owner_id) or next(iter(hosts.values()), None)
    return PageSlots(starts, is_offline, is_readable, owner is not None and owner.makes_calls)


def page_host_ids(page: SchedulingPage) -> list[int]:
    """Whose time the page offers, ascending; a personal page's owner alone, without a query."""
    if page.kind == PageKind.PERSONAL:
        return [page.owner_id]
    return sorted(host.user_id for host in page.hosts.all())


def slots_for_hosts(
    *,
    page: SchedulingPage,
    host_ids: Sequence[int],
    within: Interval,
    now: dt.datetime,
    duration: dt.timedelta,
    moving: Booking | None = None,
) -> dict[int, HostSlots]:
    """Each host's own starts under the page's rules: one query however many hosts there are."""
    rules = rules_of(page, moving)
    offers = _offers(page, rules, host_ids, within, now, moving)
    return {
        host.calendars.user_id: HostSlots(
            starts=[] if offer is None else slots_find(rules, offer, _length(duration)),
            is_offline=not host.calendars.is_connected,
            is_readable=host.is_usable,
            makes_calls=calls_made(host.calendars.provider),
        )
        for host, offer in offers
    }


def slot_check(
    *,
    page: SchedulingPage,
    start: dt.datetime,
    duration: dt.timedelta,
    now: dt.datetime,
    moving: Booking | None = None,
) -> Refusal | None:
    """Why a meeting of that duration cannot start at ``start`` (aware), or None.

    Inside a transaction that holds the hosts' locks the answer stays true until it ends.
    """
    if page.state != PageState.ACTIVE:
        return Refusal.PAUSED
    moment = math.floor(start.timestamp())
    if moment != start.timestamp():
        return Refusal.STEP
    rules = rules_of(page, moving)
    offers = _offers(page, rules, page_host_ids(page), (moment, moment + 1), now, moving)
    if not all(host.is_usable for host, _ in offers):
        return Refusal.UNREADABLE
    for _, offer in offers:
        refusal = _refusal(rules, offer, moment, _length(duration), now)
        if refusal:
            return refusal
    return None


def _refusal(rules: Rules, offer: Offer | None, start: int, duration: int, now: dt.datetime) -> Refusal | None:
    if offer is not None:
        return slot_refusal(rules, offer, start, duration)
    return Refusal.TOO_SOON if start < starts_bounds(rules, _seconds(now))[0] else Refusal.TOO_FAR


def _offers(
    page: SchedulingPage,
    rules: Rules,
    host_ids: Sequence[int],
    within: Interval,
    now: dt.datetime,
    moving: Booking | None,
) -> list[tuple[_Host, Offer | None]]:
    """Each host with what they offer; None for who cannot be read, and for a range that has no bookable moment."""
    seconds = _seconds(now)
    earliest, latest = starts_bounds(rules, seconds)
    within = max(within[0], earliest), min(within[1], latest)
    is_empty = within[0] >= within[1]
    if is_empty:
        within = earliest, earliest
    hosts, booked = _hosts(page, rules, host_ids, within, now, moving)
    windows = windows_for(rules, within)
    offers: list[tuple[_Host, Offer | None]] = []
    for host in hosts:
        offer = None
        if host.is_usable and not is_empty:
            blocked = blocked_time(rules, host.busy, host.reserved)
            offer = offer_make(rules, now=seconds, within=within, windows=windows, blocked=blocked, booked=booked)
        offers.append((host, offer))
    return offers


def _length(duration: dt.timedelta) -> int:
    return duration // dt.timedelta(seconds=1)


def _seconds(now: dt.datetime) -> int:
    return math.ceil(now.timestamp())


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
from unnest(%(user_ids)s) h(id)
join calendars_reservation r on int8range(r.host_id, r.host_id, '[]') && int8range(h.id, h.id, '[]')
    and r.active and r.during && tstzrange(to_timestamp(%(lo)s), to_timestamp(%(hi)s)) {{but_reservation}}
group by r.host_id
"""  # noqa: S608 - of our own constants
_BOOKED_SQL = """
union all
select 'booked', 0, null, null, null, array_agg(floor(date_part('epoch', k.starts_at))::bigint), null, null, null
from calendars_booking k
where k.account_id = %(account_id)s and k.page_id = %(page)s and k.state in ('requested', 'confirmed')
    and k.starts_at >= to_timestamp(%(week_lo)s) and k.starts_at < to_timestamp(%(week_hi)s) {but_booking}
"""
_NOTHING = {"but_event": "", "but_reservation": "", "but_booking": ""}
_ITSELF = {
    "but_event": "and not (b.calendar_id = %(calendar)s and b.remote_id = %(event)s)",
    "but_reservation": "and r.booking_id <> %(booking)s",
    "but_booking": "and k.id <> %(booking)s",
}


def _hosts(
    page: SchedulingPage,
    rules: Rules,
    host_ids: Sequence[int],
    within: Interval,
    now: dt.datetime,
    moving: Booking | None,
) -> tuple[list[_Host], list[int]]:
    """The hosts, and the starts of the page's own bookings when it has limits.

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
    sql = sql.format(**(_NOTHING if moving is None else _ITSELF))
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return _read(host_ids, cursor.fetchall())


_Row = tuple[str, int, int | None, bool | None, str, list[int] | None, list[int], list[int], list[int]]


def _read(host_ids: Sequence[int], rows: Sequence[_Row]) -> tuple[list[_Host], list[int]]:
    known = hosts_calendars_read(host_ids, [row[1:5] for row in rows if row[0] == "calendar"])
    hosts = {user_id: _Host(calendars) for user_id, calendars in known.items()}
    booked: list[int] = []
    for kind, user_id, _, _, _, starts, ends, before, after in rows:
        if starts is None:
            continue
        if kind == "booked":
            booked = starts
        elif kind == "calendar":
            hosts[user_id].busy += zip(starts, ends, strict=True)
        else:
            minutes = zip(starts, ends, before, after, strict=True)
            hosts[user_id].reserved += [
                Reserved(s, e, b * MINUTE_SECONDS, a * MINUTE_SECONDS) for s, e, b, a in minutes
            ]
    return list(hosts.values()), booked
