"""Bookings on the running stack while its parts die: what was accepted has one event and its e-mails in the end."""

from __future__ import annotations

import datetime as dt
import os
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pytest

from sandbox.testing import Control
from tests.stack.fixture import Stack, wait_until
from tests.stack.visitors import (
    ACCEPTED,
    ACCEPTED_BY_API,
    TAKEN,
    VisitedPage,
    Wish,
    control,
    events_by_guest,
    page_make,
    records,
    wait_for_all,
)

pytestmark = pytest.mark.spec("C21", "C22")

SLUG = "night-and-day"
T = TypeVar("T")
EVENTS = "/events$"
MINUTE = 60
PATIENCE = 10
"""Seconds, on a machine that has a lot else to do."""
LEASED = ("calendars_calendarjob", "accounts_outgoingemail")


@pytest.fixture(scope="module")
def page(stack: Stack) -> VisitedPage:
    """Open day and night, so that each test has a day of its own."""
    return page_make(stack, SLUG)


@pytest.fixture(scope="module")
def days() -> Iterator[dt.date]:
    """Days far enough from now that nothing else is on them."""
    first = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=40)
    return (first + dt.timedelta(days=number) for number in range(18))


@pytest.fixture
def day(days: Iterator[dt.date]) -> dt.date:
    """The test's own day."""
    return next(days)


@pytest.fixture
def wishes(page: VisitedPage, day: dt.date) -> list[Wish]:
    """A dozen visitors who want the free times of one day, one each."""
    return [Wish.of(start) for start in page.free(day)[:12]]


@pytest.fixture
def google(stack: Stack) -> Iterator[Control]:
    """Google and the mail host, well again after the test."""
    other_side = control(stack)
    yield other_side
    other_side.clear()
    other_side.google.push_pause(False)


def test_redis_stopped_for_a_minute_in_the_middle_of_bookings_loses_none_of_them(
    stack: Stack, page: VisitedPage, day: dt.date
) -> None:
    wishes = [Wish.of(start) for start in page.free(day)[:20]]
    before, during, after = wishes[:4], wishes[4:16], wishes[16:]
    assert {answer.status for answer in page.book_all(before)} == {ACCEPTED}
    with stack.stopped("redis"):
        over = time.monotonic() + MINUTE
        for number, wish in enumerate(during):
            look_without_redis(stack, page, day)
            send, accepted = ((page.book, ACCEPTED), (page.book_by_api, ACCEPTED_BY_API))[number % 2]
            assert timed(lambda: send(wish)).status == accepted  # noqa: B023 - called here
            time.sleep(max(0, over - time.monotonic()) / (len(during) - number))
        assert time.monotonic() >= over
    assert {answer.status for answer in page.book_all(after)} == {ACCEPTED}
    wait_for_all(stack, wishes)
    assert records(stack, wishes) == {wish.email: (1, 1, 1) for wish in wishes}


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_postgresql_restarted_in_the_middle_of_bookings_and_jobs_and_each_is_made_once(
    stack: Stack, page: VisitedPage, wishes: list[Wish], google: Control, how: signal.Signals
) -> None:
    google.fault(provider="google", path=EVENTS, method="POST", delay=3, times=9)
    with ThreadPoolExecutor(4) as visitors:
        sent = [visitors.submit(page.book_until_answered, wish) for wish in wishes]
        wait_until(lambda: _was_met(google), every=0.01, what="a job under way")
        pid = stack.pids()["postgres"]
        os.kill(pid, how)
        google.clear()
        wait_until(lambda: stack.health()[0] != 200, every=0.02, what="healthz to notice")
        stack.wait_restarted("postgres", pid)
        answers = [one.result() for one in sent]
    assert [answer.status for answer in answers] == [ACCEPTED] * len(wishes)
    stack.wait_healthy()
    leases_end(stack)
    wait_for_all(stack, wishes)


def test_workers_killed_before_google_is_asked_leave_one_event_each(
    stack: Stack, page: VisitedPage, wishes: list[Wish], google: Control
) -> None:
    google.fault(provider="google", path=EVENTS, method="POST", delay=20, disconnect=True, times=9)
    answers = page.book_all(wishes)
    wait_until(lambda: _was_met(google), what="a request to Google")
    stack.kill("worker")
    google.clear()
    assert [answer.status for answer in answers] == [ACCEPTED] * len(wishes)
    stack.wait_healthy()
    leases_end(stack)
    wait_for_all(stack, wishes)


def test_workers_killed_after_google_made_the_event_but_before_its_answer_leave_one_event_each(
    stack: Stack, page: VisitedPage, wishes: list[Wish], google: Control
) -> None:
    google.fault(provider="google", path=EVENTS, method="POST", delay=20, disconnect=True, after=True, times=9)
    answers = page.book_all(wishes)
    guests = {wish.email for wish in wishes}
    wait_until(lambda: guests & set(events_by_guest(stack)), what="the first event")
    stack.kill("worker")
    google.clear()
    assert [answer.status for answer in answers] == [ACCEPTED] * len(wishes)
    stack.wait_healthy()
    leases_end(stack)
    wait_for_all(stack, wishes)


def test_an_answer_of_google_that_gets_lost_does_not_double_the_event(
    stack: Stack, page: VisitedPage, wishes: list[Wish], google: Control
) -> None:
    google.fault(provider="google", path=EVENTS, method="POST", disconnect=True, after=True, times=3)
    answers = page.book_all(wishes[:3])
    assert [answer.status for answer in answers] == [ACCEPTED] * 3
    wait_for_all(stack, wishes[:3])


