"""Bookings under load on pages of several hosts, and requests on pages without calendars: nobody is booked or held
twice, and a round robin's meetings are shared out by weight."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from bench.booking_data import page_make
from bench.booking_rush import ATTEMPTS, SLOTS, book, rush
from bench.figures import Figure
from bench.threads import in_threads
from calendars.choices import PageKind
from calendars.models import Booking, SchedulingPage

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
    outcome, doubles = rush(page, _book)
    assert outcome == {"booked": expected, "taken": ATTEMPTS - expected}, outcome
    return Figure("booking", figure, doubles, "bookings", bound="= 0")


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
    return book(SchedulingPage.objects.get(pk=page.pk), slot, number)
