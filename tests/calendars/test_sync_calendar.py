"""Busy time is kept as the provider has it: full, incremental, interrupted, expired, lost (C3, C7)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from zoneinfo import ZoneInfo

import psycopg2
import pytest
from django.db import connection as database
from django.utils import timezone

from accounts.models import Membership
from calendars.choices import CalendarAccess
from calendars.models import BusyInterval, Calendar, CalendarAccount, CalendarJob
from calendars.providers.protocol import EventPage, Interval, RemoteEvent
from calendars.registries import CALENDAR_PROVIDERS
from calendars.selectors.calendars import READABLE_SECONDS, hosts_calendars
from calendars.services.busy import busy_write
from calendars.services.calendars import calendars_list
from calendars.services.poll import calendars_poll
from calendars.services.sync import HORIZON, WINDOW_AHEAD, calendar_sync, calendar_sync_enqueue
from connections.choices import ConnectionState
from connections.models import Connection
from hubclone.lib.errors import TransientError
from hubclone.lib.jobs.choices import JobState
from hubclone.lib.jobs.services import run_jobs
from hubclone.lib.locks import LockSpace, lock_key
from sandbox.testing import Control
from tests.calendars.memory import MemoryClient, MemoryProvider
from tests.calendars.provider_contract import DAY, HOUR, soon
from tests.connections.google import ANNA, FAMILY, connected

pytestmark = pytest.mark.django_db
EVENTS_CALL = f"GET /google/calendar/v3/calendars/{ANNA}/events"


def _make(sandbox: Control, day: int = 3, calendar: str = ANNA) -> str:
    start, end = soon(day), soon(day) + HOUR
    made = sandbox.google.event_create(calendar=calendar, summary="Busy", start=start.isoformat(), end=end.isoformat())
    return str(made["id"])


def _starts() -> list[dt.datetime]:
    return sorted(BusyInterval.objects.values_list("starts_at", flat=True))


@pytest.fixture
def calendar(member: Membership, sandbox: Control) -> Calendar:
    """Anna's primary calendar, listed and synced, with one event."""
    _make(sandbox)
    connected(member)
    run_jobs()
    return Calendar.objects.get(is_primary=True)


@pytest.mark.spec("C3", "C7")
def test_connecting_lists_the_calendars_and_syncs_the_primary_one(calendar: Calendar, sandbox: Control) -> None:
    assert set(Calendar.objects.values_list("remote_id", flat=True)) >= {ANNA, FAMILY}
    assert list(Calendar.objects.filter(is_selected=True)) == [calendar]
    assert _starts() == [soon(3)]
    assert calendar.window_ends_at is not None
    assert calendar.window_ends_at - timezone.now() > WINDOW_AHEAD - DAY
    assert not CalendarJob.objects.exclude(state=JobState.DONE).exists()


@pytest.mark.spec("C7")
def test_an_incremental_sync_asks_for_changes_only_and_follows_them(calendar: Calendar, sandbox: Control) -> None:
    moved = _make(sandbox, 4)
    gone = _make(sandbox, 5)
    calendar_sync(calendar_id=calendar.pk)
    assert _starts() == [soon(3), soon(4), soon(5)]
    sandbox.google.event_move(calendar=ANNA, id=moved, start=soon(9).isoformat())
    sandbox.google.event_delete(calendar=ANNA, id=gone)
    calendar_sync(calendar_id=calendar.pk)
    assert _starts() == [soon(3), soon(9)]
    calendar.refresh_from_db()
    assert calendar.generation == 1


def test_an_event_that_becomes_free_blocks_no_more(calendar: Calendar, sandbox: Control) -> None:
    event = _make(sandbox, 4)
    calendar_sync(calendar_id=calendar.pk)
    sandbox.google.event_update(calendar=ANNA, id=event, transparency="transparent")
    calendar_sync(calendar_id=calendar.pk)
    assert _starts() == [soon(3)]


@pytest.mark.spec("C7")
def test_an_expired_token_starts_over_by_itself(calendar: Calendar, sandbox: Control) -> None:
    sandbox.google.expire_sync_token(ANNA)
    event = BusyInterval.objects.get()
    BusyInterval.objects.create(
        account=calendar.account,
        calendar=calendar,
        remote_id="left-over",
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        generation=1,
    )
    calendar_sync(calendar_id=calendar.pk)
    calendar.refresh_from_db()
    assert calendar.generation == 2
    assert [row.remote_id for row in BusyInterval.objects.all()] == [event.remote_id]


