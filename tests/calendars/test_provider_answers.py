"""Answers that no provider should give, to a sync of each: half ones, nonsense, refusals, pages without end."""

from __future__ import annotations

import datetime as dt
from email.utils import format_datetime
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.db.models.functions import Now

from accounts.models import Membership, OutgoingEmail
from calendars.choices import CalendarAccess
from calendars.exceptions import CalendarGone, SyncTokenExpired
from calendars.models import BusyInterval, Calendar, CalendarJob
from calendars.providers.protocol import CalendarClient, Interval
from calendars.services.clients import calendar_client
from calendars.services.poll import calendars_poll
from calendars.services.sync import calendar_sync, calendar_sync_enqueue
from connections.choices import ConnectionState
from connections.models import Connection
from hubclone.lib.errors import PermanentError, TransientError
from hubclone.lib.jobs.choices import JobState
from hubclone.lib.jobs.services import run_jobs
from tests.calendars.provider_contract import soon
from tests.calendars.sides import PUSHING, READ, Side

pytestmark = [pytest.mark.django_db, pytest.mark.spec("C7")]
WINDOW = Interval(soon(-1), soon(30))
HTML = "<!DOCTYPE html><html><body>Sign in to the Wi-Fi</body></html>"
HALF = {"google": '{"items": [', "microsoft": '{"value": [', "exchange": '<?xml version="1.0"?><s:Envelope xmlns:s="'}
SOAP = """<?xml version="1.0" encoding="utf-8"?>
<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>
<m:SyncFolderItemsResponse xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages"
 xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types"><m:ResponseMessages>
<m:SyncFolderItemsResponseMessage ResponseClass="Success"><m:ResponseCode>NoError</m:ResponseCode>
<m:SyncState>{state}</m:SyncState><m:IncludesLastItemInRange>{is_last}</m:IncludesLastItemInRange><m:Changes/>
</m:SyncFolderItemsResponseMessage></m:ResponseMessages></m:SyncFolderItemsResponse></s:Body></s:Envelope>"""


@pytest.fixture
def calendar(side: Side, member: Membership) -> Calendar:
    """Synced, with one event."""
    found = side.calendar(member)
    side.make(soon())
    calendar_sync(calendar_id=found.pk)
    return found


@pytest.fixture
def client(calendar: Calendar) -> CalendarClient:
    return calendar_client(calendar.calendar_account, timeout_seconds=5)


def empty_page(key: str, number: int = 1, *, is_last: bool = False) -> Any:
    """A page without events that has a next one, or the end of them."""
    if key == "google":
        return {"items": [], **({"nextSyncToken": "end"} if is_last else {"nextPageToken": f"page-{number}"})}
    if key == "exchange":
        return SOAP.format(state=f"page-{number}", is_last=str(is_last).lower())
    name = "@odata.deltaLink" if is_last else "@odata.nextLink"
    link = f"{settings.MICROSOFT['graph_url']}/me/calendars/x/calendarView/delta?$skiptoken={number}"
    return {"value": [], name: link}


def assert_all_stands(calendar: Calendar) -> None:
    """Nothing was lost, nobody was asked for anything, and the next sync is as any other."""
    assert BusyInterval.objects.filter(calendar=calendar).count() == 1
    assert Connection.objects.get().state == ConnectionState.ACTIVE
    assert not OutgoingEmail.objects.exists()
    calendar_sync(calendar_id=calendar.pk)
    calendar.refresh_from_db()
    assert (calendar.access, BusyInterval.objects.filter(calendar=calendar).count()) == (CalendarAccess.OK, 1)


@pytest.mark.parametrize(
    ("kind", "whole"), [("cut", True), ("cut", False), ("half", True), ("html", False), ("empty", False)]
)
def test_an_answer_that_makes_no_sense_is_tried_again_and_loses_nothing(
    side: Side, calendar: Calendar, kind: str, whole: bool
) -> None:
    if whole:
        Calendar.objects.update(sync_token="")
    bodies = {"half": HALF[side.key], "html": HTML, "empty": ""}
    side.fault(READ, **({"cut": True} if kind == "cut" else {"status": 200, "body": bodies[kind]}))
    with pytest.raises(TransientError) as caught:
        calendar_sync(calendar_id=calendar.pk)
    assert caught.value.code in {"ANSWER_UNREADABLE", "PROVIDER_UNREACHABLE", "NO_SYNC_TOKEN"}
    assert_all_stands(calendar)


def test_pages_that_are_empty_are_passed_over(side: Side, client: CalendarClient, calendar: Calendar) -> None:
    for number in range(1, 4):
        side.fault(READ, status=200, body=empty_page(side.key, number, is_last=number == 3))
    pages = list(client.events(calendar.remote_id, sync_token="", window=WINDOW))
    assert pages[-1].sync_token
    assert [page.sync_token for page in pages[:-1]] == [None] * (len(pages) - 1)


def test_pages_that_lead_in_a_circle_are_given_up(side: Side, client: CalendarClient, calendar: Calendar) -> None:
    side.fault(READ, status=200, body=empty_page(side.key), times=0)
    side.control.requests_clear()
    with pytest.raises(PermanentError) as caught:
        list(client.events(calendar.remote_id, sync_token="", window=WINDOW))
    assert caught.value.code == "TOO_MANY_PAGES"
    assert side.requests() < 5


