"""Many visitors at once, on real connections: one gets the slot, the others are told, and nothing else happens."""

from __future__ import annotations

import collections
from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from calendars.choices import BookingState
from calendars.exceptions import RequestAnswered, SlotTaken
from calendars.models import Booking, CalendarJob, Reservation, SchedulingPage
from calendars.services.booking_requests import request_confirm, request_decline
from crm.choices import ObjectType
from crm.models import Record
from tests.accounts.factories import actor_of
from tests.calendars.booking import HALF_HOUR, account_make, at_once, book, page_make, slot
from tests.calendars.memory import memory_reset

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _memory() -> None:
    memory_reset()


def visitors(page: SchedulingPage, count: int) -> list[Callable[[], Booking]]:
    return [lambda n=number: book(page, email=f"guest{n}@example.com") for number in range(count)]  # type: ignore[misc]


@pytest.mark.spec("C22")
@pytest.mark.parametrize("count", [2, 200])
def test_of_many_visitors_on_one_slot_exactly_one_is_booked(count: int) -> None:
    page = page_make()
    results = at_once(visitors(page, count))
    kinds = collections.Counter(type(result).__name__ for result in results)
    assert kinds == {"Booking": 1, "SlotTaken": count - 1}, [r for r in results if not isinstance(r, SlotTaken)]
    assert Booking.objects.count() == Reservation.objects.count() == 1
    assert Record.objects.filter(object_type=ObjectType.CONTACT).count() == 1
    assert CalendarJob.objects.filter(kind="booking.event_create").count() == 1


@pytest.mark.spec("C22")
def test_visitors_of_two_pages_of_one_host_do_not_meet() -> None:
    account = account_make()
    one, two = page_make(account), page_make(account)
    results = at_once([*visitors(one, 10), *visitors(two, 10)])
    assert sum(isinstance(result, Booking) for result in results) == 1
    assert sum(isinstance(result, SlotTaken) for result in results) == 19


@pytest.mark.spec("C22")
def test_different_slots_are_all_booked_by_one_guest_who_becomes_one_contact() -> None:
    page = page_make()
    results = at_once([lambda n=number: book(page, slot(n)) for number in range(20)])  # type: ignore[misc]
    assert all(isinstance(result, Booking) for result in results), results
    assert Record.objects.filter(object_type=ObjectType.CONTACT).count() == 1
    assert len({result.contact_id for result in results}) == 1


@pytest.mark.spec("C21")
def test_a_submission_that_races_itself_is_one_booking() -> None:
    page = page_make()
    results = at_once([lambda: book(page, idempotency_key="same")] * 12)
    assert all(isinstance(result, Booking) for result in results), results
    assert len({result.pk for result in results}) == 1


@pytest.mark.spec("C22")
def test_the_database_itself_refuses_a_second_reservation_of_the_same_time() -> None:
    page = page_make()
    booking = book(page)
    during = DateTimeTZRange(booking.starts_at + HALF_HOUR / 2, booking.ends_at + HALF_HOUR)
    with pytest.raises(IntegrityError, match="reservation_no_overlap"), transaction.atomic():
        Reservation.objects.create(account=page.account, booking=booking, host=page.owner, during=during)


@pytest.mark.spec("C22")
def test_a_reservation_that_no_lock_announced_is_a_taken_slot_and_not_a_crash() -> None:
    """Rows written by hand are seen by the check; a row committed between check and insert is met by the constraint."""
    page = page_make()
    other = Booking.objects.get(pk=book(page, slot(4)).pk)

    def by_hand() -> str:
        during = DateTimeTZRange(slot(0), slot(1))
        try:
            with transaction.atomic():
                Reservation.objects.create(account=page.account, booking=other, host=page.owner, during=during)
        except IntegrityError:
            return "refused"
        return "written"

    for _ in range(10):
        Reservation.objects.filter(during__startswith=slot(0)).delete()
        Booking.objects.filter(starts_at=slot(0)).delete()
        booked, written = at_once([lambda: book(page, slot(0)), by_hand])
        assert isinstance(booked, (Booking, SlotTaken)), booked
        assert isinstance(booked, Booking) != (written == "written")


@pytest.mark.spec("C4")
def test_a_request_answered_twice_at_once_has_one_answer() -> None:
    page = page_make(connected=False)
    booking = book(page)
    actor = actor_of(page.account.memberships.get())
    yes, no = at_once(
        [
            lambda: request_confirm(actor=actor, booking_id=booking.pk),
            lambda: request_decline(actor=actor, booking_id=booking.pk),
        ]
    )
    assert [type(yes), type(no)].count(RequestAnswered) == 1
    booking.refresh_from_db()
    assert booking.state in {BookingState.CONFIRMED, BookingState.DECLINED}
    assert Reservation.objects.get().active == (booking.state == BookingState.CONFIRMED)
