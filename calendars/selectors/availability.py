"""When a page can be booked. The month that visitors see and the check before a booking read the same rows (C29).

With ``moving``, a booking of the page, the question is where that one could be moved to: its own time, its own event in
the calendar and its own place among the limits are not in its way, and its length is offered whatever the page says.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from calendars.choices import PageKind, PageState
from calendars.engine.hours import day_start, hours_parse
from calendars.engine.intervals import Interval
from calendars.engine.pools import group_slots, pool_slots
from calendars.engine.slots import (
    Offer,
    Refusal,
    Rules,
    blocked_time,
    offer_make,
    slot_refusal,
    slots_find,
    starts_bounds,
    windows_for,
)
from calendars.models import Booking, SchedulingPage
from calendars.selectors.calls import calls_made
from calendars.selectors.host_times import MINUTE_SECONDS, HostTimes, hosts_times
from calendars.selectors.hosts import page_host_ids


@dataclass(frozen=True, slots=True)
class HostSlots:
    """One host's starts, ascending UTC epoch seconds. Offline: no calendar is connected (C4)."""

    starts: list[int]
    is_offline: bool
    is_readable: bool
    makes_calls: bool = False


@dataclass(frozen=True, slots=True)
class PageSlots:
    """A page's starts, ascending UTC epoch seconds; none when it is paused or cannot be booked: a calendar of any of
    its hosts cannot be read, or on a round robin page those of all. Offline: a time can only be asked for (C4).

    ``makes_calls``: the calendar that will hold the event makes the link of a video call with it, whoever is taken.
    """

    starts: list[int]
    is_offline: bool
    is_readable: bool
    makes_calls: bool = False


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
    """The starts in [within) at which the page can be booked: by who is free of a round robin, by all hosts of other
    pages and of a booking that is ``moving``. Two queries at most however many hosts there are."""
    rules = rules_of(page, moving)
    offers = _offers(page, rules, page_host_ids(page, moving), within, now, moving)
    is_pool = _is_pool(page, moving)
    taking = _taking_part(offers) if is_pool else offers
    is_readable = bool(taking) and all(host.is_usable for host, _ in taking)
    is_offline = any(not host.is_connected for host, _ in taking)
    starts: list[int] = []
    if is_readable and page.state == PageState.ACTIVE:
        free = {host.calendars.user_id: offer for host, offer in taking}
        length = _length(duration)
        starts = list(pool_slots(rules, free, length)) if is_pool else group_slots(rules, free.values(), length)
    return PageSlots(starts, is_offline, is_readable, _makes_calls(page, taking, is_pool))


def _makes_calls(page: SchedulingPage, taking: Sequence[_Offered], is_pool: bool) -> bool:
    """A pool's event may be in anybody's calendar; any other one is in the owner's, or in that of the first host."""
    providers = {host.calendars.user_id: host.calendars.provider for host, _ in taking}
    if is_pool or not providers:
        return bool(providers) and all(calls_made(provider) for provider in providers.values())
    return calls_made(providers.get(page.owner_id, next(iter(providers.values()))))


def _is_pool(page: SchedulingPage, moving: Booking | None) -> bool:
    """Whether one of the hosts is enough. A meeting that moves stays with whom it was booked."""
    return page.kind == PageKind.ROUND_ROBIN and moving is None


def _taking_part(offers: Sequence[_Offered]) -> Sequence[_Offered]:
    """Of a round robin's hosts: those whose calendars can be read (C25), or all when nobody has connected one. Next to
    colleagues who can be booked at once, who can only be asked takes no part."""
    connected = [offered for offered in offers if offered[0].is_connected]
    return [offered for offered in connected if offered[0].is_usable] if connected else offers


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
            is_offline=not host.is_connected,
            is_readable=host.is_usable,
            makes_calls=calls_made(host.calendars.provider),
        )
        for host, offer in offers
    }


@dataclass(frozen=True, slots=True)
class SlotTakers:
    """Who could take a meeting: on a round robin page each of ``host_ids`` alone, on others all of them together.
    With a ``refusal``, nobody. Offline: it can only be asked for (C4)."""

    refusal: Refusal | None
    host_ids: list[int] = field(default_factory=list)
    is_offline: bool = False


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
    return slot_takers(page=page, start=start, duration=duration, now=now, moving=moving).refusal


def slot_takers(
    *,
    page: SchedulingPage,
    start: dt.datetime,
    duration: dt.timedelta,
    now: dt.datetime,
    moving: Booking | None = None,
    host_ids: Sequence[int] | None = None,
) -> SlotTakers:
    """Who could take a meeting at ``start``; ``host_ids`` are the hosts to look at (those whose locks are held), by
    default the page's."""
    if page.state != PageState.ACTIVE:
        return SlotTakers(Refusal.PAUSED)
    moment = math.floor(start.timestamp())
    if moment != start.timestamp():
        return SlotTakers(Refusal.STEP)
    rules = rules_of(page, moving)
    asked = page_host_ids(page, moving) if host_ids is None else host_ids
    offers = _offers(page, rules, asked, (moment, moment + 1), now, moving)
    is_pool = _is_pool(page, moving)
    taking = _taking_part(offers) if is_pool else offers
    if not taking or not all(host.is_usable for host, _ in taking):
        return SlotTakers(Refusal.UNREADABLE)
    refusals = {
        host.calendars.user_id: _refusal(rules, offer, moment, _length(duration), now) for host, offer in taking
    }
    free = [host_id for host_id, refusal in refusals.items() if refusal is None]
    if len(free) < (1 if is_pool else len(refusals)):
        return SlotTakers(next(refusal for refusal in refusals.values() if refusal))
    return SlotTakers(None, free, is_offline=any(not host.is_connected for host, _ in taking))


def _refusal(rules: Rules, offer: Offer | None, start: int, duration: int, now: dt.datetime) -> Refusal | None:
    if offer is not None:
        return slot_refusal(rules, offer, start, duration)
    return Refusal.TOO_SOON if start < starts_bounds(rules, _seconds(now))[0] else Refusal.TOO_FAR


_Offered: TypeAlias = tuple[HostTimes, Offer | None]


def _offers(
    page: SchedulingPage,
    rules: Rules,
    host_ids: Sequence[int],
    within: Interval,
    now: dt.datetime,
    moving: Booking | None,
) -> list[_Offered]:
    """Each host with what they offer; None for who cannot be read, and for a range that has no bookable moment."""
    seconds = _seconds(now)
    earliest, latest = starts_bounds(rules, seconds)
    within = max(within[0], earliest), min(within[1], latest)
    is_empty = within[0] >= within[1]
    if is_empty:
        within = earliest, earliest
    windows = windows_for(rules, within)
    offers: list[_Offered] = []
    for host in hosts_times(page, rules, host_ids, within, now, moving):
        offer = None
        if host.is_usable and not is_empty:
            blocked = blocked_time(rules, host.busy, host.reserved)
            offer = offer_make(rules, now=seconds, within=within, windows=windows, blocked=blocked, booked=host.booked)
        offers.append((host, offer))
    return offers


def _length(duration: dt.timedelta) -> int:
    return duration // dt.timedelta(seconds=1)


def _seconds(now: dt.datetime) -> int:
    return math.ceil(now.timestamp())
