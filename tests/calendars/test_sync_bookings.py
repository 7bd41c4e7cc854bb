"""What people do with a booking's event in Google becomes of the booking (C8), over real sockets."""

from __future__ import annotations

from typing import Any

import pytest
from django.db.models.functions import Now

from accounts.models import Notification
from calendars.choices import BookingState, CalendarWrite, ChangedBy
from calendars.models import (
    Booking,
    Calendar,
    CalendarAccount,
    CalendarJob,
    LoggedEvent,
    Reservation,
)
from calendars.selectors.busy import hosts_busy_times
from calendars.services.booking_changes import booking_cancel, booking_move
from calendars.services.calendars import calendars_select
from calendars.services.poll import calendars_poll
from hubclone.lib.jobs.choices import JobState
from hubclone.lib.jobs.services import run_jobs
from sandbox.testing import Control
from tests.calendars.booking import book, slot, visitor
from tests.calendars.provider_bookings import GUEST, fresh, mails, sync
from tests.calendars.sides import Side
from tests.calendars.workers import wait_for, worker_kill, worker_start
from tests.connections.google import ANNA

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.spec("C8"),
    pytest.mark.parametrize("side", ["google"], indirect=True),
]


def move_in_google(sandbox: Control, booking: Booking, number: int) -> None:
    start, end = slot(number).isoformat(), slot(number + 1).isoformat()
    sandbox.google.event_move(calendar=ANNA, id=booking.event_id, start=start, end=end)


def test_a_page_that_was_read_before_our_change_does_not_undo_it(booking: Booking, sandbox: Control) -> None:
    """The old state comes in after ours was written: it is older than what we know."""
    from calendars.services.booking_event_changes import booking_follow

    client_event = _seen(booking)
    booking_move(actor=visitor(booking.page), booking=booking, starts_at=slot(5), by=ChangedBy.GUEST)
    booking_follow(fresh(booking), client_event)
    assert fresh(booking).starts_at == slot(5), "our change is on its way"
    run_jobs()
    booking_follow(fresh(booking), client_event)
    assert fresh(booking).starts_at == slot(5), "our change is written"


def _seen(booking: Booking) -> Any:
    from calendars.services.clients import calendar_client

    assert booking.calendar
    client = calendar_client(booking.calendar.calendar_account)
    return client.event_get(booking.calendar.remote_id, event_id=booking.event_id)


def test_moved_onto_another_booking_the_calendar_is_right_and_the_owner_is_told(
    booking: Booking, sandbox: Control
) -> None:
    other = book(booking.page, slot(9), email="other@example.com")
    run_jobs()
    move_in_google(sandbox, booking, 9)
    sync()
    moved = fresh(booking)
    assert (moved.starts_at, moved.state) == (slot(9), BookingState.CONFIRMED)
    assert not Reservation.objects.get(booking=booking).active
    assert Reservation.objects.get(booking=other).active
    told = Notification.objects.get(kind="booking.overlap")
    assert told.user == booking.page.owner
    assert f"/bookings/{booking.pk}/" in told.url
    booking_move(actor=visitor(booking.page), booking=moved, starts_at=slot(2), by=ChangedBy.GUEST)
    assert Reservation.objects.get(booking=booking).active


def test_a_guest_who_declines_in_google_cancels_nothing_and_the_owner_hears_of_it_once(
    booking: Booking, sandbox: Control
) -> None:
    guests = [{"email": GUEST, "responseStatus": "declined"}]
    sandbox.google.event_update(calendar=ANNA, id=booking.event_id, attendees=guests)
    sync()
    sandbox.google.event_update(calendar=ANNA, id=booking.event_id, attendees=guests, description="Again")
    sync()
    assert fresh(booking).state == BookingState.CONFIRMED
    assert Notification.objects.filter(kind="booking.guest_declined").count() == 1


