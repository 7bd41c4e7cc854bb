"""Sets of moments."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from calendars.engine.intervals import Interval, expand, intersect, merge, subtract

moment = st.integers(min_value=0, max_value=60)
any_intervals = st.lists(st.tuples(moment, moment), max_size=12)


def moments(intervals: list[Interval]) -> set[int]:
    return {m for start, end in intervals for m in range(start, end)}


def is_set(intervals: list[Interval]) -> bool:
    flat = [edge for interval in intervals for edge in interval]
    return all(a < b for a, b in zip(flat, flat[1:], strict=False))


@given(any_intervals)
def test_merging_keeps_every_moment_and_leaves_a_set(intervals: list[Interval]) -> None:
    merged = merge(intervals)
    assert moments(merged) == moments(intervals)
    assert is_set(merged)


@given(any_intervals, any_intervals)
def test_subtracting_leaves_the_moments_that_are_in_the_first_only(one: list[Interval], other: list[Interval]) -> None:
    left = subtract(merge(one), merge(other))
    assert moments(left) == moments(one) - moments(other)
    assert is_set(left)


@given(any_intervals, any_intervals)
def test_intersecting_leaves_the_moments_that_are_in_both(one: list[Interval], other: list[Interval]) -> None:
    both = intersect(merge(one), merge(other))
    assert moments(both) == moments(one) & moments(other)
    assert is_set(both)


def test_expanding_moves_both_edges_outwards() -> None:
    assert expand([(100, 200)], before=10, after=30) == [(90, 230)]


def test_intervals_that_touch_become_one_and_empty_ones_vanish() -> None:
    assert merge([(5, 9), (1, 5), (7, 7), (9, 8)]) == [(1, 9)]
