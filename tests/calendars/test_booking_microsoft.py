"""Bookings on Graph's wire (the sandbox): the event and its ids, and answers that get lost."""

from __future__ import annotations

import datetime as dt

import pytest

from calendars.choices import BookingState, CalendarWrite, ChangedBy
from calendars.models import Booking, BusyInterval, LoggedEvent, SchedulingPage
from calendars.services.booking_changes import booking_move
from hubclone.lib.jobs.services import run_jobs
from sandbox.testing import Control
from tests.calendars.booking import book, slot, visitor
from tests.calendars.provider_bookings import GUEST, due, fresh, mails, sync
from tests.connections.microsoft import ANNA

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.parametrize("side", ["microsoft"], indirect=True)]
EVENTS = "/events$"


@pytest.mark.spec("C21")
def test_a_booking_is_in_outlook_with_its_guest_and_a_teams_call(booking: Booking, sandbox: Control) -> None:
    (event,) = sandbox.microsoft.events(ANNA)
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
