"""Bookings on Google's wire (the sandbox): the event with its call, and workers killed in the middle."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db.models.functions import Now

from accounts.models import OutgoingEmail
from calendars.choices import CalendarWrite
from calendars.models import CalendarJob, SchedulingPage
from hubclone.lib.jobs.choices import JobState
from hubclone.lib.jobs.services import run_jobs
from sandbox.testing import Control
from tests.calendars.booking import book
from tests.calendars.sides import Side
from tests.calendars.workers import wait_for, worker_kill, worker_start

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.parametrize("side", ["google"], indirect=True)]
EVENTS = "/events$"


@pytest.mark.spec("C21")
def test_a_booking_is_in_google_with_its_guest_and_a_call(page: SchedulingPage, side: Side) -> None:
    booking = book(page)
    run_jobs()
    booking.refresh_from_db()
    (event,) = side.control.google.events(side.anna)
    assert side.events() == [event["id"]] == [booking.event_id]
    assert event["iCalUID"] == booking.ical_uid
    assert [guest["email"] for guest in event["attendees"] if not guest.get("self")] == ["jan@example.com"]
    assert event["hangoutLink"] == booking.conference_url
    mail = OutgoingEmail.objects.get(to="jan@example.com")
    assert f"UID:{event['iCalUID']}" in mail.calendar
    assert booking.conference_url in mail.text


@pytest.mark.spec("C21")
@pytest.mark.parametrize("after", [False, True], ids=["before the event", "after the event, before the answer"])
def test_a_worker_killed_in_the_middle_leaves_one_event_in_the_end(
    page: SchedulingPage, sandbox: Control, after: bool, side: Side
) -> None:
    booking = book(page)
    fault = {"after": True, "delay": 6.0} if after else {"disconnect": True, "delay": 6.0}
    sandbox.fault(provider="google", path=EVENTS, method="POST", times=1, **fault)
    worker = worker_start()
    job = CalendarJob.objects.get(kind="booking.event_create")

    def in_the_middle() -> bool:
        job.refresh_from_db()
        asked = sum(n for call, n in sandbox.requests().items() if call.startswith("POST") and call.endswith("/events"))
        return job.state == JobState.RUNNING and asked > 0 and (not after or len(side.events()) == 1)

    wait_for(in_the_middle)
    worker_kill(worker)
    assert len(side.events()) == (1 if after else 0)
    run_jobs()
    booking.refresh_from_db()
    assert booking.calendar_write == CalendarWrite.PENDING, "the lease holds others off"
    CalendarJob.objects.filter(pk=job.pk).update(lease_until=Now() - dt.timedelta(seconds=1))
    run_jobs()
    booking.refresh_from_db()
    assert booking.calendar_write == CalendarWrite.WRITTEN
    assert side.events() == [booking.event_id]
    assert OutgoingEmail.objects.filter(to="jan@example.com").count() == 1
