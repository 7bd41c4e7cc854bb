"""Bookings under load on pages of several hosts, and requests on pages without calendars: nobody is booked or held
twice, and a round robin's meetings are shared out by weight."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator

from django.db.models import Count

from bench.booking_data import page_make, request_make, slot_of, visitor
from bench.figures import Figure
from bench.threads import in_threads
from calendars.choices import PageKind
from calendars.exceptions import SlotTaken
from calendars.models import Booking, Reservation, SchedulingPage
from calendars.services.booking import booking_create

ATTEMPTS, SLOTS = 10_000, 100
HOSTS = (1, 1, 1)
SHARES = (5, 3, 2)
SHARED_BOOKINGS = 1_200


def kinds_run() -> Iterator[Figure]:
    """The four figures."""
    group = page_make(kind=PageKind.GROUP, weights=HOSTS)
    robin = page_make(kind=PageKind.ROUND_ROBIN, weights=HOSTS)
    yield _doubles("group_doubles", group, SLOTS)
    yield _doubles("robin_doubles", robin, SLOTS * len(HOSTS))
    yield _doubles("hold_doubles", page_make(connected=False), SLOTS)
    yield _share_error()


def _doubles(figure: str, page: SchedulingPage, expected: int) -> Figure:
    """10,000 attempts of 64 threads on 100 slots."""
    slots = [number % SLOTS for number in range(ATTEMPTS)]
    random.Random(7).shuffle(slots)
    outcome: Counter[str] = Counter()

    def attempt(number: int) -> None:
        try:
            _book(page, slots[number], number)
        except SlotTaken:
            outcome["taken"] += 1
        else:
            outcome["booked"] += 1

    in_threads(ATTEMPTS, attempt)
    assert outcome == {"booked": expected, "taken": ATTEMPTS - expected}, outcome
    hosts = page.hosts.values("user_id")
    times = Reservation.objects.filter(host__in=hosts, active=True).values("host_id", "during").annotate(n=Count("id"))
    return Figure("booking", figure, sum(row["n"] - 1 for row in times), "bookings", bound="= 0")


def _share_error() -> Figure:
    """How far any host's share of the meetings is from the share of their weight, with 64 visitors at once."""
    page = page_make(kind=PageKind.ROUND_ROBIN, weights=SHARES)
    in_threads(SHARED_BOOKINGS, lambda number: _book(page, number, number))
    taken = Counter(Booking.objects.filter(page=page).values_list("organiser_id", flat=True))
    assert taken.total() == SHARED_BOOKINGS, taken
    hosts = page.hosts.values_list("user_id", "weight")
    error = max(abs(taken[host_id] / SHARED_BOOKINGS - weight / sum(SHARES)) for host_id, weight in hosts)
    return Figure("booking", "robin_share_error", round(error, 4), "of all", bound="<= 0.02")


def _book(page: SchedulingPage, slot: int, number: int) -> Booking:
    """As a request of its own reads the page."""
    page = SchedulingPage.objects.get(pk=page.pk)
    request = request_make(slot_of(slot), f"guest{number}.{slot}@example.com")
    return booking_create(actor=visitor(page), page=page, request=request)
