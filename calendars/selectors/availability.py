"""When a page can be booked. The month that visitors see and the check before a booking read the same rows (C29)."""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import connection

from calendars.choices import PageState
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
from calendars.models import SchedulingPage
from calendars.selectors.calendars import HostCalendars, hosts_calendars

MINUTE_SECONDS = 60
_WIDEST_BUFFER_SECONDS = 24 * 3600
"""How far a booking of another page may reach with buffers of its own."""


@dataclass(frozen=True, slots=True)
class HostSlots:
    """One host's starts, ascending UTC epoch seconds. Offline: no calendar is connected (C4)."""

    starts: list[int]
    is_offline: bool
    is_readable: bool


@dataclass(frozen=True, slots=True)
class PageSlots:
    """A page's starts, ascending UTC epoch seconds; none when it is paused or when a host's calendar cannot be read."""

    starts: list[int]
    is_offline: bool
    is_readable: bool


@dataclass(slots=True)
class _Taken:
    """What is in a host's way."""

    busy: list[Interval] = field(default_factory=list)
    reserved: list[Reserved] = field(default_factory=list)


def rules_of(page: SchedulingPage) -> Rules:
    """The page's rules as the engine reads them, in seconds."""
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
    )


def month_range(month: dt.date, time_zone: str) -> Interval:
    """[first, last) moments of the month that holds ``month``, by the clocks of a zone; raises UnknownZone."""
    first = month.replace(day=1)
    following = (first + dt.timedelta(days=31)).replace(day=1)
    return day_start(time_zone, first.toordinal()), day_start(time_zone, following.toordinal())


def slots_month(
    *, page: SchedulingPage, month: dt.date, now: dt.datetime, duration: dt.timedelta, time_zone: str | None = None
) -> PageSlots:
    """The starts of one month of ``time_zone`` (by default the page's) for meetings of that duration."""
    within = month_range(month, time_zone or page.time_zone)
    return slots_between(page=page, within=within, now=now, duration=duration)


def slots_between(*, page: SchedulingPage, within: Interval, now: dt.datetime, duration: dt.timedelta) -> PageSlots:
    """The starts in [within) at which every host of the page is free."""
    host_ids = page_host_ids(page)
    hosts = slots_for_hosts(page=page, host_ids=host_ids, within=within, now=now, duration=duration)
    is_readable = bool(hosts) and all(host.is_readable for host in hosts.values())
    starts: list[int] = []
    if is_readable and page.state == PageState.ACTIVE:
        first, *others = (host.starts for host in hosts.values())
        starts = sorted(set(first).intersection(*others)) if others else first
    return PageSlots(starts, any(host.is_offline for host in hosts.values()), is_readable)


def page_host_ids(page: SchedulingPage) -> list[int]:
    """Whose time the page offers, ascending."""
    return sorted(host.user_id for host in page.hosts.all())


def slots_for_hosts(
    *, page: SchedulingPage, host_ids: Sequence[int], within: Interval, now: dt.datetime, duration: dt.timedelta
) -> dict[int, HostSlots]:
    """Each host's own starts under the page's rules: two queries however many hosts there are."""
    offers = _offers(page, rules_of(page), host_ids, within, now)
    return {
        host.user_id: HostSlots(
            starts=[] if offer is None else slots_find(rules, offer, _length(duration)),
            is_offline=not host.is_connected,
            is_readable=host.is_readable or not host.is_connected,
        )
        for host, rules, offer in offers
    }


def slot_check(*, page: SchedulingPage, start: dt.datetime, duration: dt.timedelta, now: dt.datetime) -> Refusal | None:
    """Why a meeting of that duration cannot start at ``start`` (aware), or None.

    Inside a transaction that holds the hosts' locks the answer stays true until it ends.
    """
    if page.state != PageState.ACTIVE:
        return Refusal.PAUSED
    moment = math.floor(start.timestamp())
    if moment != start.timestamp():
        return Refusal.STEP
    offers = _offers(page, rules_of(page), page_host_ids(page), (moment, moment + 1), now)
    if not offers or any(host.is_connected and not host.is_readable for host, _, _ in offers):
        return Refusal.UNREADABLE
    for _, rules, offer in offers:
        refusal = _refusal(rules, offer, moment, _length(duration), now)
        if refusal:
            return refusal
    return None


def _refusal(rules: Rules, offer: Offer | None, start: int, duration: int, now: dt.datetime) -> Refusal | None:
    if offer is not None:
        return slot_refusal(rules, offer, start, duration)
    return Refusal.TOO_SOON if start < starts_bounds(rules, _seconds(now))[0] else Refusal.TOO_FAR


