"""Offered starts: examples, and properties against a naive oracle that tries every minute."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calendars.engine.hours import hours_parse, windows_between
from calendars.engine.intervals import Interval
from calendars.engine.slots import (
    Offer,
    Refusal,
    Reserved,
    Rules,
    blocked_time,
    offer_make,
    slot_refusal,
    slots_find,
    windows_for,
)

MINUTE, HOUR, DAY = 60, 3600, 86400
MONDAY = int(datetime(2026, 11, 23, tzinfo=UTC).timestamp())
NINE_TO_FIVE = {str(day): [["09:00", "17:00"]] for day in range(5)}


@dataclass(frozen=True)
class Case:
    """One host's world."""

    rules: Rules
    now: int
    busy: tuple[Interval, ...] = ()
    reserved: tuple[Reserved, ...] = ()
    booked: tuple[int, ...] = ()

    def offer(self, within: Interval) -> Offer:
        blocked = blocked_time(self.rules, self.busy, self.reserved)
        windows = windows_for(self.rules, within)
        return offer_make(self.rules, now=self.now, within=within, windows=windows, blocked=blocked, booked=self.booked)

    def starts(self, within: Interval, duration: int) -> list[int]:
        return slots_find(self.rules, self.offer(within), duration)

    def refusal(self, start: int, duration: int) -> Refusal | None:
        return slot_refusal(self.rules, self.offer((start, start + 1)), start, duration)


def rules_of(**changes: object) -> Rules:
    base = Rules(hours=hours_parse("UTC", NINE_TO_FIVE), durations=(30 * MINUTE, HOUR), step=30 * MINUTE)
    return replace(base, **changes)  # type: ignore[arg-type]


def clock(starts: list[int]) -> list[str]:
    return [f"{datetime.fromtimestamp(start, UTC):%H:%M}" for start in starts]


MONDAY_ONLY = (MONDAY, MONDAY + DAY)


def test_a_free_day_offers_each_step_that_the_meeting_fits() -> None:
    offered = clock(Case(rules_of(), now=MONDAY).starts(MONDAY_ONLY, HOUR))
    assert offered[0] == "09:00"
    assert offered[-1] == "16:00"
    assert len(offered) == 15


def test_steps_are_counted_from_the_window_that_they_lie_in() -> None:
    hours = hours_parse("UTC", {"0": [["09:15", "11:00"], ["13:00", "14:00"]]})
    offered = clock(Case(rules_of(hours=hours, step=45 * MINUTE), now=MONDAY).starts(MONDAY_ONLY, 30 * MINUTE))
    assert offered == ["09:15", "10:00", "13:00"]


def test_an_event_blocks_its_time_and_the_buffers_of_the_page() -> None:
    rules = rules_of(buffer_before=15 * MINUTE, buffer_after=30 * MINUTE)
    case = Case(rules, now=MONDAY, busy=((MONDAY + 12 * HOUR, MONDAY + 13 * HOUR),))
    offered = clock(case.starts(MONDAY_ONLY, 30 * MINUTE))
    assert [start for start in offered if "10:30" <= start <= "14:00"] == ["10:30", "11:00", "13:30", "14:00"]


def test_a_booking_keeps_the_wider_of_both_pages_buffers_away() -> None:
    reserved = (Reserved(MONDAY + 12 * HOUR, MONDAY + 13 * HOUR, buffer_before=HOUR, buffer_after=30 * MINUTE),)
    offered = clock(Case(rules_of(buffer_after=15 * MINUTE), now=MONDAY, reserved=reserved).starts(MONDAY_ONLY, HOUR))
    assert [start for start in offered if "09:30" <= start <= "14:00"] == ["09:30", "10:00", "13:30", "14:00"]


def test_notice_and_the_rolling_window_bound_the_starts() -> None:
    case = Case(rules_of(notice=2 * HOUR, rolling_days=1), now=MONDAY + 10 * HOUR)
    starts = case.starts((MONDAY, MONDAY + 30 * DAY), HOUR)
    assert starts[0] == MONDAY + 12 * HOUR
    assert starts[-1] == MONDAY + DAY + 16 * HOUR
    assert case.refusal(MONDAY + 11 * HOUR, HOUR) is Refusal.TOO_SOON
    assert case.refusal(MONDAY + 2 * DAY + 10 * HOUR, HOUR) is Refusal.TOO_FAR


@pytest.mark.spec("C19", "C29")
def test_a_fixed_window_offers_its_days_alone_however_far_they_are() -> None:
    first = datetime(2026, 12, 24, tzinfo=UTC)
    rules = rules_of(rolling_days=1, window=(first.toordinal(), first.toordinal() + 1))
    case, christmas = Case(rules, now=MONDAY), int(first.timestamp())
    starts = case.starts((MONDAY, MONDAY + 60 * DAY), HOUR)
    assert (starts[0], starts[-1]) == (christmas + 9 * HOUR, christmas + DAY + 16 * HOUR)
    assert case.refusal(christmas - DAY + 10 * HOUR, HOUR) is Refusal.TOO_SOON
    assert case.refusal(christmas + 4 * DAY + 10 * HOUR, HOUR) is Refusal.TOO_FAR
    noticed = Case(replace(rules, notice=DAY), now=christmas + 10 * HOUR)
    assert noticed.starts((MONDAY, MONDAY + 60 * DAY), HOUR)[0] == christmas + DAY + 10 * HOUR


