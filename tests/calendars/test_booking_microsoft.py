"""Bookings on Graph's wire (the sandbox): the event and its ids, changes both ways, and workers that do not finish."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.db.models.functions import Now

from calendars.choices import BookingState, CalendarWrite, ChangedBy
from calendars.exceptions import HostUnavailable, SlotTaken
from calendars.models import Booking, BusyInterval, Calendar, LoggedEvent, SchedulingPage
from calendars.services.booking_changes import booking_cancel, booking_move
from connections.models import Connection
from hubclone.lib.jobs.services import run_jobs
from sandbox.testing import Control
from tests.calendars.booking import account_make, book, page_make, slot, visitor
from tests.calendars.provider_bookings import GUEST, due, fresh, mails, sync
from tests.connections.google import Browser
from tests.connections.microsoft import ANNA, PROJECTS, connected

pytestmark = pytest.mark.django_db(transaction=True)
SCHEDULE, EVENTS = "/getSchedule$", "/events$"


@pytest.fixture
def page(sandbox: Control) -> Iterator[SchedulingPage]:
    """A page whose owner has connected Office 365; everything is synced."""
    account = account_make()
    connected(account.memberships.select_related("user").get())
    run_jobs()
    yield page_make(account, connected=False)
    sandbox.clear()


@pytest.fixture
def booking(page: SchedulingPage) -> Booking:
    made = book(page)
    run_jobs()
    sync()
    return fresh(made)


def events(sandbox: Control) -> list[dict[str, Any]]:
    return [event for event in sandbox.microsoft.events(ANNA) if not event["deleted"]]


@pytest.mark.spec("C21")
def test_a_booking_is_in_outlook_with_its_guest_and_a_teams_call(booking: Booking, sandbox: Control) -> None:
    (event,) = events(sandbox)
    assert (event["id"], event["iCalUId"]) == (booking.event_id, booking.ical_uid), "what Microsoft chose is kept"
    assert [guest["emailAddress"]["address"] for guest in event["attendees"]] == [GUEST]
    assert event["onlineMeeting"]["joinUrl"] == booking.conference_url != ""
    (mail,) = mails()
    assert f"UID:{event['iCalUId']}" in mail.calendar.replace("\r\n ", "")
    assert booking.conference_url in mail.text
    assert [one["kind"] for one in sandbox.microsoft.state()["invitations"]] == ["invitation"]


@pytest.mark.spec("C21")
def test_a_guest_who_was_told_before_the_event_was_made_keeps_the_uid_that_they_have(
    page: SchedulingPage, sandbox: Control
) -> None:
    sandbox.fault(provider="microsoft", path=EVENTS, method="POST", times=1, status=503)
    made = book(page)
    run_jobs()
    due("booking.tell")
    run_jobs()
    (mail,) = mails()
    uid = fresh(made).ical_uid
    due("booking.event_create")
    run_jobs()
    assert fresh(made).calendar_write == CalendarWrite.WRITTEN
    assert fresh(made).ical_uid == uid
    assert f"UID:{uid}" in mail.calendar.replace("\r\n ", "")


@pytest.mark.spec("C22")
def test_an_event_made_a_moment_ago_in_outlook_is_respected(page: SchedulingPage, sandbox: Control) -> None:
    sandbox.microsoft.event_create(calendar=ANNA, start=slot(0).isoformat(), end=slot(1).isoformat())
    with pytest.raises(SlotTaken):
        book(page, slot(0))
    assert book(page, slot(1)).state == BookingState.CONFIRMED


@pytest.mark.spec("C22")
@pytest.mark.parametrize(
    "fault",
    [{"status": 429}, {"status": 500}, {"disconnect": True}, {"delay": 8.0}],
    ids=["429", "500", "drop", "late"],
)
def test_a_fault_at_free_busy_leaves_it_to_what_is_stored(
    page: SchedulingPage, sandbox: Control, fault: dict[str, Any]
) -> None:
    BusyInterval.objects.create(
        account=page.account,
        calendar=Calendar.objects.get(is_primary=True),
        remote_id="stored",
        starts_at=slot(4),
        ends_at=slot(5),
    )
    sandbox.fault(provider="microsoft", path=SCHEDULE, times=0, **fault)
    with pytest.raises(SlotTaken):
        book(page, slot(4))
    assert book(page, slot(0)).state == BookingState.CONFIRMED


@pytest.mark.spec("C21")
@pytest.mark.parametrize(
    "fault",
    [
        {"status": 429},
        {"status": 500},
        {"disconnect": True},
        {"status": 500, "after": True},
        {"disconnect": True, "after": True},
    ],
    ids=["429", "500", "dropped", "500-after", "dropped-after"],
)
def test_a_fault_at_the_event_ends_in_one_event(page: SchedulingPage, sandbox: Control, fault: dict[str, Any]) -> None:
    sandbox.fault(provider="microsoft", path=EVENTS, method="POST", times=2, **fault)
    made = book(page)
    for _ in range(4):
        due("booking.event_create")
        run_jobs()
    assert fresh(made).calendar_write == CalendarWrite.WRITTEN
    assert [event["id"] for event in events(sandbox)] == [fresh(made).event_id]
    assert len(mails()) == 1
    assert len(sandbox.microsoft.state()["invitations"]) == 1


@pytest.mark.spec("C21", "C23")
def test_an_event_that_nobody_noted_is_found_and_removed_when_the_booking_is_cancelled(
    page: SchedulingPage, sandbox: Control
) -> None:
    """The worker was killed between Microsoft's answer and our note of the id."""
    sandbox.fault(provider="microsoft", path=EVENTS, method="POST", times=1, disconnect=True, after=True)
    made = book(page)
    run_jobs()
    assert len(events(sandbox)) == 1
    assert fresh(made).event_id == ""
    booking_cancel(actor=visitor(page), booking=fresh(made), by=ChangedBy.GUEST)
    due("booking.event_create")
    run_jobs()
    assert events(sandbox) == []
    assert fresh(made).calendar_write == CalendarWrite.REMOVED


