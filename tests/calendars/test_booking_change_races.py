"""Two change one booking at once, on real connections: one does, the other is told, and everything agrees (C23)."""

from __future__ import annotations

import pytest

from calendars.choices import BookingState, ChangedBy
from calendars.exceptions import BookingChanged, BookingOver, SlotTaken
from calendars.models import Booking, CalendarJob, Reservation
from calendars.providers.protocol import Interval
from calendars.services.booking_changes import booking_cancel, booking_move, booking_moved_in_calendar
from hubclone.lib.jobs.services import run_jobs
from tests.calendars.booking import at_once, book, page_make, slot, visitor
from tests.calendars.memory import MEMORY, memory_reset

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.spec("C23")]


@pytest.fixture
def booking() -> Booking:
    memory_reset()
    made = book(page_make())
    run_jobs()
    return made


def fresh(booking: Booking) -> Booking:
    return Booking.objects.select_related("page__owner", "page__account").get(pk=booking.pk)


def move(booking: Booking, number: int) -> Booking:
    actor = visitor(booking.page)
    found = fresh(booking)
    return booking_move(actor=actor, booking=found, starts_at=slot(number), by=ChangedBy.GUEST, sequence=0)


def cancel(booking: Booking) -> Booking:
    return booking_cancel(actor=visitor(booking.page), booking=fresh(booking), by=ChangedBy.GUEST, sequence=0)


def agree(booking: Booking) -> None:
    """The booking, its reservation and, after the jobs, its event say the same."""
    run_jobs()
    now, reservation = fresh(booking), Reservation.objects.get(booking=booking)
    assert (reservation.during.lower, reservation.during.upper) == (now.starts_at, now.ends_at)
    assert reservation.active == (now.state == BookingState.CONFIRMED)
    kept = MEMORY.events.get(booking.uid)
    if now.state == BookingState.CANCELLED:
        assert kept is None
    else:
        assert kept is not None
        assert kept.interval == Interval(now.starts_at, now.ends_at)


def test_of_two_cancels_at_once_one_cancels(booking: Booking) -> None:
    results = at_once([lambda: cancel(booking)] * 2)
    assert sorted(type(r).__name__ for r in results) == ["Booking", "BookingChanged"], results
    assert CalendarJob.objects.filter(kind="booking.event_delete").count() == 1
    agree(booking)


def test_of_many_moves_at_once_one_moves(booking: Booking) -> None:
    results = at_once([lambda n=number: move(booking, n) for number in range(2, 10)])  # type: ignore[misc]
    moved = [r for r in results if isinstance(r, Booking)]
    assert len(moved) == 1, results
    assert all(isinstance(r, (Booking, BookingChanged)) for r in results), results
    assert fresh(booking).sequence == 1
    agree(booking)


def test_a_move_against_a_cancel_and_the_calendar(booking: Booking) -> None:
    interval = Interval(slot(8), slot(9))

    def by_calendar() -> str:
        booking_moved_in_calendar(
            actor=visitor(booking.page), booking_id=booking.pk, interval=interval, sequence=0, modified="9"
        )
        return "followed"

    results = at_once([lambda: move(booking, 4), lambda: cancel(booking), by_calendar])
    assert all(isinstance(r, (Booking, BookingChanged, BookingOver, str)) for r in results), results
    if fresh(booking).changed_by != ChangedBy.CALENDAR:
        agree(booking)


@pytest.mark.spec("C22")
def test_two_bookings_moved_to_one_time_and_a_visitor_who_books_it(booking: Booking) -> None:
    other = book(booking.page, slot(1), email="other@example.com")
    run_jobs()
    works = [
        lambda: move(booking, 5),
        lambda: move(other, 5),
        lambda: book(booking.page, slot(5), email="c@example.com"),
    ]
    results = at_once(works)
    assert sum(isinstance(r, Booking) for r in results) == 1, results
    assert sum(isinstance(r, SlotTaken) for r in results) == 2, results
    agree(booking)
    agree(other)