@pytest.mark.spec("C19", "C24", "C29")
@pytest.mark.parametrize(("first", "hours_in_all"), [(date(2026, 3, 28), 47), (date(2026, 10, 24), 49)])
def test_a_fixed_window_over_a_change_of_the_clocks_has_whole_local_days(first: date, hours_in_all: int) -> None:
    hours = hours_parse("Europe/Warsaw", {str(day): [["00:00", "24:00"]] for day in range(7)})
    window = (first.toordinal(), first.toordinal() + 1)
    begins = int(datetime(first.year, first.month, first.day, tzinfo=ZoneInfo("Europe/Warsaw")).timestamp())
    case = Case(rules_of(hours=hours, step=HOUR, window=window), now=begins - 9 * DAY)
    starts = case.starts((case.now, case.now + 30 * DAY), HOUR)
    assert starts[0] == begins
    assert len(starts) == hours_in_all
    assert case.refusal(starts[0] - HOUR, HOUR) is Refusal.TOO_SOON
    assert case.refusal(starts[-1] + HOUR, HOUR) is Refusal.TOO_FAR


def test_a_full_day_and_a_full_week_offer_nothing_more() -> None:
    booked = (MONDAY + 9 * HOUR, MONDAY + 10 * HOUR)
    day = Case(rules_of(limit_day=2), now=MONDAY, booked=booked)
    assert {start // DAY for start in day.starts((MONDAY, MONDAY + 7 * DAY), HOUR)} == {
        MONDAY // DAY + n for n in (1, 2, 3, 4)
    }
    assert day.refusal(MONDAY + 14 * HOUR, HOUR) is Refusal.LIMIT_DAY
    week = Case(rules_of(limit_week=2), now=MONDAY, booked=booked)
    assert week.starts((MONDAY, MONDAY + 14 * DAY), HOUR)[0] == MONDAY + 7 * DAY + 9 * HOUR
    assert week.refusal(MONDAY + 3 * DAY + 10 * HOUR, HOUR) is Refusal.LIMIT_WEEK


def test_the_days_of_limits_are_those_of_the_pages_zone() -> None:
    hours = hours_parse("Pacific/Auckland", NINE_TO_FIVE)
    booked = (MONDAY - 3 * HOUR,)
    case = Case(rules_of(hours=hours, limit_day=1), now=MONDAY - DAY, booked=booked)
    assert case.refusal(MONDAY + HOUR, HOUR) is Refusal.LIMIT_DAY
    assert case.refusal(MONDAY - 3 * HOUR + DAY, HOUR) is None


def test_a_refusal_names_its_reason() -> None:
    case = Case(rules_of(), now=MONDAY, busy=((MONDAY + 12 * HOUR, MONDAY + 13 * HOUR),))
    assert case.refusal(MONDAY + 10 * HOUR, 20 * MINUTE) is Refusal.DURATION
    assert case.refusal(MONDAY + 10 * HOUR + MINUTE, HOUR) is Refusal.STEP
    assert case.refusal(MONDAY + 18 * HOUR, HOUR) is Refusal.HOURS
    assert case.refusal(MONDAY + 16 * HOUR + 30 * MINUTE, HOUR) is Refusal.HOURS
    assert case.refusal(MONDAY + 12 * HOUR, HOUR) is Refusal.BUSY
    assert case.refusal(MONDAY + 13 * HOUR, HOUR) is None


@pytest.mark.spec("C24")
def test_slots_follow_the_wall_clock_across_a_change() -> None:
    warsaw = rules_of(
        hours=hours_parse("Europe/Warsaw", {str(d): [["09:00", "10:00"]] for d in range(7)}), durations=(HOUR,)
    )
    friday = int(datetime(2026, 3, 27, tzinfo=UTC).timestamp())
    assert clock(Case(warsaw, now=friday).starts((friday, friday + 4 * DAY), HOUR)) == [
        "08:00",
        "08:00",
        "07:00",
        "07:00",
    ]


# -- properties ---------------------------------------------------------------