def test_a_window_that_runs_out_is_rolled_over(calendar: Calendar, sandbox: Control) -> None:
    Calendar.objects.update(window_ends_at=timezone.now() + HORIZON - DAY)
    calendar_sync(calendar_id=calendar.pk)
    calendar.refresh_from_db()
    assert calendar.generation == 2
    assert calendar.window_ends_at is not None
    assert calendar.window_ends_at > timezone.now() + HORIZON


@pytest.mark.spec("C3")
def test_a_calendar_that_has_changed_its_time_zone_has_its_days_read_anew(calendar: Calendar, sandbox: Control) -> None:
    day = soon(5).date()
    sandbox.google.event_create(calendar=ANNA, start=day.isoformat(), end=(day + DAY).isoformat())
    calendar_sync(calendar_id=calendar.pk)
    midnight = dt.datetime.combine(day, dt.time(), ZoneInfo(calendar.time_zone))
    assert midnight in _starts()
    Calendar.objects.filter(pk=calendar.pk).update(time_zone="America/New_York")
    BusyInterval.objects.filter(starts_at=midnight).update(starts_at=midnight + 6 * HOUR, ends_at=midnight + 30 * HOUR)
    calendars_list(calendar_account=calendar.calendar_account)
    run_jobs()
    assert midnight in _starts()
    calendars_list(calendar_account=calendar.calendar_account)
    assert Calendar.objects.get(pk=calendar.pk).sync_token, "what has not changed is not read anew"


@pytest.mark.spec("C3")
def test_many_pages_come_in_whole(calendar: Calendar, sandbox: Control) -> None:
    sandbox.google.events_bulk(calendar=ANNA, count=5300, every_minutes=10, minutes=10)
    calendar_sync(calendar_id=calendar.pk)
    assert BusyInterval.objects.count() == 5301
    assert sandbox.requests()[EVENTS_CALL] == 1 + 3


class _Breaking(MemoryClient):
    """A first page, then the connection breaks."""

    pages: list[EventPage] = []
    breaks = True

    def events(self, remote_id: str, *, sync_token: str, window: Interval) -> Iterator[EventPage]:
        """What ``pages`` holds."""
        yield from self.pages[:1] if self.breaks else self.pages
        if self.breaks:
            raise TransientError(code="PROVIDER_UNREACHABLE")


class _BreakingProvider(MemoryProvider):
    key = "breaking"

    def open(self, connection: Connection, *, timeout_seconds: float | None = None) -> _Breaking:
        """The client that breaks."""
        return _Breaking()


if "breaking" not in CALENDAR_PROVIDERS:
    CALENDAR_PROVIDERS.register("breaking", _BreakingProvider())


@pytest.fixture
def breaking(member: Membership) -> Calendar:
    """A calendar whose provider's connection breaks after the first page; one old event is known."""
    connection = Connection.objects.create(
        account=member.account, owner=member.user, provider="breaking", external_id="x", identity="x", credentials={}
    )
    owner = CalendarAccount.objects.create(account=member.account, user=member.user, connection=connection)
    calendar = Calendar.objects.create(
        account=member.account, calendar_account=owner, remote_id="c", name="c", is_selected=True, generation=4
    )
    BusyInterval.objects.create(
        account=member.account,
        calendar=calendar,
        remote_id="old",
        starts_at=soon(3),
        ends_at=soon(3) + HOUR,
        generation=4,
    )
    _Breaking.breaks = True
    _Breaking.pages = [
        EventPage((RemoteEvent("first", True, Interval(soon(4), soon(4) + HOUR)),), None),
        EventPage((RemoteEvent("second", True, Interval(soon(5), soon(5) + HOUR)),), "token"),
    ]
    return calendar


def test_an_interrupted_full_sync_leaves_no_hole_and_the_next_one_cleans_up(breaking: Calendar) -> None:
    with pytest.raises(TransientError):
        calendar_sync(calendar_id=breaking.pk)
    assert set(BusyInterval.objects.values_list("remote_id", flat=True)) == {"old", "first"}
    breaking.refresh_from_db()
    assert (breaking.sync_token, breaking.synced_at) == ("", None)
    _Breaking.breaks = False
    calendar_sync(calendar_id=breaking.pk)
    assert set(BusyInterval.objects.values_list("remote_id", flat=True)) == {"first", "second"}


