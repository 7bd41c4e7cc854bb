"""Bookings on each provider's wire (the sandbox): faults at free/busy and at the event, and changes both ways."""

from __future__ import annotations

import datetime as dt
import time
from typing import Any

import pytest
from django.db.models.functions import Now

from calendars.choices import BookingState, CalendarWrite, ChangedBy
from calendars.exceptions import HostUnavailable, SlotTaken
from calendars.models import Booking, BusyInterval, Calendar, CalendarJob, Reservation, SchedulingPage
from calendars.services.booking_changes import booking_cancel, booking_move
from connections.models import Connection
from hubclone.lib.jobs.choices import JobState
from hubclone.lib.jobs.services import run_jobs
from tests.calendars.booking import book, slot, visitor
from tests.calendars.provider_bookings import due, fresh, mails, sync
from tests.calendars.sides import CREATE, PUSHING, Side
from tests.connections import google

pytestmark = pytest.mark.django_db(transaction=True)
Faults = dict[str, dict[str, Any]]
RATE: dict[str, Any] = {"status": 403, "reason": "rateLimitExceeded"}
AT_BUSY: Faults = {
    "429": {"status": 429},
    "500": {"status": 500},
    "dropped": {"disconnect": True},
    "late": {"delay": 8.0},
}
AFTER: Faults = {"500-after": {"status": 500, "after": True}, "dropped-after": {"disconnect": True, "after": True}}
AT_EVENT: Faults = {"500": {"status": 500}, "dropped": {"disconnect": True}, **AFTER}
BUSY = {"google": {"path": "/freeBusy$"}, "microsoft": {"path": "/getSchedule$"}}
consented = pytest.mark.parametrize("side", PUSHING, indirect=True)


def faults(**of_each: Faults) -> pytest.MarkDecorator:
    """``google={"429": {…}}`` …: a test for each fault of each provider."""
    cases = [
        pytest.param(key, fault, id=f"{key}-{name}") for key, some in of_each.items() for name, fault in some.items()
    ]
    return pytest.mark.parametrize(("side", "fault"), cases, indirect=["side"])


def sync_forget(side: Side) -> None:
    """Where the last sync ended is forgotten there: the next one is a full one."""
    forget = side.stand_in.expire_sync_state if side.key == "exchange" else side.stand_in.expire_sync_token
    forget(side.anna)


def invitations(side: Side) -> list[str]:
    """What the provider sent to guests, by kind; Exchange has its own word for the first."""
    return [one["kind"].replace("request", "invitation") for one in side.stand_in.state(limit=0)["invitations"]]


def start_of_the_event(side: Side) -> dt.datetime:
    """When the one event there begins."""
    found = side.control.exchange.items(side.anna) if side.key == "exchange" else side.stand_in.events(side.anna)
    edge = found[0]["start"]
    if side.key == "microsoft":
        assert edge["timeZone"] == "UTC", "as it was written"
        return dt.datetime.fromisoformat(f"{edge['dateTime'][:19]}Z")
    return dt.datetime.fromisoformat(edge if side.key == "exchange" else edge["dateTime"])


@pytest.mark.spec("C22")
def test_an_event_made_a_moment_ago_is_respected(page: SchedulingPage, side: Side) -> None:
    if side.key in PUSHING:
        side.stand_in.push_pause()
    side.make(slot(0))
    with pytest.raises(SlotTaken):
        book(page, slot(0))
    assert book(page, slot(1)).state == BookingState.CONFIRMED


@pytest.mark.spec("C22")
@faults(google={**AT_BUSY, "403": RATE, "503": {"status": 503}}, microsoft=AT_BUSY)
def test_a_fault_at_free_busy_leaves_it_to_what_is_stored(
    page: SchedulingPage, side: Side, fault: dict[str, Any]
) -> None:
    BusyInterval.objects.create(
        account=page.account,
        calendar=Calendar.objects.get(is_primary=True),
        remote_id="stored",
        starts_at=slot(4),
        ends_at=slot(5),
    )
    side.fault(BUSY, times=0, **fault)
    with pytest.raises(SlotTaken):
        book(page, slot(4))
    began = time.monotonic()
    assert book(page, slot(0)).state == BookingState.CONFIRMED
    assert time.monotonic() - began < 6
    side.control.clear()
    run_jobs()
    assert len(side.events()) == 1


@pytest.mark.spec("C21")
@faults(
    google={**AT_EVENT, "429": {"status": 429}, "403": RATE},
    microsoft={**AT_EVENT, "429": {"status": 429}},
    exchange={"busy": {"status": 503}, "dropped": {"disconnect": True}, **AFTER},
)
def test_a_fault_at_the_event_ends_in_one_event(page: SchedulingPage, side: Side, fault: dict[str, Any]) -> None:
    side.fault(CREATE, times=2, **fault)
    made = book(page)
    for _ in range(4):
        due("booking.event_create")
        run_jobs()
    assert fresh(made).calendar_write == CalendarWrite.WRITTEN
    assert side.events() == [fresh(made).event_id]
    assert len(mails()) == 1
    assert len(invitations(side)) == 1


@pytest.mark.spec("C25", "A12")
def test_access_that_ended_before_the_booking_makes_the_host_unavailable(page: SchedulingPage, side: Side) -> None:
    side.access_end()
    for _ in range(2):
        with pytest.raises(HostUnavailable):
            book(page)
    assert Connection.objects.get().state == "needs_attention"
    assert not Booking.objects.exists()