@pytest.mark.spec("C5", "C21")
def test_our_event_that_a_sync_brings_before_it_is_noted_is_not_logged_as_somebody_elses(
    page: SchedulingPage, sandbox: Control
) -> None:
    sandbox.fault(provider="microsoft", path=EVENTS, method="POST", times=1, disconnect=True, after=True)
    made = book(page)
    run_jobs()
    sync()
    assert fresh(made).event_id == ""
    assert BusyInterval.objects.count() == 1
    assert not LoggedEvent.objects.exists()


@pytest.mark.spec("C25", "A12")
def test_a_grant_revoked_before_the_booking_makes_the_host_unavailable(page: SchedulingPage, sandbox: Control) -> None:
    sandbox.microsoft.token_expire(ANNA)
    sandbox.microsoft.revoke(ANNA)
    with pytest.raises(HostUnavailable):
        book(page)
    assert Connection.objects.get().state == "needs_attention"
    assert not Booking.objects.exists()


@pytest.mark.spec("C21", "A12")
def test_a_new_grant_writes_the_event_that_the_old_one_could_not(page: SchedulingPage, sandbox: Control) -> None:
    made = book(page)
    sandbox.microsoft.token_expire(ANNA)
    sandbox.microsoft.revoke(ANNA)
    run_jobs()
    assert fresh(made).calendar_write == CalendarWrite.FAILED
    owner = page.account.memberships.select_related("user").get(user=page.owner)
    assert Browser(owner, "microsoft").reconnect(Connection.objects.get()).status_code == 302
    run_jobs()
    assert fresh(made).calendar_write == CalendarWrite.WRITTEN
    assert len(events(sandbox)) == 1


@pytest.mark.spec("C25")
def test_a_calendar_taken_away_makes_the_host_unavailable(page: SchedulingPage, sandbox: Control) -> None:
    projects = Calendar.objects.filter(remote_id=sandbox.microsoft.calendar_id(PROJECTS))
    projects.update(is_selected=True, sync_token="token", synced_at=Now())
    sandbox.microsoft.calendar_delete(PROJECTS)
    with pytest.raises(HostUnavailable):
        book(page)


