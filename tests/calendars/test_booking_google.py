"""Bookings on Google's wire (the sandbox): faults at free/busy and at the event, and workers killed in the middle."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.db.models.functions import Now

from accounts.models import OutgoingEmail
from calendars.choices import BookingState, CalendarWrite
from calendars.exceptions import HostUnavailable, SlotTaken
from calendars.models import Booking, BusyInterval, CalendarJob, SchedulingPage
from connections.models import Connection
from hubclone.lib.jobs.choices import JobState
from hubclone.lib.jobs.services import run_jobs
from sandbox.testing import Control
from tests.calendars.booking import account_make, book, page_make, slot
from tests.connections.google import ANNA, FAMILY, Browser, connected

pytestmark = pytest.mark.django_db(transaction=True)
FREE_BUSY, EVENTS = "/freeBusy$", "/events$"
ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def page(sandbox: Control) -> Iterator[SchedulingPage]:
    """A page whose owner has connected Google; everything is synced."""
    account = account_make()
    membership = account.memberships.select_related("user").get()
    connected(membership, ANNA)
    run_jobs()
    yield page_make(account, connected=False)
    sandbox.clear()


def events(sandbox: Control) -> list[dict[str, Any]]:
    return [event for event in sandbox.google.events(ANNA) if event["status"] != "cancelled"]


def due(kind: str) -> None:
    CalendarJob.objects.filter(kind=kind, state=JobState.QUEUED).update(not_before=Now())


@pytest.mark.spec("C21")
def test_a_booking_is_in_google_with_its_guest_and_a_call(page: SchedulingPage, sandbox: Control) -> None:
    booking = book(page)
    run_jobs()
    booking.refresh_from_db()
    (event,) = events(sandbox)
    assert event["id"] == booking.event_id
    assert event["iCalUID"] == booking.ical_uid
    assert [guest["email"] for guest in event["attendees"] if not guest.get("self")] == ["jan@example.com"]
    assert event["hangoutLink"] == booking.conference_url
    mail = OutgoingEmail.objects.get(to="jan@example.com")
    assert f"UID:{event['iCalUID']}" in mail.calendar
    assert booking.conference_url in mail.text


@pytest.mark.spec("C22")
def test_an_event_made_a_moment_ago_at_google_is_respected(page: SchedulingPage, sandbox: Control) -> None:
    sandbox.google.push_pause()
    sandbox.google.event_create(calendar=ANNA, summary="Dentist", start=slot(0).isoformat(), end=slot(1).isoformat())
    with pytest.raises(SlotTaken):
        book(page, slot(0))
    assert book(page, slot(1)).state == BookingState.CONFIRMED


@pytest.mark.spec("C22")
@pytest.mark.parametrize(
    "fault",
    [
        {"status": 429},
        {"status": 403, "reason": "rateLimitExceeded"},
        {"status": 500},
        {"status": 503},
        {"disconnect": True},
        {"delay": 8.0},
    ],
    ids=["429", "403", "500", "503", "dropped", "late"],
)
def test_a_fault_at_free_busy_leaves_it_to_what_is_stored(
    page: SchedulingPage, sandbox: Control, fault: dict[str, Any]
) -> None:
    BusyInterval.objects.create(
        account=page.account,
        calendar=page.owner.calendar_accounts.get().calendars.get(remote_id=ANNA),
        remote_id="stored",
        starts_at=slot(4),
        ends_at=slot(5),
    )
    sandbox.fault(provider="google", path=FREE_BUSY, times=0, **fault)
    with pytest.raises(SlotTaken):
        book(page, slot(4))
    began = time.monotonic()
    assert book(page, slot(0)).state == BookingState.CONFIRMED
    assert time.monotonic() - began < 6
    sandbox.clear()
    run_jobs()
    assert len(events(sandbox)) == 1


@pytest.mark.spec("C21")
@pytest.mark.parametrize(
    "fault",
    [
        {"status": 429},
        {"status": 403, "reason": "rateLimitExceeded"},
        {"status": 500},
        {"disconnect": True},
        {"status": 500, "after": True},
        {"disconnect": True, "after": True},
    ],
    ids=["429", "403", "500", "dropped", "500-after", "dropped-after"],
)
def test_a_fault_at_the_event_ends_in_one_event(page: SchedulingPage, sandbox: Control, fault: dict[str, Any]) -> None:
    sandbox.fault(provider="google", path=EVENTS, method="POST", times=2, **fault)
    booking = book(page)
    for _ in range(4):
        due("booking.event_create")
        run_jobs()
    booking.refresh_from_db()
    assert booking.calendar_write == CalendarWrite.WRITTEN
    assert [event["id"] for event in events(sandbox)] == [booking.event_id]
    assert OutgoingEmail.objects.filter(to="jan@example.com").count() == 1


@pytest.mark.spec("C25", "A12")
def test_a_grant_revoked_before_the_booking_makes_the_host_unavailable(page: SchedulingPage, sandbox: Control) -> None:
    sandbox.google.revoke(ANNA)
    for _ in range(2):
        with pytest.raises(HostUnavailable):
            book(page)
    assert Connection.objects.get().state == "needs_attention"
    assert not Booking.objects.exists()


@pytest.mark.spec("C21", "A12")
def test_a_grant_revoked_before_the_event_is_told_and_a_new_grant_writes_the_event(
    page: SchedulingPage, sandbox: Control
) -> None:
    booking = book(page)
    sandbox.google.revoke(ANNA)
    run_jobs()
    booking.refresh_from_db()
    assert (booking.state, booking.calendar_write) == (BookingState.CONFIRMED, CalendarWrite.FAILED)
    assert CalendarJob.objects.get(kind="booking.event_create").state == JobState.DEAD
    assert OutgoingEmail.objects.filter(to=page.owner.email, key__contains="event_failed").count() == 1

    owner = page.account.memberships.select_related("user").get(user=page.owner)
    assert Browser(owner).reconnect(Connection.objects.get()).status_code == 302
    run_jobs()
    booking.refresh_from_db()
    assert booking.calendar_write == CalendarWrite.WRITTEN
    assert [event["id"] for event in events(sandbox)] == [booking.event_id]


@pytest.mark.spec("C25")
def test_a_calendar_taken_away_makes_the_host_unavailable(page: SchedulingPage, sandbox: Control) -> None:
    page.owner.calendar_accounts.get().calendars.filter(remote_id=FAMILY).update(
        is_selected=True, sync_token="token", synced_at=Now()
    )
    sandbox.google.push_pause()
    sandbox.google.calendar_delete(FAMILY)
    with pytest.raises(HostUnavailable):
        book(page)


# -- killed workers ----------------------------------------------------------------------------------------------------

WORKER = """
import os, django
django.setup()
from calendars.models import CalendarJob
from hubclone.lib.jobs.services import jobs_run_due
print("ready", flush=True)
jobs_run_due(CalendarJob)
print("done", flush=True)
"""


def worker_start() -> subprocess.Popen[str]:
    """A worker of this test's database, in a process of its own."""
    database = connection.settings_dict
    url = "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**database)
    google = {f"GOOGLE_{key.upper()}": value for key, value in settings.GOOGLE.items()}
    own = {"DATABASE_URL": url, "OUTBOUND_ALLOWED": ",".join(settings.OUTBOUND_ALLOWED), **google}
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "hubclone.settings", **own}
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    assert worker.stdout is not None
    assert worker.stdout.readline().strip() == "ready"
    return worker


