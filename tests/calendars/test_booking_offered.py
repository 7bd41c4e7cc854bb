"""What is offered can be booked, and what is not offered cannot (C29): the month's list against the booking service."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calendars.choices import ChangedBy
from calendars.exceptions import SlotTaken
from calendars.models import Booking, BusyInterval, Calendar, SchedulingPage
from calendars.providers.protocol import Interval
from calendars.selectors.availability import slots_between
from calendars.services.booking_changes import booking_move
from tests.calendars.booking import book, page_make, slot, visitor
from tests.calendars.memory import MEMORY, memory_reset

pytestmark = pytest.mark.django_db
QUARTER = dt.timedelta(minutes=15)
QUARTERS = 3 * 24 * 4
ZONES = ["UTC", "Europe/Warsaw", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe"]

windows = st.lists(
    st.tuples(st.integers(0, 95), st.integers(1, 40)).map(lambda w: [clock(w[0]), clock(w[0] + w[1])]), max_size=3
)
spans = st.lists(st.tuples(st.integers(0, QUARTERS), st.integers(1, 16)), max_size=5)


def clock(quarter: int) -> str:
    return f"{quarter % 96 // 4:02}:{quarter % 4 * 15:02}"


def span_of(span: tuple[int, int]) -> Interval:
    return Interval(slot() + span[0] * QUARTER, slot() + (span[0] + span[1]) * QUARTER)


@pytest.mark.spec("C29", "C24", "C23")
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    hours=st.lists(windows, min_size=7, max_size=7),
    zone=st.sampled_from(ZONES),
    step=st.sampled_from([15, 20, 30, 60]),
    duration=st.sampled_from([15, 30, 45, 90]),
    buffers=st.tuples(st.sampled_from([0, 5, 30]), st.sampled_from([0, 10, 60])),
    limit=st.sampled_from([None, 1, 2]),
    busy=spans,
    booked=st.lists(st.integers(0, 400), max_size=2),
    tried=st.lists(st.integers(0, QUARTERS), min_size=4, max_size=4),
    data=st.data(),
)
def test_every_offered_slot_can_be_booked_and_no_other(
    hours: list[list[list[str]]],
    zone: str,
    step: int,
    duration: int,
    buffers: tuple[int, int],
    limit: int | None,
    busy: list[tuple[int, int]],
    booked: list[int],
    tried: list[int],
    data: st.DataObject,
) -> None:
    memory_reset()
    with transaction.atomic():
        page = page_make(
            weekly_hours={str(day): windows for day, windows in enumerate(hours)},
            time_zone=zone,
            step=step,
            durations=[duration],
            buffer_before=buffers[0],
            buffer_after=buffers[1],
            limit_day=limit,
        )
        _busy_write(page, [span_of(span) for span in busy])
        for number in booked:
            starts = offered(page, duration)
            if starts:
                book(page, starts[number % len(starts)], duration_minutes=duration)
        starts = offered(page, duration)
        if starts:
            chosen = data.draw(st.lists(st.sampled_from(starts), min_size=1, max_size=3))
            for start in chosen:
                assert _bookable(page, start, duration), start
        for quarter in tried:
            start = slot() + quarter * QUARTER
            assert _bookable(page, start, duration) == (start in starts), start
        _moves_agree(page, duration, tried)
        transaction.set_rollback(True)


def _moves_agree(page: SchedulingPage, duration: int, tried: list[int]) -> None:
    """The same for a booking of the page that is moved: its own time, event and place are not in its way (C23)."""
    booking = Booking.objects.filter(page=page).order_by("id").first()
    if booking is None:
        return
    calendar = Calendar.objects.get(account=page.account)
    busy = MEMORY.busy[calendar.remote_id]
    assert isinstance(busy, list)
    MEMORY.busy[calendar.remote_id] = [*busy, Interval(booking.starts_at, booking.ends_at)]
    BusyInterval.objects.create(
        account=page.account,
        calendar=calendar,
        remote_id=booking.event_id,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
    )
    starts = offered(page, duration, booking)
    for start in starts[::7] + [slot() + quarter * QUARTER for quarter in tried]:
        if start != booking.starts_at:
            assert _movable(booking, start) == (start in starts), start


def offered(page: SchedulingPage, duration: int, moving: Booking | None = None) -> list[dt.datetime]:
    within = int(slot().timestamp()), int((slot() + QUARTERS * QUARTER).timestamp()) + 1
    found = slots_between(
        page=SchedulingPage.objects.get(pk=page.pk),
        within=within,
        now=dt.datetime.now(dt.UTC),
        duration=dt.timedelta(minutes=duration),
        moving=moving,
    )
    return [dt.datetime.fromtimestamp(start, dt.UTC) for start in found.starts]


def _bookable(page: SchedulingPage, start: dt.datetime, duration: int) -> bool:
    """Book, see whether it went, and take it back."""
    with transaction.atomic():
        try:
            with transaction.atomic():
                book(page, start, duration_minutes=duration)
        except SlotTaken:
            return False
        transaction.set_rollback(True)
        return True


def _movable(booking: Booking, start: dt.datetime) -> bool:
    """Move, see whether it went, and take it back."""
    found = Booking.objects.select_related("page__owner", "page__account").get(pk=booking.pk)
    with transaction.atomic():
        try:
            with transaction.atomic():
                booking_move(actor=visitor(booking.page), booking=found, starts_at=start, by=ChangedBy.GUEST)
        except SlotTaken:
            return False
        transaction.set_rollback(True)
        return True


def _busy_write(page: SchedulingPage, intervals: list[Interval]) -> None:
    """The provider and our store say the same."""
    calendar = Calendar.objects.get(account=page.account)
    MEMORY.busy[calendar.remote_id] = list(intervals)
    rows: list[Any] = [
        BusyInterval(
            account=page.account,
            calendar=calendar,
            remote_id=f"e{number}",
            starts_at=interval.starts_at,
            ends_at=interval.ends_at,
        )
        for number, interval in enumerate(intervals)
    ]
    BusyInterval.objects.bulk_create(rows)
