"""Which starts are offered, and why one is not: two readings of the same sets, so that they cannot disagree (C29)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from calendars.engine.hours import DAY_SECONDS, Hours, day_start, local_day, windows_between
from calendars.engine.intervals import Interval, expand, merge, subtract

WEEK_DAYS = 7


class Refusal(StrEnum):
    """Why a start cannot be had. The first four can never be had; the others may change with time and bookings."""

    DURATION = "DURATION"
    STEP = "STEP"
    HOURS = "HOURS"
    TOO_SOON = "TOO_SOON"
    TOO_FAR = "TOO_FAR"
    BUSY = "BUSY"
    LIMIT_DAY = "LIMIT_DAY"
    LIMIT_WEEK = "LIMIT_WEEK"
    PAUSED = "PAUSED"
    UNREADABLE = "UNREADABLE"


@dataclass(frozen=True, slots=True)
class Rules:
    """A page's rules, in seconds but for the days of the rolling window and the two limits (None: no limit).

    A start is offered from ``now + notice`` to the end of the day ``rolling_days`` after today, days and weeks (from
    Monday) being those of the hours' zone. With ``window``, the ordinals of a first and a last day (both included),
    that time alone is offered, never before ``now + notice``, and ``rolling_days`` does not count.
    """

    hours: Hours
    durations: tuple[int, ...]
    step: int
    notice: int = 0
    rolling_days: int = 60
    buffer_before: int = 0
    buffer_after: int = 0
    limit_day: int | None = None
    limit_week: int | None = None
    window: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Reserved:
    """A booked meeting with the buffers of the page it was booked on."""

    start: int
    end: int
    buffer_before: int = 0
    buffer_after: int = 0


@dataclass(frozen=True, slots=True)
class Offer:
    """What may be booked: windows (where steps begin), free time for the meeting, bounds of a start, full days."""

    windows: Sequence[Interval]
    free: Sequence[Interval]
    earliest: int
    latest: int
    full_days: frozenset[int]
    full_weeks: frozenset[int]


def starts_bounds(rules: Rules, now: int) -> Interval:
    """[earliest, latest): when a meeting may start, whatever the hours say."""
    zone, earliest = rules.hours.zone, now + rules.notice
    if rules.window is None:
        return earliest, day_start(zone, local_day(zone, now) + rules.rolling_days + 1)
    first_day, last_day = rules.window
    return max(earliest, day_start(zone, first_day)), day_start(zone, last_day + 1)


def week_of(ordinal: int) -> int:
    """A number of the week (from Monday) in which a day lies."""
    return (ordinal - 1) // WEEK_DAYS


def blocked_time(rules: Rules, busy: Iterable[Interval], reserved: Iterable[Reserved]) -> list[Interval]:
    """When a meeting itself cannot be: the page's buffers around events, the wider of both pages' around a booking."""
    before, after = rules.buffer_before, rules.buffer_after
    blocked = expand(busy, after, before)
    blocked += [(r.start - max(after, r.buffer_before), r.end + max(before, r.buffer_after)) for r in reserved]
    return merge(blocked)


def offer_make(
    rules: Rules,
    *,
    now: int,
    within: Interval,
    windows: Sequence[Interval],
    blocked: Sequence[Interval],
    booked: Iterable[int] = (),
) -> Offer:
    """What one host offers for starts in ``within``.

    ``windows`` come from ``windows_for`` the same range; ``booked`` are the starts of the page's bookings in the weeks
    that ``within`` touches, which ``booked_range`` names.
    """
    earliest, latest = starts_bounds(rules, now)
    days, weeks = _full(rules, booked)
    free = subtract(merge(windows), blocked)
    return Offer(windows, free, max(earliest, within[0]), min(latest, within[1]), days, weeks)


def _full(rules: Rules, booked: Iterable[int]) -> tuple[frozenset[int], frozenset[int]]:
    """The days and weeks whose limits are reached."""
    if rules.limit_day is None and rules.limit_week is None:
        return frozenset(), frozenset()
    days = Counter(local_day(rules.hours.zone, start) for start in booked)
    weeks: Counter[int] = Counter()
    for day, count in days.items():
        weeks[week_of(day)] += count
    return _reached(days, rules.limit_day), _reached(weeks, rules.limit_week)


def _reached(counts: Counter[int], limit: int | None) -> frozenset[int]:
    return frozenset() if limit is None else frozenset(key for key, count in counts.items() if count >= limit)


def windows_for(rules: Rules, within: Interval) -> list[Interval]:
    """The windows that a meeting starting in ``within`` may lie in."""
    return windows_between(rules.hours, within[0], within[1] + max(rules.durations, default=0))


def slots_find(rules: Rules, offer: Offer, duration: int) -> list[int]:
    """Every start that is offered for meetings of ``duration`` seconds, ascending."""
    if duration not in rules.durations:
        return []
    starts: list[int] = []
    position, free, step = 0, offer.free, rules.step
    for opens, closes in offer.windows:
        while position < len(free) and free[position][1] <= opens:
            position += 1
        for at in range(position, len(free)):
            free_start, free_end = free[at]
            if free_start >= closes:
                break
            first = max(free_start, opens, offer.earliest)
            first += (opens - first) % step
            starts.extend(range(first, min(free_end - duration + 1, closes, offer.latest), step))
    starts = _ascending(starts)
    return [start for start in starts if not _limit_reached(rules, offer, start)] if _is_limited(offer) else starts


def _ascending(starts: list[int]) -> list[int]:
    """Windows that overlap may give a start twice or out of order; mostly there are none."""
    unique = set(starts)
    return starts if len(unique) == len(starts) and starts == sorted(starts) else sorted(unique)


def _is_limited(offer: Offer) -> bool:
    return bool(offer.full_days or offer.full_weeks)


def _limit_reached(rules: Rules, offer: Offer, start: int) -> Refusal | None:
    if not _is_limited(offer):
        return None
    day = local_day(rules.hours.zone, start)
    if day in offer.full_days:
        return Refusal.LIMIT_DAY
    return Refusal.LIMIT_WEEK if week_of(day) in offer.full_weeks else None


def slot_refusal(rules: Rules, offer: Offer, start: int, duration: int) -> Refusal | None:
    """Why ``start`` is not among ``slots_find`` of the same offer; None when it is."""
    if duration not in rules.durations:
        return Refusal.DURATION
    if start < offer.earliest:
        return Refusal.TOO_SOON
    if start >= offer.latest:
        return Refusal.TOO_FAR
    around = [window for window in offer.windows if window[0] <= start < window[1]]
    if not _covers(merge(offer.windows), start, start + duration) or not around:
        return Refusal.HOURS
    if all((start - opens) % rules.step for opens, _ in around):
        return Refusal.STEP
    if not _covers(offer.free, start, start + duration):
        return Refusal.BUSY
    return _limit_reached(rules, offer, start)


def _covers(intervals: Sequence[Interval], start: int, end: int) -> bool:
    return any(s <= start and end <= e for s, e in intervals)


def booked_range(rules: Rules, within: Interval) -> Interval:
    """The whole weeks of the zone that ``within`` touches: where bookings count for its limits."""
    zone = rules.hours.zone
    first = local_day(zone, within[0]) - WEEK_DAYS
    last = local_day(zone, max(within[1], within[0])) + WEEK_DAYS
    return day_start(zone, first) - DAY_SECONDS, day_start(zone, last) + DAY_SECONDS