def kill(worker: subprocess.Popen[str]) -> None:
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait(10)
    assert worker.stdout is not None
    worker.stdout.close()


def wait_for(said: Any, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not said():
        assert time.monotonic() < end, "it did not come to it"
        time.sleep(0.05)


@pytest.mark.spec("C21")
@pytest.mark.parametrize("after", [False, True], ids=["before the event", "after the event, before the answer"])
def test_a_worker_killed_in_the_middle_leaves_one_event_in_the_end(
    page: SchedulingPage, sandbox: Control, after: bool
) -> None:
    booking = book(page)
    fault = {"after": True, "delay": 6.0} if after else {"disconnect": True, "delay": 6.0}
    sandbox.fault(provider="google", path=EVENTS, method="POST", times=1, **fault)
    worker = worker_start()
    job = CalendarJob.objects.get(kind="booking.event_create")

    def in_the_middle() -> bool:
        job.refresh_from_db()
        asked = sum(n for call, n in sandbox.requests().items() if call.startswith("POST") and call.endswith("/events"))
        return job.state == JobState.RUNNING and asked > 0 and (not after or len(events(sandbox)) == 1)

    wait_for(in_the_middle)
    kill(worker)
    assert len(events(sandbox)) == (1 if after else 0)
    run_jobs()
    booking.refresh_from_db()
    assert booking.calendar_write == CalendarWrite.PENDING, "the lease holds others off"
    CalendarJob.objects.filter(pk=job.pk).update(lease_until=Now() - dt.timedelta(seconds=1))
    run_jobs()
    booking.refresh_from_db()
    assert booking.calendar_write == CalendarWrite.WRITTEN
    assert [event["id"] for event in events(sandbox)] == [booking.event_id]
    assert OutgoingEmail.objects.filter(to="jan@example.com").count() == 1