def test_a_last_page_without_a_token_is_not_taken_for_the_end(breaking: Calendar) -> None:
    _Breaking.breaks, _Breaking.pages = False, _Breaking.pages[:1]
    with pytest.raises(TransientError):
        calendar_sync(calendar_id=breaking.pk)
    assert BusyInterval.objects.filter(remote_id="old").exists()


def test_the_same_event_twice_on_a_page_counts_as_its_last_state(breaking: Calendar) -> None:
    early, late = (Interval(soon(day), soon(day) + HOUR) for day in (4, 6))
    twice = (RemoteEvent("e", True, early), RemoteEvent("e", True, late), RemoteEvent("gone", True, early))
    _Breaking.breaks, _Breaking.pages = False, [EventPage((*twice, RemoteEvent("gone", False, None, True)), "t")]
    calendar_sync(calendar_id=breaking.pk)
    assert _starts() == [soon(6)]


def test_a_sync_that_finds_another_one_running_is_queued_again(calendar: Calendar, sandbox: Control) -> None:
    sandbox.requests_clear()
    other = psycopg2.connect(**database.get_connection_params())
    try:
        with other.cursor() as cursor:
            cursor.execute("select pg_advisory_lock(%s)", [lock_key(LockSpace.CALENDAR_SYNC, calendar.pk)])
        calendar_sync(calendar_id=calendar.pk)
    finally:
        other.close()
    assert sandbox.requests() == {}
    job = CalendarJob.objects.get(state=JobState.QUEUED)
    assert (job.kind, job.payload) == ("calendar.sync", {"calendar_id": calendar.pk})
    assert job.not_before > timezone.now()


@pytest.mark.spec("C10", "C25")
def test_a_calendar_that_is_gone_is_marked_and_its_host_not_bookable_until_it_heals(
    member: Membership, calendar: Calendar, sandbox: Control
) -> None:
    holidays = Calendar.objects.get(name="Team holidays")
    Calendar.objects.filter(pk=holidays.pk).update(is_selected=True)
    run_jobs()
    calendar_sync(calendar_id=holidays.pk)
    assert _readable(member)
    sandbox.google.calendar_unshare(calendar=holidays.remote_id, account=ANNA)
    calendar_sync(calendar_id=holidays.pk)
    holidays.refresh_from_db()
    assert (holidays.access, holidays.last_error_code) == (CalendarAccess.LOST, "CALENDAR_GONE")
    assert holidays.access_lost_at is not None
    assert not _readable(member)
    sandbox.google.calendar_share(calendar=holidays.remote_id, account=ANNA, role="reader")
    calendar_sync(calendar_id=holidays.pk)
    assert _readable(member)


def test_a_selected_calendar_that_leaves_the_list_stays_and_is_marked(
    member: Membership, calendar: Calendar, sandbox: Control
) -> None:
    Calendar.objects.filter(remote_id=FAMILY).update(is_selected=True)
    sandbox.google.calendar_delete(FAMILY)
    sandbox.google.calendar_create(account=ANNA, summary="New one")
    calendars_list(calendar_account=calendar.calendar_account)
    assert Calendar.objects.get(remote_id=FAMILY).access == CalendarAccess.LOST
    assert Calendar.objects.filter(name="New one", is_selected=False).exists()
    Calendar.objects.filter(remote_id=FAMILY).update(is_selected=False)
    calendars_list(calendar_account=calendar.calendar_account)
    assert not Calendar.objects.filter(remote_id=FAMILY).exists()


@pytest.mark.spec("C25")
@pytest.mark.parametrize("trouble", ["stale", "never synced", "needs attention", "nothing selected"])
def test_a_host_whose_calendars_cannot_be_trusted_is_not_readable(
    member: Membership, calendar: Calendar, trouble: str
) -> None:
    assert _readable(member)
    if trouble == "stale":
        Calendar.objects.update(synced_at=timezone.now() - dt.timedelta(seconds=READABLE_SECONDS + 60))
    elif trouble == "never synced":
        Calendar.objects.update(sync_token="", synced_at=None)
    elif trouble == "needs attention":
        Connection.objects.update(state=ConnectionState.NEEDS_ATTENTION)
    else:
        Calendar.objects.update(is_selected=False)
    assert not _readable(member)


@pytest.mark.spec("C4")
def test_a_host_without_a_calendar_is_offline(member: Membership) -> None:
    found = hosts_calendars(account_id=member.account_id, user_ids=[member.user_id], now=timezone.now())
    assert not found[member.user_id].is_connected