def test_google_unwell_for_a_while_delays_events_and_loses_none(
    stack: Stack, page: VisitedPage, wishes: list[Wish], google: Control
) -> None:
    for fault in ({"status": 503}, {"status": 429, "retry_after": 1}, {"status": 403, "reason": "rateLimitExceeded"}):
        google.fault(provider="google", path=EVENTS, method="POST", **fault)
    answers = page.book_all(wishes[:4])
    assert [answer.status for answer in answers] == [ACCEPTED] * 4
    wait_for_all(stack, wishes[:4])


def test_the_mail_host_unwell_for_a_while_delays_e_mails_and_loses_none(
    stack: Stack, page: VisitedPage, wishes: list[Wish], google: Control
) -> None:
    google.fault(provider="mail", path=wishes[0].email, method="DATA", status=451)
    assert page.book(wishes[0]).status == ACCEPTED
    wait_for_all(stack, wishes[:1])


def test_a_killed_publisher_numbers_what_was_written_meanwhile(
    stack: Stack, page: VisitedPage, wishes: list[Wish]
) -> None:
    before = _published(stack)
    with stack.stopped("publisher"):
        assert page.book(wishes[0]).status == ACCEPTED
        assert _unpublished(stack) > 0
    wait_until(lambda: _unpublished(stack) == 0, what="the events to be published")
    stack.kill("publisher")
    assert page.book(wishes[1]).status == ACCEPTED
    wait_until(lambda: _unpublished(stack) == 0, what="the events after the kill to be published")
    assert _published(stack) > before
    stack.wait_healthy()


@pytest.mark.parametrize("name", ["beat", "background"])
def test_a_killed_process_that_no_visitor_waits_for_loses_no_booking(
    stack: Stack, page: VisitedPage, wishes: list[Wish], name: str
) -> None:
    stack.kill(name)
    assert [answer.status for answer in page.book_all(wishes[:3])] == [ACCEPTED] * 3
    wait_for_all(stack, wishes[:3])
    stack.wait_healthy()


def test_a_killed_web_server_loses_no_accepted_booking(stack: Stack, page: VisitedPage, wishes: list[Wish]) -> None:
    with ThreadPoolExecutor(4) as visitors:
        sent = [visitors.submit(page.book_until_answered, wish) for wish in wishes]
        wait_until(lambda: any(one.done() for one in sent), every=0.01, what="the first booking")
        stack.restart("web")
        assert {one.result().status for one in sent} == {ACCEPTED}
    stack.wait_healthy()
    wait_for_all(stack, wishes)


def test_the_supervisor_killed_and_started_again_in_the_middle_of_bookings_and_each_is_made_once(
    stack: Stack, page: VisitedPage, wishes: list[Wish]
) -> None:
    assert stack.up is not None
    with ThreadPoolExecutor(4) as visitors:
        sent = [visitors.submit(page.book_until_answered, wish) for wish in wishes]
        wait_until(lambda: any(one.done() for one in sent), every=0.01, what="the first booking")
        stack.up.kill()
        stack.up.wait()
        stack.start()
        assert {one.result().status for one in sent} == {ACCEPTED}
    stack.wait_healthy()
    leases_end(stack)
    wait_for_all(stack, wishes)
    assert records(stack, wishes) == {wish.email: (1, 1, 1) for wish in wishes}


def test_forty_visitors_at_once_on_one_slot_are_one_booking(stack: Stack, page: VisitedPage, day: dt.date) -> None:
    wanted = [Wish.of(page.free(day)[0]) for _ in range(40)]
    answers = page.book_all(wanted, threads=20)
    assert sorted({answer.status for answer in answers}) == [ACCEPTED, TAKEN]
    winners = [wish for wish, answer in zip(wanted, answers, strict=True) if answer.status == ACCEPTED]
    assert len(winners) == 1
    wait_for_all(stack, winners)


def look_without_redis(stack: Stack, page: VisitedPage, day: dt.date) -> None:
    """Pages are there, and /healthz says what is missing."""
    assert timed(lambda: stack.get("/accounts/login/"))[0] == 200
    assert timed(lambda: page.free(day))
    status, health = timed(stack.health)
    assert status == 503
    assert set(health["parts"].values()) == {"Redis does not answer"}


def timed(call: Callable[[], T]) -> T:
    """Its answer, which has to come in a time that a person would wait."""
    began = time.monotonic()
    answer = call()
    assert time.monotonic() - began < PATIENCE
    return answer


def leases_end(stack: Stack) -> None:
    """What time does in 90 seconds: a job whose worker or database was lost in the middle may be claimed again."""
    for table in LEASED:
        stack.sql(f"update {table} set lease_until = clock_timestamp() where state = 'running'")


def _was_met(google: Control) -> bool:
    """Whether the ordered fault has met a request; order it for more of them, for it is forgotten with its last."""
    return any(fault["hits"] for fault in google.state()["faults"])


def _published(stack: Stack) -> int:
    return int(stack.sql("select coalesce(max(seq), 0) from crm_event")[0][0])


def _unpublished(stack: Stack) -> int:
    return int(stack.sql("select count(*) from crm_event where seq is null")[0][0])