@pytest.mark.parametrize("whole", [False, True], ids=["changes", "all of it"])
def test_pages_that_are_new_without_end_are_given_up_for_good_and_lose_nothing(
    side: Side, calendar: Calendar, settings: Any, whole: bool
) -> None:
    settings.CALENDAR_PAGES_MOST = 3
    if whole:
        Calendar.objects.update(sync_token="")
    before = Calendar.objects.get(pk=calendar.pk)
    for number in range(9):
        side.fault(READ, status=200, body=empty_page(side.key, number))
    calendar_sync_enqueue(calendar)
    run_jobs()
    job = CalendarJob.objects.get(kind="calendar.sync")
    assert (job.state, job.attempts, job.last_error_code) == (JobState.DEAD, 1, "TOO_MANY_PAGES")
    assert "not end" in job.last_error
    assert len(side.control.state()["faults"]) in {5, 6}, "of nine pages that there were, three or one more were read"
    after = Calendar.objects.get(pk=calendar.pk)
    assert (after.sync_token, after.synced_at) == (before.sync_token, before.synced_at)
    Calendar.objects.update(tried_at=None)
    calendars_poll()
    run_jobs()
    assert CalendarJob.objects.filter(kind="calendar.sync").count() == 1, "the poll lets it rest"
    side.control.clear()
    assert_all_stands(calendar)


MEANS: dict[int, type[Exception]] = {
    403: CalendarGone,
    404: CalendarGone,
    410: SyncTokenExpired,
    412: TransientError,
    429: TransientError,
    500: TransientError,
    503: TransientError,
}


@pytest.mark.parametrize("status", MEANS)
@pytest.mark.parametrize("side", PUSHING, indirect=True)
def test_each_status_means_one_thing_to_a_sync(
    side: Side, client: CalendarClient, calendar: Calendar, status: int
) -> None:
    side.fault(READ, status=status, **({"reason": "forbidden"} if status == 403 else {}))
    calendar.refresh_from_db()
    with pytest.raises(MEANS[status]) as caught:
        list(client.events(calendar.remote_id, sync_token=calendar.sync_token, window=WINDOW))
    assert caught.type is MEANS[status]
    assert_all_stands(calendar)


@pytest.mark.parametrize("side", PUSHING, indirect=True)
def test_one_refused_token_is_no_reason_to_ask_the_owner(side: Side, calendar: Calendar) -> None:
    side.fault(READ, status=401)
    calendar_sync(calendar_id=calendar.pk)
    assert_all_stands(calendar)


@pytest.mark.parametrize("side", PUSHING, indirect=True)
def test_a_conflict_that_makes_no_sense_loses_nothing(side: Side, calendar: Calendar) -> None:
    side.fault(READ, status=409)
    with pytest.raises((TransientError, PermanentError)):
        calendar_sync(calendar_id=calendar.pk)
    assert_all_stands(calendar)


@pytest.mark.parametrize("side", ["exchange"], indirect=True)
@pytest.mark.parametrize("status", [403, 404, 409, 410, 412])
def test_a_status_that_exchange_itself_never_answers_is_somebody_in_between(
    side: Side, calendar: Calendar, status: int
) -> None:
    side.fault(READ, status=status)
    with pytest.raises(TransientError):
        calendar_sync(calendar_id=calendar.pk)
    assert_all_stands(calendar)


@pytest.mark.parametrize(("how", "minutes"), [("seconds", 0), ("date", -5), ("date", 5)])
def test_a_job_waits_as_long_as_the_provider_asks_whatever_our_clock_says(
    side: Side, calendar: Calendar, how: str, minutes: int
) -> None:
    now = dt.datetime.now(dt.UTC)
    named = 900 if how == "seconds" else format_datetime(now + dt.timedelta(seconds=900), usegmt=True)
    side.fault(READ, status=503 if side.key == "exchange" else 429, retry_after=named)
    calendar_sync_enqueue(calendar)
    with time_machine.travel(now + dt.timedelta(minutes=minutes)):
        run_jobs()
    job = CalendarJob.objects.annotate(now=Now()).get(kind="calendar.sync", state=JobState.QUEUED)
    assert 850 < (job.not_before - job.now).total_seconds() < 960
    calendar_sync_enqueue(calendar)
    assert run_jobs() == 0, "neither a push nor the poll makes it any sooner"


def test_nobody_is_taken_at_their_word_for_longer_than_an_hour(side: Side, calendar: Calendar) -> None:
    side.fault(READ, status=503 if side.key == "exchange" else 429, retry_after=10**6)
    calendar_sync_enqueue(calendar)
    run_jobs()
    job = CalendarJob.objects.annotate(now=Now()).get(kind="calendar.sync", state=JobState.QUEUED)
    assert (job.not_before - job.now).total_seconds() < 3700


@pytest.mark.parametrize("side", ["exchange"], indirect=True)
def test_a_job_waits_for_the_back_off_of_a_busy_exchange(side: Side, calendar: Calendar) -> None:
    side.fault(READ, status=500, reason="ErrorServerBusy", retry_after=900)
    calendar_sync_enqueue(calendar)
    run_jobs()
    job = CalendarJob.objects.annotate(now=Now()).get(kind="calendar.sync", state=JobState.QUEUED)
    assert 850 < (job.not_before - job.now).total_seconds() < 960