@pytest.mark.spec("C7")
def test_the_poll_asks_for_what_is_old_and_leaves_the_rest_alone(calendar: Calendar, sandbox: Control) -> None:
    sandbox.google.push_pause()
    _make(sandbox, 7)
    calendars_poll()
    assert run_jobs() == 0
    Calendar.objects.update(tried_at=timezone.now() - dt.timedelta(minutes=6))
    calendars_poll()
    calendars_poll()
    assert CalendarJob.objects.filter(state=JobState.QUEUED).count() == 1
    run_jobs()
    assert soon(7) in _starts()


@pytest.mark.spec("A12", "C7")
def test_a_grant_revoked_while_syncing_stops_all_calls_until_it_is_renewed(
    calendar: Calendar, sandbox: Control
) -> None:
    sandbox.google.revoke(ANNA)
    calendar_sync_enqueue(calendar)
    run_jobs()
    assert Connection.objects.get().state == ConnectionState.NEEDS_ATTENTION
    assert CalendarJob.objects.get(state=JobState.DEAD).last_error_code == "GRANT_REVOKED"
    Calendar.objects.update(tried_at=None)
    CalendarAccount.objects.update(listed_at=None)
    sandbox.requests_clear()
    calendars_poll()
    run_jobs()
    assert sandbox.requests() == {}


def test_a_job_of_a_calendar_that_is_not_selected_any_more_does_nothing(calendar: Calendar, sandbox: Control) -> None:
    Calendar.objects.update(is_selected=False)
    sandbox.requests_clear()
    calendar_sync(calendar_id=calendar.pk)
    calendar_sync(calendar_id=2**40)
    assert sandbox.requests() == {}


@pytest.mark.django_db
def test_busy_time_of_accounts_stays_apart(calendar: Calendar, stranger: Membership, sandbox: Control) -> None:
    connected(stranger)
    run_jobs()
    assert Calendar.objects.filter(remote_id=ANNA).count() == 2
    assert BusyInterval.objects.filter(account=stranger.account).count() == 1
    assert BusyInterval.objects.filter(account=calendar.account).count() == 1


def _readable(member: Membership) -> bool:
    found = hosts_calendars(account_id=member.account_id, user_ids=[member.user_id], now=timezone.now())
    return found[member.user_id].is_connected and found[member.user_id].is_readable


def test_a_calendar_whose_sync_is_dead_rests_before_the_poll_asks_again(calendar: Calendar) -> None:
    CalendarJob.objects.all().delete()
    Calendar.objects.update(tried_at=None)
    dead = {"account": calendar.account, "kind": "calendar.sync", "state": JobState.DEAD}
    job = CalendarJob.objects.create(unique_key=f"calendar:{calendar.pk}", finished_at=timezone.now(), **dead)
    calendars_poll()
    assert not CalendarJob.objects.filter(kind="calendar.sync", state=JobState.QUEUED).exists()
    CalendarJob.objects.filter(pk=job.pk).update(finished_at=timezone.now() - dt.timedelta(hours=2))
    calendars_poll()
    assert CalendarJob.objects.filter(kind="calendar.sync", state=JobState.QUEUED).count() == 1


def test_a_page_for_a_calendar_that_is_gone_writes_nothing(calendar: Calendar) -> None:
    gone = Calendar(pk=calendar.pk + 1000, account_id=calendar.account_id, calendar_account=calendar.calendar_account)
    event = RemoteEvent(remote_id="e", blocks=True, interval=Interval(soon(3), soon(3) + HOUR))
    busy_write(calendar=gone, events=[event], generation=1)
    assert not BusyInterval.objects.filter(remote_id="e").exists()
    busy_write(calendar=calendar, events=[event], generation=1)
    assert BusyInterval.objects.get(remote_id="e").account_id == calendar.account_id


def test_an_id_is_kept_as_the_provider_writes_it(calendar: Calendar) -> None:
    names = ['a"b', "back\\slash", "{braces}", "com,ma", "NULL", " ", "żółw", "it's", "%(gone)s", "line\nend"]
    kept = [RemoteEvent(name, True, Interval(soon(6), soon(6) + HOUR)) for name in names]
    busy_write(calendar=calendar, events=kept, generation=7)
    assert set(BusyInterval.objects.filter(generation=7).values_list("remote_id", flat=True)) == set(names)
    freed = [RemoteEvent(name, False, None) for name in names]
    busy_write(calendar=calendar, events=freed, generation=8)
    assert not BusyInterval.objects.filter(remote_id__in=names).exists()
