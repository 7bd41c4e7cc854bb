"""Sets of moments as sorted lists of half-open intervals of UTC epoch seconds.

A *set* here is ascending, disjoint and without touching neighbours, which is what ``merge`` makes of any intervals;
every other function takes sets, answers a set, and is linear in their lengths.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

Interval: TypeAlias = tuple[int, int]


def merge(intervals: Iterable[Interval]) -> list[Interval]:
    """The set of moments that lie in any of the intervals; empty and inverted ones hold none."""
    merged: list[Interval] = []
    last_start, last_end = 0, None
    for start, end in sorted(intervals):
        if start >= end:
            continue
        if last_end is None:
            last_start, last_end = start, end
        elif start <= last_end:
            if end > last_end:
                last_end = end
        else:
            merged.append((last_start, last_end))
            last_start, last_end = start, end
    if last_end is not None:
        merged.append((last_start, last_end))
    return merged


def subtract(kept: Sequence[Interval], removed: Sequence[Interval]) -> list[Interval]:
    """The moments of the set ``kept`` that are not in the set ``removed``."""
    left: list[Interval] = []
    position, count = 0, len(removed)
    for start, end in kept:
        while position < count and removed[position][1] <= start:
            position += 1
        cursor, ahead = start, position
        while ahead < count and removed[ahead][0] < end:
            hole_start, hole_end = removed[ahead]
            if cursor < hole_start:
                left.append((cursor, hole_start))
            cursor = hole_end
            ahead += 1
        if cursor < end:
            left.append((cursor, end))
        position = max(position, ahead - 1)
    return left


def intersect(one: Sequence[Interval], other: Sequence[Interval]) -> list[Interval]:
    """The moments that lie in both sets."""
    both: list[Interval] = []
    i = j = 0
    while i < len(one) and j < len(other):
        start, end = max(one[i][0], other[j][0]), min(one[i][1], other[j][1])
        if start < end:
            both.append((start, end))
        if one[i][1] < other[j][1]:
            i += 1
        else:
            j += 1
    return both


def expand(intervals: Iterable[Interval], before: int, after: int) -> list[Interval]:
    """Each interval begun ``before`` seconds earlier and ended ``after`` seconds later; not merged."""
    return [(start - before, end + after) for start, end in intervals]
