"""Many visitors at once on pages of several hosts: nobody is booked twice, and the turns stay fair (C18, C22)."""

from __future__ import annotations

import collections
from collections.abc import Callable

import pytest

from calendars.choices import BookingState
from calendars.exceptions import SlotTaken
from calendars.models import Booking, Reservation, SchedulingPage
from tests.calendars.booking import account_make, at_once, book, page_make, slot
from tests.calendars.kinds import group_make, host_make, robin_make
from tests.calendars.memory import MEMORY, memory_reset

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.spec("C22", "C18")]
THREADS = 64


@pytest.fixture(autouse=True)
def _memory() -> None:
    memory_reset()


def visitors(page: SchedulingPage, count: int, slots: int = 1) -> list[Callable[[], Booking]]:
    return [
        lambda n=number: book(page, slot(n % slots), email=f"guest{n}@example.com")  # type: ignore[misc]
        for number in range(count)
    ]


def kinds_of(results: list[object]) -> dict[str, int]:
    return dict(collections.Counter(type(result).__name__ for result in results))


def no_host_is_booked_twice() -> bool:
    taken = list(Reservation.objects.filter(active=True).values_list("host_id", "during"))
    return len(taken) == len(set(taken))


def test_of_64_visitors_on_one_slot_of_a_group_one_is_booked_with_every_host() -> None:
    page, hosts = group_make(3)
    results = at_once(visitors(page, THREADS))
    assert kinds_of(results) == {"Booking": 1, "SlotTaken": THREADS - 1}
    assert set(Reservation.objects.values_list("host_id", flat=True)) == {user.pk for user in hosts}
    assert Reservation.objects.count() == len(hosts)


def test_of_64_visitors_on_one_slot_of_a_round_robin_each_host_gets_one() -> None:
    page, hosts = robin_make(5)
    results = at_once(visitors(page, THREADS))
    assert kinds_of(results) == {"Booking": 5, "SlotTaken": THREADS - 5}
    taken = Reservation.objects.filter(active=True).values_list("host_id", flat=True)
    assert sorted(taken) == sorted(user.pk for user in hosts)


@pytest.mark.spec("C4")
@pytest.mark.parametrize("kind", ["personal", "group", "robin"])
def test_of_64_visitors_on_one_slot_of_an_offline_page_the_time_is_held_once_for_each_host(kind: str) -> None:
    if kind == "personal":
        page, held = page_make(connected=False), 1
    else:
        page, _hosts = (group_make if kind == "group" else robin_make)(2, connected=False)
        held = 1 if kind == "group" else 2
    results = at_once(visitors(page, THREADS))
    assert kinds_of(results) == {"Booking": held, "SlotTaken": THREADS - held}
    assert set(Booking.objects.values_list("state", flat=True)) == {BookingState.REQUESTED}
    assert no_host_is_booked_twice()


def test_pages_of_every_kind_that_share_hosts_never_book_one_of_them_twice() -> None:
    account = account_make()
    group, hosts = group_make(2, account=account)
    robin, _owner = robin_make(1, account=account)
    host_make(robin, "Ola Kos")
    own = page_make(account)
    works = [work for page in (group, robin, own) for work in visitors(page, 20, slots=3)]
    results = at_once(works)
    assert not [result for result in results if not isinstance(result, (Booking, SlotTaken))]
    assert no_host_is_booked_twice()
    assert hosts


def test_turns_stay_fair_however_many_come_at_once() -> None:
    page, hosts = robin_make(weights=(2, 1, 1))
    results = at_once([lambda n=number: book(page, slot(n)) for number in range(40)])  # type: ignore[misc]
    assert kinds_of(results) == {"Booking": 40}
    shares = collections.Counter(booking.organiser_id for booking in Booking.objects.all())
    assert [shares[user.pk] for user in hosts] == [20, 10, 10]


def test_a_submission_to_a_round_robin_that_races_itself_is_one_booking() -> None:
    page, _hosts = robin_make(3)
    results = at_once([lambda: book(page, idempotency_key="same")] * 12)
    assert kinds_of(results) == {"Booking": 12}
    assert len({result.pk for result in results}) == Reservation.objects.count() == 1


def test_whoever_is_asked_is_asked_outside_any_lock_and_only_until_one_is_free() -> None:
    page, hosts = robin_make(5)
    for number in range(5):
        book(page, slot(number))
    assert MEMORY.asked == [user.email for user in hosts]