def test_an_event_whose_title_was_changed_is_left_as_it_is(booking: Booking, sandbox: Control, side: Side) -> None:
    sandbox.google.event_update(calendar=ANNA, id=booking.event_id, summary="Renamed by Anna")
    sync()
    assert fresh(booking).sequence == 0
    booking_move(actor=visitor(booking.page), booking=booking, starts_at=slot(5), by=ChangedBy.GUEST)
    run_jobs()
    assert sandbox.google.events(ANNA)[0]["summary"] == "Renamed by Anna"


def test_a_meeting_that_is_over_is_not_cancelled_by_tidying_up(booking: Booking, sandbox: Control) -> None:
    Booking.objects.update(starts_at=slot(-200), ends_at=slot(-199))
    sandbox.google.event_delete(calendar=ANNA, id=booking.event_id)
    sync()
    assert fresh(booking).state == BookingState.CONFIRMED
    assert len(mails()) == 1


@pytest.mark.spec("C23")
@pytest.mark.parametrize("after", [False, True], ids=["before the call", "after the call, before the answer"])
@pytest.mark.parametrize("work", ["move", "cancel"])
def test_a_worker_killed_in_the_middle_of_a_change_leaves_google_right_in_the_end(
    booking: Booking, sandbox: Control, work: str, after: bool, side: Side
) -> None:
    method = "PATCH" if work == "move" else "DELETE"
    fault = {"after": True, "delay": 6.0} if after else {"disconnect": True, "delay": 6.0}
    sandbox.fault(provider="google", path="/events/[^/]+$", method=method, times=1, **fault)
    sandbox.requests_clear()
    actor = visitor(booking.page)
    if work == "move":
        booking_move(actor=actor, booking=booking, starts_at=slot(5), by=ChangedBy.GUEST)
    else:
        booking_cancel(actor=actor, booking=booking, by=ChangedBy.GUEST)
    job = CalendarJob.objects.get(kind=f"booking.event_{'update' if work == 'move' else 'delete'}")
    worker = worker_start()

    def in_the_middle() -> bool:
        job.refresh_from_db()
        asked = sum(count for call, count in sandbox.requests().items() if call.startswith(method))
        return job.state == JobState.RUNNING and asked > 0

    wait_for(in_the_middle)
    worker_kill(worker)
    CalendarJob.objects.filter(pk=job.pk).update(lease_until=Now())
    run_jobs()
    sync()
    assert CalendarJob.objects.get(pk=job.pk).state == JobState.DONE
    if work == "move":
        assert side.events() == [booking.event_id]
        assert (fresh(booking).starts_at, fresh(booking).written_sequence) == (slot(5), 1)
    else:
        assert not side.events()
        assert fresh(booking).calendar_write == CalendarWrite.REMOVED
    assert len(mails()) == 2


@pytest.mark.spec("C7", "C9")
def test_a_primary_calendar_that_does_not_count_is_still_followed_for_its_meetings_ahead(
    booking: Booking, sandbox: Control
) -> None:
    unselect_the_primary(booking)
    sandbox.google.event_create(
        calendar=ANNA,
        summary="Private",
        start=slot(2).isoformat(),
        end=slot(3).isoformat(),
        attendees=[{"email": GUEST}],
    )
    move_in_google(sandbox, booking, 6)
    Calendar.objects.update(tried_at=None)
    calendars_poll()
    run_jobs()
    assert fresh(booking).starts_at == slot(6)
    assert not LoggedEvent.objects.exists(), "it is followed for its meetings alone"
    within = (slot(0), slot(4))
    owner = booking.page.owner_id
    assert hosts_busy_times(account_id=booking.account_id, user_ids=[owner], within=within) == {owner: []}
    sandbox.google.event_delete(calendar=ANNA, id=booking.event_id)
    sync()
    assert fresh(booking).state == BookingState.CANCELLED
    sandbox.requests_clear()
    sync()
    assert sandbox.requests() == {}, "no meeting is ahead any more"


def unselect_the_primary(booking: Booking) -> None:
    calendar_account = CalendarAccount.objects.get()
    other = calendar_account.calendars.filter(is_primary=False).order_by("pk")[0]
    calendars_select(actor=visitor(booking.page), calendar_account=calendar_account, calendar_ids=[other.pk])
    run_jobs()