@pytest.mark.spec("C21", "A12")
@consented
def test_a_grant_revoked_before_the_event_is_told_and_a_new_grant_writes_the_event(
    page: SchedulingPage, side: Side
) -> None:
    made = book(page)
    side.access_end()
    run_jobs()
    assert (fresh(made).state, fresh(made).calendar_write) == (BookingState.CONFIRMED, CalendarWrite.FAILED)
    assert CalendarJob.objects.get(kind="booking.event_create").state == JobState.DEAD
    assert len([mail for mail in mails(page.owner.email) if "event_failed" in mail.key]) == 1
    owner = page.account.memberships.select_related("user").get(user=page.owner)
    assert google.Browser(owner, side.key).reconnect(Connection.objects.get()).status_code == 302
    run_jobs()
    assert fresh(made).calendar_write == CalendarWrite.WRITTEN
    assert side.events() == [fresh(made).event_id]


@pytest.mark.spec("C25")
@consented
def test_a_calendar_taken_away_makes_the_host_unavailable(page: SchedulingPage, side: Side) -> None:
    chosen = {"is_selected": True, "sync_token": "token", "synced_at": Now()}
    assert Calendar.objects.filter(remote_id=side.second_id).update(**chosen) == 1
    side.stand_in.push_pause()
    side.stand_in.calendar_delete(side.second)
    with pytest.raises(HostUnavailable):
        book(page)


@pytest.mark.spec("C8")
def test_an_event_that_is_moved_moves_the_booking_and_tells_the_guest_once(booking: Booking, side: Side) -> None:
    side.move(booking.event_id, slot(6))
    sync()
    moved = fresh(booking)
    assert (moved.starts_at, moved.ends_at, moved.changed_by) == (slot(6), slot(7), ChangedBy.CALENDAR)
    assert Reservation.objects.get().during.lower == slot(6)
    assert moved.meeting
    assert moved.meeting.properties["hs_meeting_end_time"].startswith(slot(7).isoformat()[:16])
    assert mails()[-1].calendar_method == "REQUEST"
    theirs = side.control.google.events(side.anna)[0]["sequence"] if side.key == "google" else 0
    assert f"SEQUENCE:{max(moved.sequence, theirs)}" in mails()[-1].calendar
    assert len(mails(booking.page.owner.email)) == 1, "who did it need not be told"
    side.control.requests_clear()
    sync_forget(side)
    sync()
    assert len(mails()) == 2
    assert not [call for call in side.control.requests() if call.startswith(("PATCH", "DELETE", "PUT"))]


@pytest.mark.spec("C8")
@pytest.mark.parametrize("forgotten", [False, True], ids=["told", "found out by a full sync"])
def test_an_event_that_is_deleted_cancels_the_booking_and_tells_the_guest(
    booking: Booking, side: Side, forgotten: bool
) -> None:
    side.delete(booking.event_id)
    if forgotten:
        sync_forget(side)
    sync()
    gone = fresh(booking)
    assert (gone.state, gone.cancelled_by) == (BookingState.CANCELLED, ChangedBy.CALENDAR)
    assert not Reservation.objects.get().active
    assert mails()[-1].calendar_method == "CANCEL"
    assert not BusyInterval.objects.exists()
    assert book(booking.page, email="other@example.com").state == BookingState.CONFIRMED


@pytest.mark.spec("C8", "C23")
def test_our_own_changes_come_back_without_a_loop(booking: Booking, side: Side) -> None:
    assert (booking.sequence, booking.written_sequence, len(mails())) == (0, 0, 1)
    for number in (4, 8):
        booking_move(actor=visitor(booking.page), booking=fresh(booking), starts_at=slot(number), by=ChangedBy.GUEST)
        run_jobs()
        sync()
        assert (len(side.events()), start_of_the_event(side)) == (1, slot(number))
    moved = fresh(booking)
    assert (moved.starts_at, moved.sequence, moved.written_sequence) == (slot(8), 2, 2)
    assert moved.changed_by == ChangedBy.GUEST
    assert invitations(side) == ["invitation", "update", "update"]
    booking_cancel(actor=visitor(booking.page), booking=moved, by=ChangedBy.GUEST)
    run_jobs()
    sync()
    assert not side.events()
    assert (fresh(booking).cancelled_by, fresh(booking).calendar_write) == (ChangedBy.GUEST, CalendarWrite.REMOVED)
    assert len(mails()) == 4


@pytest.mark.spec("C21", "C23")
@pytest.mark.parametrize("side", ["microsoft", "exchange"], indirect=True)
def test_an_event_that_nobody_noted_is_found_and_removed_when_the_booking_is_cancelled(
    page: SchedulingPage, side: Side
) -> None:
    """The worker was killed between the provider's answer and our note of the id."""
    side.fault(CREATE, times=1, disconnect=True, after=True)
    made = book(page)
    run_jobs()
    assert len(side.events()) == 1
    assert fresh(made).event_id == ""
    booking_cancel(actor=visitor(page), booking=fresh(made), by=ChangedBy.GUEST)
    for kind in ("booking.event_create", "booking.event_delete"):
        due(kind)
        run_jobs()
    assert side.events() == []
    assert fresh(made).calendar_write == CalendarWrite.REMOVED
