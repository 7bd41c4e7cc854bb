"""From a booking's answer to its event in the calendar: the real worker, Redis, and the sandbox as Google."""

from __future__ import annotations

import datetime as dt
import os
import signal
import statistics
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings

from bench.booking_data import page_make, request_make, slot_of, visitor
from calendars.models import CalendarJob, SchedulingPage
from calendars.services.booking import booking_create
from connections.models import Connection
from hubclone.lib.jobs.choices import JobState
from hubclone.supervisor.programs import COMMANDS
from sandbox.testing import CLIENT_ID, CLIENT_SECRET, SandboxServer

GOOGLE_ACCOUNT = "anna@gmail.test"
SCOPES = "openid https://www.googleapis.com/auth/userinfo.email https://www.googleapis.com/auth/calendar"
IDLE, QUEUED, BEHIND = 60, 1_000, 40
WAIT_SECONDS = 240
ROOT = Path(__file__).resolve().parent.parent


def to_calendar_seconds() -> tuple[float, float]:
    """The 95th percentiles: on an idle system, and for bookings that come while 1,000 wait.

    What the other figures left in the queue is thrown away first.
    """
    CalendarJob.objects.all().delete()
    with SandboxServer() as sandbox:
        _settings_point_to(sandbox)
        page = _google_page(sandbox)
        with _worker():
            _warm_up(page, sandbox)
            idle = _p95(_one_by_one(page, sandbox))
        answered = _book_many(page, 10_000, QUEUED)
        with _worker():
            behind = _book_many(page, 20_000, BEHIND)
            _wait_for(sandbox, {**answered, **behind})
        queued = _p95(_delays(sandbox, behind))
    return idle, queued


def _warm_up(page: SchedulingPage, sandbox: SandboxServer) -> None:
    _wait_for(sandbox, _book_many(page, 9_000, 4))


def _one_by_one(page: SchedulingPage, sandbox: SandboxServer) -> list[float]:
    answered: dict[str, float] = {}
    for number in range(IDLE):
        new = _book_many(page, number, 1)
        _wait_for(sandbox, new)
        answered |= new
    return _delays(sandbox, answered)


def _book_many(page: SchedulingPage, first: int, count: int) -> dict[str, float]:
    """Event id → when the booking was answered, in epoch seconds."""
    answered = {}
    for number in range(first, first + count):
        request = request_make(slot_of(number), f"guest{number}@example.com")
        booking = booking_create(actor=visitor(page), page=page, request=request)
        answered[booking.event_id] = time.time()
    return answered


def _wait_for(sandbox: SandboxServer, ids: dict[str, float]) -> None:
    until = time.monotonic() + WAIT_SECONDS
    kinds = {"kind": "booking.event_create"}
    while CalendarJob.objects.filter(**kinds).exclude(state__in=[JobState.DONE, JobState.DEAD]).exists():
        assert time.monotonic() < until, "the events did not come"
        time.sleep(0.02)
    missing = set(ids) - set(_created(sandbox))
    assert not missing, f"{len(missing)} events are missing"


def _created(sandbox: SandboxServer) -> dict[str, float]:
    events = sandbox.control.google.events(GOOGLE_ACCOUNT)
    return {event["id"]: dt.datetime.fromisoformat(event["created"]).timestamp() for event in events}


def _delays(sandbox: SandboxServer, answered: dict[str, float]) -> list[float]:
    """An event may be there before the answer has reached the visitor."""
    created = _created(sandbox)
    return [max(0.0, created[event_id] - moment) for event_id, moment in answered.items()]


def _p95(values: list[float]) -> float:
    return round(statistics.quantiles(values, n=20)[-1], 3)


def _settings_point_to(sandbox: SandboxServer) -> None:
    google = {
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "auth_uri": f"{sandbox.url}/google/o/oauth2/v2/auth",
        "token_uri": f"{sandbox.url}/google/token",
        "revoke_uri": f"{sandbox.url}/google/revoke",
        "api_url": f"{sandbox.url}/google",
    }
    allowed = (f"127.0.0.1/32:{urlsplit(sandbox.url).port}", f"127.0.0.1/32:{sandbox.smtp_port}")
    settings.GOOGLE, settings.OUTBOUND_ALLOWED = google, allowed
    os.environ.update({f"GOOGLE_{key.upper()}": value for key, value in google.items()})
    os.environ.update(OUTBOUND_ALLOWED=",".join(allowed), SMTP_URL=f"smtp://127.0.0.1:{sandbox.smtp_port}")


def _google_page(sandbox: SandboxServer) -> SchedulingPage:
    page = page_make("google", GOOGLE_ACCOUNT)
    tokens = sandbox.control.google.token(account=GOOGLE_ACCOUNT, scope=SCOPES)
    connection = Connection.objects.get(account=page.account)
    connection.credentials = {key: tokens[key] for key in ("access_token", "refresh_token")}
    connection.expires_at = dt.datetime.now(dt.UTC) + dt.timedelta(minutes=50)
    connection.scopes = SCOPES.split()
    connection.save()
    return page


@contextmanager
def _worker() -> Iterator[None]:
    """The realtime worker as every installation runs it, and beat, whose sweep finds what no hint reached."""
    running = [
        subprocess.Popen(COMMANDS[name], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for name in ("worker", "beat")
    ]
    try:
        yield
    finally:
        for process in running:
            process.send_signal(signal.SIGTERM)
        for process in running:
            process.wait(60)
