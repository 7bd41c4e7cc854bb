"""Keeping a calendar's busy time as its provider has it: full and incremental sync (C3, C7)."""

from __future__ import annotations

import datetime as dt
import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from calendars.choices import CalendarAccess
from calendars.exceptions import CalendarGone, SyncTokenExpired
from calendars.models import Calendar, CalendarJob
from calendars.providers.protocol import CalendarClient, EventPage, Interval
from calendars.selectors.calendars import calendars_followed
from calendars.services.busy import busy_sweep, busy_write, commit_lazily
from calendars.services.clients import calendar_client
from calendars.services.events_follow import EventsFollow
from hubclone.lib.errors import TransientError
from hubclone.lib.jobs.choices import JobQueue
from hubclone.lib.jobs.registry import JOB_HANDLERS
from hubclone.lib.jobs.services import job_enqueue, job_extend
from hubclone.lib.locks import LockSpace, session_lock_try

log = structlog.get_logger(__name__)

WINDOW_BEFORE = dt.timedelta(days=1)
WINDOW_AHEAD = dt.timedelta(days=400)
HORIZON = dt.timedelta(days=370)
"""The furthest that a page can look ahead: a window that ends nearer is rolled over by a full sync."""
TWIN_WAIT_SECONDS = 3
LEASE_EVERY_SECONDS = 20


def calendar_sync_enqueue(calendar: Calendar, *, queue: JobQueue = JobQueue.DEFAULT, delay_seconds: float = 0) -> None:
    """Ask for a sync; however often that is asked, one is queued."""
    job_enqueue(
        CalendarJob,
        account_id=calendar.account_id,
        kind="calendar.sync",
        payload={"calendar_id": calendar.pk},
        unique_key=f"calendar:{calendar.pk}",
        queue=queue,
        delay_seconds=delay_seconds,
    )


@JOB_HANDLERS.registered("calendar.sync")
def calendar_sync_job(job: CalendarJob) -> None:
    """The job: sync one followed calendar and keep the lease while pages come."""
    calendar_sync(calendar_id=job.payload["calendar_id"], after_page=_Lease(job).keep)


def calendar_sync(*, calendar_id: int, after_page: Callable[[], None] = lambda: None) -> None:
    """Bring one followed calendar up to date; one sync of a calendar runs at a time.

    A lost calendar is marked, which makes its host unbookable, and heals by itself. Raises TransientError,
    GrantRevoked.
    """
    with session_lock_try(LockSpace.CALENDAR_SYNC, calendar_id) as held:
        found = calendars_followed().select_related("calendar_account").filter(pk=calendar_id)
        calendar = found.first()
        if calendar is None:
            return
        if not held:
            calendar_sync_enqueue(calendar, delay_seconds=TWIN_WAIT_SECONDS)
            return
        started_at = timezone.now()
        Calendar.objects.filter(pk=calendar.pk).update(tried_at=started_at)
        try:
            with _collector_paused():
                _Run(calendar, calendar_client(calendar.calendar_account), started_at, after_page).run()
        except CalendarGone as error:
            calendar_lost(calendar=calendar, code=error.code)


def calendar_lost(*, calendar: Calendar, code: str) -> None:
    """Mark a calendar that cannot be read any more; the moment of the first loss stays."""
    ok = Calendar.objects.filter(pk=calendar.pk, access=CalendarAccess.OK)
    if ok.update(access=CalendarAccess.LOST, access_lost_at=timezone.now(), last_error_code=code):
        log.warning("calendar.lost", calendar_id=calendar.pk, code=code)


class _Run:
    """One sync of one calendar."""

    def __init__(
        self, calendar: Calendar, client: CalendarClient, started_at: dt.datetime, after_page: Callable[[], None]
    ) -> None:
        self.calendar, self.client, self.started_at, self.after_page = calendar, client, started_at, after_page
        self.follow = EventsFollow(calendar)

    def run(self) -> None:
        """What changed since the token; everything when there is none, when it has expired or its window runs out.

        Everything, too, when what changed cannot be told apart.
        """
        if not self._is_current() or not self._incremental():
            self._full()

    def _is_current(self) -> bool:
        ends_at = self.calendar.window_ends_at
        return bool(self.calendar.sync_token and ends_at and ends_at > self.started_at + HORIZON)

    def _window(self) -> Interval:
        return Interval(self.started_at - WINDOW_BEFORE, self.started_at + WINDOW_AHEAD)

    def _incremental(self) -> bool:
        """Whether that was enough."""
        try:
            return self._changes()
        except SyncTokenExpired:
            log.info("calendar.sync_token_expired", calendar_id=self.calendar.pk)
            return False

    def _changes(self) -> bool:
        calendar, is_whole = self.calendar, True
        for page in self.client.events(calendar.remote_id, sync_token=calendar.sync_token, window=self._window()):
            self.follow.page(page.events)
            is_whole = is_whole and not page.is_incomplete
            with transaction.atomic():
                busy_write(calendar=calendar, events=page.events, generation=calendar.generation)
                if page.sync_token:
                    self._finish(page)
                else:
                    commit_lazily()
            self.after_page()
        self._finished_check()
        return is_whole

    def _full(self) -> None:
        """Write under a new generation; older rows stay busy until the end, so there is never a hole."""
        self.finished, calendar, window = False, self.calendar, self._window()
        Calendar.objects.filter(pk=calendar.pk).update(generation=F("generation") + 1, sync_token="")  # noqa: S106
        calendar.refresh_from_db(fields=["generation", "sync_token"])
        for page in self.client.events(calendar.remote_id, sync_token="", window=window):  # noqa: S106 - none yet
            self.follow.page(page.events)
            with transaction.atomic():
                busy_write(calendar=calendar, events=page.events, generation=calendar.generation)
                if page.sync_token:
                    busy_sweep(calendar=calendar, generation=calendar.generation)
                    self.follow.sweep(window)
                    self._finish(page, window_starts_at=window.starts_at, window_ends_at=window.ends_at)
                else:
                    commit_lazily()
            self.after_page()
        self._finished_check()

    def _finish(self, page: EventPage, **window: dt.datetime) -> None:
        """Save the token with the last rows. What was read is as fresh as the moment that the sync began."""
        Calendar.objects.filter(pk=self.calendar.pk).update(
            sync_token=page.sync_token,
            synced_at=self.started_at,
            access=CalendarAccess.OK,
            access_lost_at=None,
            last_error_code="",
            **window,
        )
        self.calendar.sync_token = page.sync_token or ""
        self.finished = True

    finished = False

    def _finished_check(self) -> None:
        if not self.finished:
            raise TransientError("The provider's last page held no sync token.", code="NO_SYNC_TOKEN")


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Events hold no cycles: they are freed as soon as their page is done, and looking for cycles among them all the
    while would take half of a sync's time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class _Lease:
    """Extends a job's lease now and then."""

    def __init__(self, job: CalendarJob) -> None:
        self._job, self._at = job, time.monotonic()

    def keep(self) -> None:
        """Raises TransientError when another worker has taken over."""
        if time.monotonic() - self._at > LEASE_EVERY_SECONDS:
            job_extend(self._job)
            self._at = time.monotonic()
