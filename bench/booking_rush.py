"""A rush on the slots of one page, as booked and as counted afterwards."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable

from django.db.models import Count

from bench.booking_data import request_make, slot_of, visitor
from bench.threads import in_threads
from calendars.exceptions import SlotTaken
from calendars.models import Booking, Reservation, SchedulingPage
from calendars.services.booking import booking_create

ATTEMPTS, SLOTS = 10_000, 100


def book(page: SchedulingPage, slot: int, number: int) -> Booking:
    """The n-th guest books a slot on a page as it was read before."""
    request = request_make(slot_of(slot), f"guest{number}.{slot}@example.com")
    return booking_create(actor=visitor(page), page=page, request=request)


def rush(page: SchedulingPage, booked: Callable[[SchedulingPage, int, int], object] = book) -> tuple[Counter[str], int]:
    """10,000 attempts of 64 threads on 100 slots: how they ended, and how often a host was taken twice at a time."""
    slots = [number % SLOTS for number in range(ATTEMPTS)]
    random.Random(7).shuffle(slots)
    outcome: Counter[str] = Counter()

    def attempt(number: int) -> None:
        try:
            booked(page, slots[number], number)
        except SlotTaken:
            outcome["taken"] += 1
        else:
            outcome["booked"] += 1

    in_threads(ATTEMPTS, attempt)
    assert sum(outcome.values()) == ATTEMPTS, outcome
    times = Reservation.objects.filter(host__in=page.hosts.values("user_id"), active=True)
    counts = times.values("host_id", "during").annotate(n=Count("id"))
    return outcome, sum(row["n"] - 1 for row in counts)
