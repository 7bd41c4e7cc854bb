"""The selector: what is read, what it means for a page, and how many queries it takes."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from calendars.choices import BookingState, CalendarAccess, PageState
from calendars.engine.hours import UnknownZone
from calendars.engine.slots import Refusal
from calendars.models import PageHost, SchedulingPage
from calendars.selectors.availability import (
    PageSlots,
    month_range,
    slot_check,
    slots_between,
    slots_for_hosts,
    slots_month,
)
from tests.accounts.factories import MembershipFactory
from tests.calendars.scheduling import (
    MONDAY,
    NOW,
    busy_make,
    calendar_account_make,
    calendar_make,
    other_account_of,
    page_make,
    reservation_make,
)

pytestmark = pytest.mark.django_db
HALF_HOUR = dt.timedelta(minutes=30)
DAY = (int(MONDAY.timestamp()), int((MONDAY + dt.timedelta(days=1)).timestamp()))


def day_of(page: SchedulingPage, duration: dt.timedelta = HALF_HOUR) -> PageSlots:
    page = SchedulingPage.objects.get(pk=page.pk)
    return slots_between(page=page, within=DAY, now=NOW, duration=duration)


def clock(slots: PageSlots) -> list[str]:
    return [f"{dt.datetime.fromtimestamp(start, dt.UTC):%H:%M}" for start in slots.starts]


def check(page: SchedulingPage, start: dt.datetime, duration: dt.timedelta = HALF_HOUR) -> Refusal | None:
    return slot_check(page=SchedulingPage.objects.get(pk=page.pk), start=start, duration=duration, now=NOW)


@pytest.mark.spec("C3")
def test_an_event_of_any_selected_calendar_hides_its_time() -> None:
    page = page_make()
    busy_make(calendar_make(page), MONDAY.replace(hour=9))
    busy_make(calendar_make(page, name="Private"), MONDAY.replace(hour=10), 45)
    busy_make(calendar_make(page, name="Not looked at", is_selected=False), MONDAY.replace(hour=12))
    assert clock(day_of(page))[:4] == ["11:00", "11:30", "12:00", "12:30"]
    assert check(page, MONDAY.replace(hour=10)) is Refusal.BUSY
    assert check(page, MONDAY.replace(hour=12)) is None


@pytest.mark.spec("C4")
def test_a_host_without_a_calendar_offers_the_hours_without_what_is_held() -> None:
    page = page_make()
    reservation_make(page, MONDAY.replace(hour=9), state=BookingState.REQUESTED)
    reservation_make(page, MONDAY.replace(hour=10), state=BookingState.DECLINED)
    slots = day_of(page)
    assert slots.is_offline
    assert clock(slots)[:3] == ["09:30", "10:00", "10:30"]
    assert check(page, MONDAY.replace(hour=9)) is Refusal.BUSY


@pytest.mark.parametrize(
    "trouble",
    [
        {"access": CalendarAccess.LOST},
        {"synced_at": NOW - dt.timedelta(hours=2)},
        {"synced_at": None},
        {"sync_token": ""},
    ],
)
@pytest.mark.spec("C25", "C29")
def test_one_calendar_that_cannot_be_read_hides_every_slot(trouble: dict[str, object]) -> None:
    page = page_make()
    calendar_make(page)
    calendar_make(page, name="Team", **trouble)
    slots = day_of(page)
    assert (slots.starts, slots.is_readable, slots.is_offline) == ([], False, False)
    assert check(page, MONDAY.replace(hour=9)) is Refusal.UNREADABLE


@pytest.mark.spec("C25")
def test_a_connection_that_needs_attention_or_has_no_calendar_yet_is_not_free() -> None:
    page = page_make()
    calendar_account_make(page.account, page.owner, state="needs_attention")
    assert not day_of(page).is_readable
    calendar_make(page)
    assert not day_of(page).is_readable
    fresh = page_make()
    calendar_account_make(fresh.account, fresh.owner)
    assert not day_of(fresh).is_readable


def test_a_paused_page_offers_nothing_and_says_so() -> None:
    page = page_make(state=PageState.PAUSED)
    assert day_of(page).starts == []
    assert check(page, MONDAY.replace(hour=9)) is Refusal.PAUSED


def test_bookings_of_another_page_and_account_of_the_same_host_are_in_the_way_with_their_buffers() -> None:
    page = page_make()
    elsewhere = page_make(membership=other_account_of(page.owner), buffer_before=30, buffer_after=60)
    reservation_make(elsewhere, MONDAY.replace(hour=11), 60)
    assert [start for start in clock(day_of(page)) if "09:30" <= start <= "13:30"] == [
        "09:30",
        "10:00",
        "13:00",
        "13:30",
    ]


def test_limits_count_the_bookings_of_the_page_alone() -> None:
    page = page_make(limit_day=2, limit_week=3)
    other = page_make(membership=page.owner.memberships.get())
    for hour in (9, 10, 11):
        reservation_make(other, MONDAY.replace(hour=hour))
    reservation_make(page, MONDAY.replace(hour=13))
    assert clock(day_of(page))[0] == "09:30"
    reservation_make(page, MONDAY.replace(hour=14))
    assert day_of(page).starts == []
    assert check(page, MONDAY.replace(hour=15)) is Refusal.LIMIT_DAY
    reservation_make(page, MONDAY.replace(hour=9) + dt.timedelta(days=3))
    assert check(page, MONDAY.replace(hour=15) + dt.timedelta(days=1)) is Refusal.LIMIT_WEEK


@pytest.mark.spec("C29")
def test_the_check_of_a_slot_agrees_with_the_month_on_every_quarter_of_an_hour() -> None:
    page = page_make(durations=[30, 60], buffer_after=15, step=15, limit_day=3, minimum_notice=180, rolling_days=4)
    calendar = calendar_make(page)
    for hour, minutes in ((9, 20), (11, 90), (16, 10)):
        busy_make(calendar, MONDAY.replace(hour=hour, minute=10), minutes)
    for day in (1, 1, 1, 2):
        count = page.bookings.count()
        reservation_make(page, MONDAY.replace(hour=9 + count) + dt.timedelta(days=day))
    within = (DAY[0] - 86400, DAY[0] + 8 * 86400)
    for minutes in (30, 60):
        duration = dt.timedelta(minutes=minutes)
        offered = slots_between(page=page, within=within, now=NOW, duration=duration).starts
        asked = range(within[0], within[1], 900)
        accepted = [
            start
            for start in asked
            if slot_check(page=page, start=dt.datetime.fromtimestamp(start, dt.UTC), duration=duration, now=NOW) is None
        ]
        assert accepted == offered
        assert offered


@pytest.mark.parametrize(
    ("start", "refusal"),
    [
        (dt.datetime(1, 1, 2, tzinfo=dt.UTC), Refusal.TOO_SOON),
        (dt.datetime(9999, 12, 31, tzinfo=dt.UTC), Refusal.TOO_FAR),
        (MONDAY.replace(hour=9, microsecond=1), Refusal.STEP),
        (MONDAY.replace(hour=9, minute=1), Refusal.STEP),
        (MONDAY.replace(hour=4), Refusal.HOURS),
    ],
)
def test_any_moment_can_be_asked_for(start: dt.datetime, refusal: Refusal) -> None:
    assert check(page_make(), start) is refusal


def test_a_length_that_the_page_does_not_offer_is_refused() -> None:
    page = page_make()
    assert check(page, MONDAY.replace(hour=9), dt.timedelta(minutes=45)) is Refusal.DURATION
    assert day_of(page, dt.timedelta(minutes=45)).starts == []


def test_a_month_is_that_of_the_zone_asked_for() -> None:
    page = page_make(weekly_hours={str(day): [["00:00", "24:00"]] for day in range(7)}, rolling_days=90)
    month = slots_month(page=page, month=dt.date(2026, 12, 1), now=NOW, duration=HALF_HOUR, time_zone="Asia/Tokyo")
    assert month.starts[0] == int(dt.datetime(2026, 11, 30, 15, tzinfo=dt.UTC).timestamp())
    assert month.starts[-1] == int(dt.datetime(2026, 12, 31, 14, 30, tzinfo=dt.UTC).timestamp())
    with pytest.raises(UnknownZone):
        month_range(dt.date(2026, 12, 1), "Mars/Olympus")


def test_a_month_outside_the_window_is_empty_but_still_says_how_the_host_is() -> None:
    page = page_make()
    past = slots_month(page=page, month=dt.date(2025, 1, 1), now=NOW, duration=HALF_HOUR)
    assert past == PageSlots([], is_offline=True, is_readable=True)


@pytest.mark.parametrize("count", [1, 12])
def test_one_query_answers_for_any_number_of_hosts(count: int) -> None:
    page = page_make(limit_day=5)
    for _ in range(count - 1):
        PageHost.objects.create(account=page.account, page=page, user=MembershipFactory(account=page.account).user)
    busy_make(calendar_make(page), MONDAY.replace(hour=9))
    hosts = [host.user_id for host in page.hosts.all()]
    with CaptureQueriesContext(
        connection,
    ) as queries:
        slots = slots_for_hosts(page=page, host_ids=hosts, within=DAY, now=NOW, duration=HALF_HOUR)
    assert len(queries) == 1
    assert len(slots) == count
    assert len(slots[page.owner_id].starts) == 14
