"""A worker killed while it makes or moves an event, at providers that choose its id: one event in the end (C21)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import OutgoingEmail
from calendars.choices import CalendarWrite, ChangedBy
from calendars.models import Booking, CalendarJob, Reservation, SchedulingPage
from calendars.services.booking_changes import booking_move
from hubclone.lib.jobs.choices import JobState
from hubclone.lib.jobs.services import run_jobs
from tests.calendars.booking import book, slot, visitor
from tests.calendars.provider_bookings import GUEST, fresh, sync
from tests.calendars.sides import CREATE, UPDATE, Side
from tests.calendars.workers import wait_for, worker_kill, worker_start

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.spec("C21"),
    pytest.mark.parametrize("side", ["microsoft", "exchange"], indirect=True),
]
STAY_SECONDS = 8.0


def killed_at(side: Side, call: dict[str, dict[str, Any]], until: Callable[[], bool], **how: Any) -> None:
    """A worker begins, comes to ``call``, which takes long, and is killed when ``until`` holds."""
    side.fault(call, delay=STAY_SECONDS, times=9, **how)
    worker = worker_start()
    wait_for(lambda: any(fault["hits"] for fault in side.control.state("faults")["faults"]))
    wait_for(until)
    worker_kill(worker)
    side.control.clear()


def _lease_ends() -> None:
    """What 90 seconds do."""
    CalendarJob.objects.filter(state=JobState.RUNNING).update(lease_until="2020-01-01T00:00:00Z")


@pytest.mark.parametrize("made", [False, True], ids=["before the event", "after the event, before the answer"])
def test_a_worker_killed_while_it_makes_an_event_leaves_one_event_and_one_booking(
    side: Side, page: SchedulingPage, made: bool
) -> None:
    booking = book(page)
    how: dict[str, Any] = {"after": True} if made else {"disconnect": True}
    killed_at(side, CREATE, lambda: len(side.events()) == int(made), **how)
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


@pytest.mark.spec("C23")
def test_a_worker_killed_after_the_event_was_moved_leaves_it_there_and_tells_the_guest_once(
    side: Side, page: SchedulingPage
) -> None:
    booking = book(page)
    run_jobs()
    booking_move(actor=visitor(page), booking=fresh(booking), starts_at=slot(6), by=ChangedBy.GUEST)
    killed_at(side, UPDATE, lambda: side.starts() == [slot(6)], after=True)
    _lease_ends()
    run_jobs()
    sync()
    moved = fresh(booking)
    assert (moved.starts_at, moved.sequence, moved.written_sequence) == (slot(6), 1, 1)
    assert (side.starts(), side.events()) == ([slot(6)], [moved.event_id])
    kinds = [one["kind"] for one in side.stand_in.state(limit=0)["invitations"]]
    assert kinds[1:] == ["update"]
    assert OutgoingEmail.objects.filter(to=GUEST).count() == 2