def _offers(
    page: SchedulingPage, rules: Rules, host_ids: Sequence[int], within: Interval, now: dt.datetime
) -> list[tuple[HostCalendars, Rules, Offer | None]]:
    """Each host with what they offer; None for who cannot be read, and for a range that has no bookable moment."""
    hosts = hosts_calendars(account_id=page.account_id, user_ids=host_ids, now=now)
    earliest, latest = starts_bounds(rules, _seconds(now))
    within = max(within[0], earliest), min(within[1], latest)
    if within[0] >= within[1]:
        return [(host, rules, None) for host in hosts.values()]
    windows = windows_for(rules, within)
    usable = [host for host in hosts.values() if host.is_readable or not host.is_connected]
    taken, booked = _taken(page, rules, usable, within)
    offers: dict[int, Offer] = {}
    for host in usable:
        blocked = blocked_time(rules, taken[host.user_id].busy, taken[host.user_id].reserved)
        offers[host.user_id] = offer_make(
            rules, now=_seconds(now), within=within, windows=windows, blocked=blocked, booked=booked
        )
    return [(host, rules, offers.get(host.user_id)) for host in hosts.values()]


def _length(duration: dt.timedelta) -> int:
    return duration // dt.timedelta(seconds=1)


def _seconds(now: dt.datetime) -> int:
    return math.ceil(now.timestamp())


_TAKEN_SQL = """
select 0, b.calendar_id, floor(date_part('epoch', b.starts_at))::bigint,
       ceil(date_part('epoch', b.ends_at))::bigint, 0, 0
from calendars_busyinterval b
where b.calendar_id = any(%(calendars)s) and b.ends_at > to_timestamp(%(lo)s) and b.starts_at < to_timestamp(%(hi)s)
union all
select 1, r.host_id, floor(date_part('epoch', lower(r.during)))::bigint,
       ceil(date_part('epoch', upper(r.during)))::bigint,
       p.buffer_before, p.buffer_after
from unnest(%(hosts)s::bigint[]) h(id)
join calendars_reservation r on int8range(r.host_id, r.host_id, '[]') && int8range(h.id, h.id, '[]')
    and r.active and r.during && tstzrange(to_timestamp(%(lo)s), to_timestamp(%(hi)s))
join calendars_booking k on k.id = r.booking_id
join calendars_schedulingpage p on p.id = k.page_id
"""
_BOOKED_SQL = """
union all
select 2, 0, floor(date_part('epoch', k.starts_at))::bigint, 0, 0, 0
from calendars_booking k
where k.account_id = %(account)s and k.page_id = %(page)s and k.state in ('requested', 'confirmed')
    and k.starts_at >= to_timestamp(%(week_lo)s) and k.starts_at < to_timestamp(%(week_hi)s)
"""


def _taken(
    page: SchedulingPage, rules: Rules, hosts: Sequence[HostCalendars], within: Interval
) -> tuple[defaultdict[int, _Taken], list[int]]:
    """What is in each host's way, and the starts of the page's own bookings when it has limits: one query.

    A host's bookings count in whichever account they were made, as the constraint against double booking does.
    """
    reach = _WIDEST_BUFFER_SECONDS + rules.buffer_before + rules.buffer_after
    owner_of = {calendar_id: host.user_id for host in hosts for calendar_id in host.calendar_ids}
    parameters: dict[str, int | list[int]] = {
        "calendars": list(owner_of),
        "hosts": [host.user_id for host in hosts],
        "lo": within[0] - reach,
        "hi": within[1] + max(rules.durations, default=0) + reach,
    }
    sql = _TAKEN_SQL
    if rules.limit_day is not None or rules.limit_week is not None:
        week_lo, week_hi = booked_range(rules, within)
        parameters |= {"account": page.account_id, "page": page.pk, "week_lo": week_lo, "week_hi": week_hi}
        sql += _BOOKED_SQL
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return _sorted_out(cursor.fetchall(), owner_of)


def _sorted_out(
    rows: Sequence[tuple[int, int, int, int, int, int]], owner_of: dict[int, int]
) -> tuple[defaultdict[int, _Taken], list[int]]:
    taken: defaultdict[int, _Taken] = defaultdict(_Taken)
    booked: list[int] = []
    for kind, key, start, end, before, after in rows:
        if kind == 0:
            taken[owner_of[key]].busy.append((start, end))
        elif kind == 1:
            reserved = Reserved(start, end, before * MINUTE_SECONDS, after * MINUTE_SECONDS)
            taken[key].reserved.append(reserved)
        else:
            booked.append(start)
    return taken, booked
