"""A worker killed while it makes an event, at providers that choose the ids of events: one event in the end (C21)."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import OutgoingEmail
from calendars.choices import CalendarWrite
from calendars.models import Booking, CalendarJob, Reservation, SchedulingPage
from hubclone.lib.jobs.choices import JobState
from hubclone.lib.jobs.services import run_jobs
from tests.calendars.booking import account_make, book, page_make
from tests.calendars.provider_bookings import GUEST, fresh
from tests.calendars.sides import CREATE, Side, side
from tests.calendars.workers import wait_for, worker_kill, worker_start

__all__ = ["side"]
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.spec("C21"),
    pytest.mark.parametrize("side", ["microsoft", "exchange"], indirect=True),
]
STAY_SECONDS = 8.0


@pytest.fixture
def page(side: Side) -> SchedulingPage:
    """A page whose owner has connected the provider; everything is synced."""
    account = account_make()
    side.connect_only(account.memberships.select_related("user").get())
    run_jobs()
    return page_make(account, connected=False)


def _lease_ends() -> None:
    """What 90 seconds do."""
    CalendarJob.objects.filter(state=JobState.RUNNING).update(lease_until="2020-01-01T00:00:00Z")


@pytest.mark.parametrize("made", [False, True], ids=["before the event", "after the event, before the answer"])
def test_a_worker_killed_while_it_makes_an_event_leaves_one_event_and_one_booking(
    side: Side, page: SchedulingPage, made: bool
) -> None:
    booking = book(page)
    how: dict[str, Any] = {"after": True} if made else {"disconnect": True}
    side.fault(CREATE, delay=STAY_SECONDS, times=9, **how)
    worker = worker_start()
    wait_for(lambda: any(fault["hits"] for fault in side.control.state("faults")["faults"]))
    wait_for(lambda: len(side.events()) == int(made))
    worker_kill(worker)
    side.control.clear()
    assert len(side.events()) == int(made)
    run_jobs()
    assert fresh(booking).calendar_write == CalendarWrite.PENDING, "the lease holds others off"
    _lease_ends()
    run_jobs()
    written = fresh(booking)
    assert (written.calendar_write, [written.event_id]) == (CalendarWrite.WRITTEN, side.events())
    assert (Booking.objects.count(), Reservation.objects.filter(active=True).count()) == (1, 1)
    assert len(side.stand_in.state()["invitations"]) == 1, "the provider has told the guest once"
    assert OutgoingEmail.objects.filter(to=GUEST).count() == 1