ZONES = ["UTC", "Europe/Warsaw", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Casablanca"]
BASE_DAYS = [datetime(2026, 3, 27, tzinfo=UTC), datetime(2026, 10, 23, tzinfo=UTC), datetime(2026, 4, 3, tzinfo=UTC)]
SPAN = 4 * DAY
five_minutes = st.integers(0, 287).map(lambda n: f"{n // 12:02}:{n % 12 * 5:02}")
window_lists = st.lists(st.tuples(five_minutes, five_minutes).map(list), max_size=2)
minutes = st.integers(0, 60).map(lambda n: n * MINUTE)


def fixed_windows(base: int) -> st.SearchStrategy[tuple[int, int]]:
    """Ordinals of a first and a last day around ``base``; one that has ended before it began offers nothing."""
    day = st.integers(-1, SPAN // DAY + 1).map(lambda n: (datetime.fromtimestamp(base, UTC) + timedelta(n)).toordinal())
    return st.tuples(day, day)


@st.composite
def cases(draw: st.DrawFn) -> tuple[Case, int]:
    base = int(draw(st.sampled_from(BASE_DAYS)).timestamp())
    hours = hours_parse(draw(st.sampled_from(ZONES)), {str(day): draw(window_lists) for day in range(7)})
    moment = st.integers(-60, SPAN // MINUTE + 60).map(lambda n: base + n * MINUTE)
    lasting = st.tuples(moment, st.integers(1, 300)).map(lambda p: (p[0], p[0] + p[1] * MINUTE))
    rules = Rules(
        hours=hours,
        durations=(draw(st.sampled_from([15, 30, 50, 90])) * MINUTE,),
        step=draw(st.sampled_from([5, 15, 20, 50])) * MINUTE,
        notice=draw(minutes),
        rolling_days=draw(st.integers(0, 5)),
        buffer_before=draw(minutes),
        buffer_after=draw(minutes),
        limit_day=draw(st.none() | st.integers(1, 2)),
        limit_week=draw(st.none() | st.integers(1, 3)),
        window=draw(st.none() | fixed_windows(base)),
    )
    reserved = st.builds(lambda i, b, a: Reserved(i[0], i[1], b, a), lasting, minutes, minutes)
    return Case(
        rules=rules,
        now=draw(moment),
        busy=tuple(draw(st.lists(lasting, max_size=6))),
        reserved=tuple(draw(st.lists(reserved, max_size=3))),
        booked=tuple(draw(st.lists(moment, max_size=4))),
    ), base


def local(case: Case, moment: int) -> datetime:
    return datetime.fromtimestamp(moment, ZoneInfo(case.rules.hours.zone))


def monday_of(moment: datetime) -> datetime:
    return (moment - timedelta(days=moment.weekday())).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)


def is_bookable(case: Case, windows: list[Interval], start: int, duration: int) -> bool:
    """The rules as one would say them, minute by minute."""
    rules, end = case.rules, start + duration
    if start < case.now + rules.notice:
        return False
    if rules.window is not None:
        if not rules.window[0] <= local(case, start).toordinal() <= rules.window[1]:
            return False
    elif (local(case, start).date() - local(case, case.now).date()).days > rules.rolling_days:
        return False
    if not any(opens <= start < closes and (start - opens) % rules.step == 0 for opens, closes in windows):
        return False
    if not all(any(o <= minute < c for o, c in windows) for minute in range(start, end, MINUTE)):
        return False
    if any(start - rules.buffer_before < b and a < end + rules.buffer_after for a, b in case.busy):
        return False
    for r in case.reserved:
        before, after = max(rules.buffer_after, r.buffer_before), max(rules.buffer_before, r.buffer_after)
        if end + before > r.start and start < r.end + after:
            return False
    days = [local(case, booked) for booked in case.booked]
    same_day = sum(day.date() == local(case, start).date() for day in days)
    same_week = sum(monday_of(day) == monday_of(local(case, start)) for day in days)
    return not (
        (rules.limit_day is not None and same_day >= rules.limit_day)
        or (rules.limit_week is not None and same_week >= rules.limit_week)
    )


@pytest.mark.spec("C29", "C19")
@settings(max_examples=150, deadline=None)
@given(cases())
def test_the_offer_is_what_a_minute_by_minute_reading_of_the_rules_allows(drawn: tuple[Case, int]) -> None:
    case, base = drawn
    duration = case.rules.durations[0]
    windows = windows_between(case.rules.hours, base - 2 * DAY, base + SPAN + 2 * DAY)
    expected = [t for t in range(base, base + SPAN, 5 * MINUTE) if is_bookable(case, windows, t, duration)]
    found = [t for t in case.starts((base, base + SPAN), duration) if t % (5 * MINUTE) == 0]
    assert found == expected


@pytest.mark.spec("C29")
@settings(max_examples=150, deadline=None)
@given(cases())
def test_no_offered_slot_is_refused_and_no_bookable_one_is_hidden(drawn: tuple[Case, int]) -> None:
    case, base = drawn
    duration = case.rules.durations[0]
    offered = set(case.starts((base, base + SPAN), duration))
    tried = offered | set(range(base, base + SPAN, 5 * MINUTE))
    accepted = {start for start in tried if case.refusal(start, duration) is None}
    assert accepted == offered
