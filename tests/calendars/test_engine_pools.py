"""Slots of several hosts: examples, and properties against a reading of each host alone."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calendars.engine.hours import windows_between
from calendars.engine.pools import Turn, group_offer, group_slots, pool_slots, turn_order
from calendars.engine.slots import Rules, slot_refusal
from tests.calendars.test_engine_slots import (
    DAY,
    HOUR,
    MINUTE,
    MONDAY,
    MONDAY_ONLY,
    SPAN,
    Case,
    cases,
    clock,
    is_bookable,
    rules_of,
)

NOON = (MONDAY + 12 * HOUR, MONDAY + 13 * HOUR)
THREE = (MONDAY + 15 * HOUR, MONDAY + 16 * HOUR)


def host(**changes: object) -> Case:
    return replace(Case(rules_of(), now=MONDAY), **changes)  # type: ignore[arg-type]


@pytest.mark.spec("C18")
def test_a_group_offers_what_suits_everybody() -> None:
    offers = [host(busy=(NOON,)).offer(MONDAY_ONLY), host(busy=(THREE,)).offer(MONDAY_ONLY)]
    offered = clock(group_slots(rules_of(), offers, HOUR))
    assert [start for start in offered if start >= "10:30"] == ["10:30", "11:00", "13:00", "13:30", "14:00", "16:00"]


@pytest.mark.spec("C18", "C25")
def test_a_group_with_somebody_who_offers_nothing_or_without_anybody_offers_nothing() -> None:
    assert group_slots(rules_of(), [host().offer(MONDAY_ONLY), None], HOUR) == []
    assert group_slots(rules_of(), [], HOUR) == []
    assert group_offer([None]) is None


@pytest.mark.spec("C18", "C25")
def test_a_pool_answers_each_slot_with_who_is_free_at_it() -> None:
    offers = {3: host(busy=(NOON,)).offer(MONDAY_ONLY), 1: host(busy=(THREE,)).offer(MONDAY_ONLY), 2: None}
    pool = pool_slots(rules_of(), offers, HOUR)
    assert pool[MONDAY + 12 * HOUR] == [1]
    assert pool[MONDAY + 15 * HOUR] == [3]
    assert pool[MONDAY + 10 * HOUR] == [3, 1]
    assert list(pool) == sorted(pool)


@pytest.mark.spec("C18")
def test_a_host_whose_limit_is_reached_closes_the_day_of_a_group_and_not_of_a_pool() -> None:
    rules = rules_of(limit_day=1)
    full = host(rules=rules, booked=(MONDAY + 9 * HOUR,)).offer(MONDAY_ONLY)
    other = host(rules=rules).offer(MONDAY_ONLY)
    assert group_slots(rules, [full, other], HOUR) == []
    assert set(map(tuple, pool_slots(rules, {1: full, 2: other}, HOUR).values())) == {(2,)}


@pytest.mark.spec("C18")
def test_the_turn_goes_by_weight_then_by_who_waited_longest_then_by_id() -> None:
    assert turn_order([Turn(5), Turn(4)]) == [4, 5]
    assert turn_order([Turn(1, weight=3, taken=2), Turn(2, weight=1, taken=1)]) == [1, 2]
    assert turn_order([Turn(1, taken=1, last_at=20), Turn(2, taken=1, last_at=10), Turn(3, taken=1)]) == [3, 2, 1]
    assert turn_order([Turn(1, weight=3, taken=3, last_at=9), Turn(2, taken=1, last_at=8)]) == [2, 1]


@pytest.mark.spec("C18")
def test_the_contacts_owner_comes_first_when_they_are_among_them() -> None:
    turns = [Turn(1), Turn(2, taken=7)]
    assert turn_order(turns, first=2) == [2, 1]
    assert turn_order(turns, first=9) == [1, 2]


@pytest.mark.spec("C18")
@given(st.lists(st.integers(1, 9), min_size=1, max_size=6), st.integers(1, 200))
def test_shares_stay_within_one_meeting_of_the_weights(weights: list[int], rounds: int) -> None:
    taken: Counter[int] = Counter()
    last: dict[int, float] = {}
    for number in range(rounds):
        turns = [Turn(at, weight, taken[at], last.get(at)) for at, weight in enumerate(weights)]
        chosen = turn_order(turns)[0]
        taken[chosen] += 1
        last[chosen] = number
    for at, weight in enumerate(weights):
        assert taken[at] / weight <= min((taken[other] + 1) / w for other, w in enumerate(weights)) + 1 / weight


# -- properties ---------------------------------------------------------------


@st.composite
def hosts(draw: st.DrawFn) -> tuple[Rules, list[Case], int]:
    """One page's rules, and up to four hosts with worlds of their own."""
    first, base = draw(cases())
    moment = st.integers(-60, SPAN // MINUTE + 60).map(lambda n: base + n * MINUTE)
    lasting = st.tuples(moment, st.integers(1, 300)).map(lambda p: (p[0], p[0] + p[1] * MINUTE))
    others = [
        replace(first, busy=tuple(busy), reserved=(), booked=tuple(booked))
        for busy, booked in draw(
            st.lists(st.tuples(st.lists(lasting, max_size=4), st.lists(moment, max_size=2)), max_size=3)
        )
    ]
    return first.rules, [first, *others], base


@pytest.mark.spec("C18", "C29")
@settings(max_examples=80, deadline=None)
@given(hosts())
def test_group_and_pool_are_what_each_hosts_own_minutes_allow(drawn: tuple[Rules, list[Case], int]) -> None:
    rules, everybody, base = drawn
    duration, within = rules.durations[0], (base, base + SPAN)
    windows = windows_between(rules.hours, base - 2 * DAY, base + SPAN + 2 * DAY)
    asked = range(base, base + SPAN, 15 * MINUTE)
    free = {t: [n for n, one in enumerate(everybody) if is_bookable(one, windows, t, duration)] for t in asked}
    offers = {number: one.offer(within) for number, one in enumerate(everybody)}
    group = [t for t in group_slots(rules, offers.values(), duration) if t in free]
    assert group == [t for t in asked if len(free[t]) == len(everybody)]
    pool = {t: who for t, who in pool_slots(rules, offers, duration).items() if t in free}
    assert pool == {t: who for t, who in free.items() if who}


@pytest.mark.spec("C29")
@settings(max_examples=80, deadline=None)
@given(hosts())
def test_a_group_refuses_exactly_what_it_does_not_offer(drawn: tuple[Rules, list[Case], int]) -> None:
    rules, everybody, base = drawn
    duration = rules.durations[0]
    offered = set(group_slots(rules, [one.offer((base, base + SPAN)) for one in everybody], duration))
    for start in offered | set(range(base, base + SPAN, 15 * MINUTE)):
        together = group_offer([one.offer((start, start + 1)) for one in everybody])
        assert together is not None
        assert (slot_refusal(rules, together, start, duration) is None) == (start in offered)
