"""What people do in Google's own calendar reaches the public page of the running stack, whatever becomes of pushes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from sandbox.testing import Control
from tests.stack.fixture import Stack, wait_until
from tests.stack.visitors import VisitedPage, control, page_make

pytestmark = pytest.mark.spec("C7", "C20")

SECONDS = 30
STALE = "update calendars_calendar set tried_at = tried_at - interval '6 minutes' where tried_at is not null"
POLL_NOW = "from calendars.tasks import poll; poll.delay()"
"""What beat sends once a minute."""


@pytest.fixture(scope="module")
def page(stack: Stack) -> VisitedPage:
    """Open day and night; each test has a day of its own."""
    return page_make(stack, "pushed")


@pytest.fixture(scope="module")
def days() -> Iterator[dt.date]:
    """Days that no other test uses."""
    first = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=30)
    return (first + dt.timedelta(days=number) for number in range(10))


@pytest.fixture
def day(days: Iterator[dt.date]) -> dt.date:
    """The test's own day."""
    return next(days)


@pytest.fixture
def google(stack: Stack) -> Iterator[Control]:
    """Google; its pushes arrive again after the test."""
    other_side = control(stack)
    wait_until(lambda: other_side.google.state()["channels"], what="a push channel")
    yield other_side
    other_side.google.push_pause(False)


def test_an_event_made_in_google_blocks_its_time_within_seconds_and_its_end_frees_it(
    stack: Stack, page: VisitedPage, day: dt.date, google: Control
) -> None:
    taken, event_id = make_event(stack, page, day, google)
    wait_blocked(page, day, taken)
    google.google.event_delete(calendar=calendar_of(stack), id=event_id)
    wait_until(lambda: taken in page.free(day), seconds=SECONDS, what="the time to be free again")


def test_an_event_that_is_moved_takes_its_busy_time_along(
    stack: Stack, page: VisitedPage, day: dt.date, google: Control
) -> None:
    taken, event_id = make_event(stack, page, day, google)
    wait_blocked(page, day, taken)
    later = page.free(day)[-1]
    google.google.event_move(calendar=calendar_of(stack), id=event_id, start=later)
    wait_blocked(page, day, later)
    assert taken in page.free(day)


def test_pushes_that_come_three_times_change_nothing(
    stack: Stack, page: VisitedPage, day: dt.date, google: Control
) -> None:
    taken, _ = make_event(stack, page, day, google)
    wait_blocked(page, day, taken)
    free = page.free(day)
    google.google.push_replay(times=3)
    wait_until(lambda: not jobs_open(stack), seconds=SECONDS, what="the pushes to be worked off")
    assert page.free(day) == free


def test_a_push_that_was_lost_is_made_good_by_the_poll(
    stack: Stack, page: VisitedPage, day: dt.date, google: Control
) -> None:
    google.google.push_pause()
    taken, _ = make_event(stack, page, day, google)
    assert taken in page.free(day), "nothing told of it"
    stack.sql(STALE)
    stack.manage("shell", "-c", POLL_NOW)
    wait_blocked(page, day, taken)


def calendar_of(stack: Stack) -> str:
    return str(stack.demo["google"]["account"])


def make_event(stack: Stack, page: VisitedPage, day: dt.date, google: Control) -> tuple[str, str]:
    """Half an hour at a free time of the day: its start, and the event's id."""
    start = page.free(day)[6]
    end = dt.datetime.fromisoformat(start) + dt.timedelta(minutes=30)
    event = google.google.event_create(calendar=calendar_of(stack), summary="Dentist", start=start, end=end.isoformat())
    return start, str(event["id"])


def wait_blocked(page: VisitedPage, day: dt.date, start: str) -> None:
    wait_until(lambda: start not in page.free(day), seconds=SECONDS, what=f"{start} to be taken")


def jobs_open(stack: Stack) -> int:
    query = "select count(*) from calendars_calendarjob where kind = 'calendar.sync' and state in ('queued', 'running')"
    return int(stack.sql(query)[0][0])
