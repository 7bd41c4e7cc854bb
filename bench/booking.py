"""Bookings under load: nobody is booked twice, how many a second, and how soon they are in the calendar."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from bench.booking_calendar import to_calendar_seconds
from bench.booking_data import page_make
from bench.booking_kinds import kinds_run
from bench.booking_raw import RawBookings
from bench.booking_rush import book, rush
from bench.figures import Figure
from bench.threads import THREADS, in_threads
from calendars.models import Booking

RATE_BOOKINGS = 1_280
ROUNDS = 3
"""A round is both ways in turn; the median of the ratios counts."""


def run() -> Iterator[Figure]:
    """All nine figures."""
    yield from _rush()
    yield from kinds_run()
    yield _rate()
    idle, queued = to_calendar_seconds()
    yield Figure("booking", "to_calendar_p95", idle, "s")
    yield Figure("booking", "to_calendar_p95_queued", queued, "s")


def _rush() -> Iterator[Figure]:
    """10,000 attempts of 64 threads on 100 slots of one host."""
    page = page_make()
    _outcome, doubles = rush(page)
    yield Figure("booking", "doubles", doubles, "bookings", bound="= 0")
    yield Figure("booking", "booked", Booking.objects.filter(page=page).count(), "bookings", bound="= 100")


def _rate() -> Figure:
    """Each thread books on a page of its own, which is read once; the reference writes the same rows in raw SQL."""
    pages = [page_make() for _ in range(THREADS)]
    raw = RawBookings(book(pages[0], 5_000, 0).pk)
    rounds = []
    for turn in range(ROUNDS):
        ours = _per_second(lambda n, turn=turn: book(pages[n % THREADS], _nth(turn, n), n))  # type: ignore[misc]
        theirs = _per_second(lambda n, turn=turn: raw.write(pages[n % THREADS].owner_id, _nth(turn + ROUNDS, n)))  # type: ignore[misc]
        rounds.append((ours / theirs, ours, theirs))
    ratio, value, limit = sorted(rounds)[ROUNDS // 2]
    return Figure("booking", "rate", round(value, 1), "bookings/s", round(limit, 1), round(ratio, 3), ">= 0.25")


def _nth(turn: int, number: int) -> int:
    """A slot of a page that no other turn or number has."""
    return turn * (RATE_BOOKINGS // THREADS) + number // THREADS


def _per_second(work: Callable[[int], object]) -> float:
    began = time.perf_counter()
    in_threads(RATE_BOOKINGS, work)
    return RATE_BOOKINGS / (time.perf_counter() - began)