@pytest.mark.spec("C8")
def test_an_event_moved_in_outlook_moves_the_booking_and_tells_the_guest_once(
    booking: Booking, sandbox: Control
) -> None:
    start, end = slot(6).isoformat(), slot(7).isoformat()
    sandbox.microsoft.event_move(calendar=ANNA, id=booking.event_id, start=start, end=end)
    sync()
    moved = fresh(booking)
    assert (moved.starts_at, moved.ends_at, moved.changed_by) == (slot(6), slot(7), ChangedBy.CALENDAR)
    assert mails()[-1].calendar_method == "REQUEST"
    sandbox.requests_clear()
    sandbox.microsoft.expire_sync_token(ANNA)
    sync()
    assert len(mails()) == 2
    assert not [call for call in sandbox.requests() if call.startswith(("PATCH", "DELETE"))]


@pytest.mark.spec("C8")
@pytest.mark.parametrize("forgotten", [False, True], ids=["told", "found out by a full sync"])
def test_an_event_deleted_in_outlook_cancels_the_booking_and_tells_the_guest(
    booking: Booking, sandbox: Control, forgotten: bool
) -> None:
    sandbox.microsoft.event_delete(calendar=ANNA, id=booking.event_id)
    if forgotten:
        sandbox.microsoft.expire_sync_token(ANNA)
    sync()
    gone = fresh(booking)
    assert (gone.state, gone.cancelled_by) == (BookingState.CANCELLED, ChangedBy.CALENDAR)
    assert mails()[-1].calendar_method == "CANCEL"
    assert not BusyInterval.objects.exists()


@pytest.mark.spec("C8")
def test_an_event_moved_out_of_the_window_of_the_sync_is_moved_and_not_cancelled(
    booking: Booking, sandbox: Control
) -> None:
    """Microsoft tells of both in the same words, so the event is asked for."""
    start = slot(0) + dt.timedelta(days=500)
    end = start + dt.timedelta(minutes=30)
    sandbox.microsoft.event_move(calendar=ANNA, id=booking.event_id, start=start.isoformat(), end=end.isoformat())
    sync()
    moved = fresh(booking)
    assert (moved.state, moved.starts_at) == (BookingState.CONFIRMED, start)


@pytest.mark.spec("C8", "C23")
def test_our_own_changes_come_back_without_a_loop(booking: Booking, sandbox: Control) -> None:
    for number in (4, 8):
        booking_move(actor=visitor(booking.page), booking=fresh(booking), starts_at=slot(number), by=ChangedBy.GUEST)
        run_jobs()
        sync()
    moved = fresh(booking)
    assert (moved.sequence, moved.written_sequence, moved.changed_by) == (2, 2, ChangedBy.GUEST)
    kinds = [one["kind"] for one in sandbox.microsoft.state()["invitations"]]
    assert kinds == ["invitation", "update", "update"]
    booking_cancel(actor=visitor(booking.page), booking=moved, by=ChangedBy.GUEST)
    run_jobs()
    sync()
    assert not events(sandbox)
    assert (fresh(booking).cancelled_by, fresh(booking).calendar_write) == (ChangedBy.GUEST, CalendarWrite.REMOVED)
    assert len(mails()) == 4


@pytest.mark.spec("C23")
def test_a_change_whose_answer_was_lost_is_not_told_to_the_guest_twice(booking: Booking, sandbox: Control) -> None:
    sandbox.fault(provider="microsoft", path="/events/", method="PATCH", times=1, disconnect=True, after=True)
    booking_move(actor=visitor(booking.page), booking=fresh(booking), starts_at=slot(5), by=ChangedBy.GUEST)
    run_jobs()
    due("booking.event_update")
    run_jobs()
    sync()
    assert (fresh(booking).starts_at, fresh(booking).written_sequence) == (slot(5), 1)
    assert [one["kind"] for one in sandbox.microsoft.state()["invitations"]] == ["invitation", "update"]
