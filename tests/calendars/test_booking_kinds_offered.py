"""What pages of several hosts offer can be booked, and what they do not offer cannot (C29)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calendars.choices import BookingState, CalendarAccess, ChangedBy, PageKind
from calendars.exceptions import HostUnavailable, SlotTaken
from calendars.models import Booking, BusyInterval, Calendar, PageHost, SchedulingPage
from calendars.providers.protocol import Interval
from calendars.selectors.availability import slots_between
from calendars.services.booking_changes import booking_move
from tests.calendars.booking import HALF_HOUR, book, slot, visitor
from tests.calendars.kinds import kind_make
from tests.calendars.memory import MEMORY, memory_reset

pytestmark = pytest.mark.django_db
STEPS = 24
spans = st.lists(st.tuples(st.integers(0, STEPS * 2), st.integers(1, 8)), max_size=4)
hosts_drawn = st.lists(
    st.fixed_dictionaries({"busy": spans, "trouble": st.sampled_from(["", "", "", "", "lost", "offline", "left"])}),
    min_size=2,
    max_size=4,
)


@pytest.mark.spec("C29", "C18", "C25", "C23")
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    kind=st.sampled_from([PageKind.GROUP, PageKind.ROUND_ROBIN]),
    hosts=hosts_drawn,
    buffers=st.tuples(st.sampled_from([0, 15]), st.sampled_from([0, 30])),
    limit=st.sampled_from([None, None, 1, 2]),
    booked=st.lists(st.integers(0, 200), max_size=4),
    tried=st.lists(st.integers(0, STEPS * 2), min_size=6, max_size=6),
)
def test_every_offered_slot_of_several_hosts_can_be_booked_and_no_other(
    kind: PageKind,
    hosts: list[dict[str, Any]],
    buffers: tuple[int, int],
    limit: int | None,
    booked: list[int],
    tried: list[int],
) -> None:
    memory_reset()
    with transaction.atomic():
        before, after = buffers
        page, people = kind_make(
            kind, len(hosts), step=15, buffer_before=before, buffer_after=after, limit_day=limit, rolling_days=3
        )
        for person, drawn in zip(people, hosts, strict=True):
            _host_write(page, Calendar.objects.get(calendar_account__user=person), drawn)
        for number in booked:
            if starts := offered(page):
                book(page, starts[number % len(starts)])
        starts = offered(page)
        for start in [*starts[::5], *(slot() + quarter * HALF_HOUR / 2 for quarter in tried)]:
            assert _bookable(page, start) == (start in starts), start
        _moves_agree(page, tried)
        transaction.set_rollback(True)


def _moves_agree(page: SchedulingPage, tried: list[int]) -> None:
    booking = Booking.objects.filter(page=page, state=BookingState.CONFIRMED).order_by("id").first()
    if booking is None:
        return
    starts = offered(page, booking)
    for start in [*starts[::9], *(slot() + quarter * HALF_HOUR / 2 for quarter in tried)]:
        if start != booking.starts_at:
            assert _movable(booking, start) == (start in starts), start


def _host_write(page: SchedulingPage, calendar: Calendar, drawn: dict[str, Any]) -> None:
    quarter = HALF_HOUR / 2
    intervals = [Interval(slot() + at * quarter, slot() + (at + length) * quarter) for at, length in drawn["busy"]]
    MEMORY.busy[calendar.remote_id] = list(intervals)
    for number, interval in enumerate(intervals):
        BusyInterval.objects.create(
            account=page.account,
            calendar=calendar,
            remote_id=f"e{number}",
            starts_at=interval.starts_at,
            ends_at=interval.ends_at,
        )
    if drawn["trouble"] == "lost":
        Calendar.objects.filter(pk=calendar.pk).update(access=CalendarAccess.LOST)
    elif drawn["trouble"] == "offline":
        calendar.calendar_account.delete()
    elif drawn["trouble"] == "left":
        user = calendar.calendar_account.user
        PageHost.objects.filter(page=page, user=user).update(left_at=timezone.now())


def offered(page: SchedulingPage, moving: Booking | None = None) -> list[dt.datetime]:
    within = int(slot().timestamp()), int((slot() + STEPS * HALF_HOUR).timestamp()) + 1
    found = slots_between(
        page=SchedulingPage.objects.get(pk=page.pk),
        within=within,
        now=dt.datetime.now(dt.UTC),
        duration=HALF_HOUR,
        moving=moving,
    )
    return [dt.datetime.fromtimestamp(start, dt.UTC) for start in found.starts]


def _bookable(page: SchedulingPage, start: dt.datetime) -> bool:
    """Book, see whether it went, and take it back."""
    with transaction.atomic():
        try:
            with transaction.atomic():
                book(page, start)
        except (SlotTaken, HostUnavailable):
            return False
        transaction.set_rollback(True)
        return True


def _movable(booking: Booking, start: dt.datetime) -> bool:
    found = Booking.objects.select_related("page__owner", "page__account").get(pk=booking.pk)
    with transaction.atomic():
        try:
            with transaction.atomic():
                booking_move(actor=visitor(booking.page), booking=found, starts_at=start, by=ChangedBy.GUEST)
        except SlotTaken:
            return False
        transaction.set_rollback(True)
        return True
