"""The list of calendars that an account can reach, and which of them count (C9)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.actor import Actor
from accounts.services.audit import audit_write
from calendars.choices import CalendarAccess
from calendars.exceptions import CalendarNotListed, NoCalendarSelected
from calendars.models import BusyInterval, Calendar, CalendarAccount, CalendarJob
from calendars.providers.protocol import RemoteCalendar
from calendars.selectors.calendars import calendars_followed
from calendars.services.calendars_left import events_take_back
from calendars.services.clients import calendar_client
from calendars.services.push import channel_renew_enqueue
from calendars.services.sync import calendar_lost, calendar_sync_enqueue
from connections.choices import ConnectionState
from hubclone.lib.jobs.choices import JobQueue
from hubclone.lib.jobs.registry import JOB_HANDLERS
from hubclone.lib.jobs.services import job_enqueue

LIST_FRESH = dt.timedelta(minutes=1)


def calendars_list_enqueue(calendar_account: CalendarAccount, *, queue: JobQueue = JobQueue.DEFAULT) -> None:
    """Ask for the list anew."""
    job_enqueue(
        CalendarJob,
        account_id=calendar_account.account_id,
        kind="calendars.list",
        payload={"calendar_account_id": calendar_account.pk},
        unique_key=f"account:{calendar_account.pk}",
        queue=queue,
    )


def calendars_list_freshen(calendar_account: CalendarAccount) -> None:
    """Ask for the list anew when its owner looks at it and it is not of this minute: what was shared, lost or given
    back meanwhile then shows without waiting for the poll. A connection that waits for a person is left alone."""
    is_fresh = calendar_account.listed_at and calendar_account.listed_at > timezone.now() - LIST_FRESH
    if not is_fresh and calendar_account.connection.state == ConnectionState.ACTIVE:
        calendars_list_enqueue(calendar_account, queue=JobQueue.REALTIME)


@JOB_HANDLERS.registered("calendars.list")
def calendars_list_job(job: CalendarJob) -> None:
    """The job: take over the provider's list."""
    found = CalendarAccount.objects.filter(pk=job.payload["calendar_account_id"]).first()
    if found is not None:
        calendars_list(calendar_account=found)


def calendars_list(*, calendar_account: CalendarAccount) -> None:
    """Take over the provider's list, and sync what is selected and new. Raises TransientError, GrantRevoked."""
    CalendarAccount.objects.filter(pk=calendar_account.pk).update(listed_at=timezone.now())
    remote = calendar_client(calendar_account).calendars()
    with transaction.atomic():
        locked = CalendarAccount.objects.select_for_update(no_key=True).filter(pk=calendar_account.pk).first()
        if locked is not None:
            _take_over(locked, remote)


@transaction.atomic
def calendars_select(*, actor: Actor, calendar_account: CalendarAccount, calendar_ids: Collection[int]) -> None:
    """Make exactly these calendars count. Raises CalendarNotListed, NoCalendarSelected."""
    if not calendar_ids:
        raise NoCalendarSelected
    CalendarAccount.objects.select_for_update(no_key=True).get(pk=calendar_account.pk)
    listed = {c.pk: c for c in Calendar.objects.filter(calendar_account=calendar_account)}
    if not set(calendar_ids) <= set(listed):
        raise CalendarNotListed
    added = [c for c in listed.values() if c.pk in calendar_ids and not c.is_selected]
    removed = [c for c in listed.values() if c.pk not in calendar_ids and c.is_selected]
    for calendar in removed:
        _unselect(calendar)
    for calendar in added:
        _select(calendar)
    if added or removed:
        audit_write(
            actor=actor,
            action="calendar_account.calendars_selected",
            target_kind="calendar_account",
            target_id=calendar_account.pk,
            target_label=calendar_account.connection.identity,
            detail={"added": [c.pk for c in added], "removed": [c.pk for c in removed]},
        )


@transaction.atomic
def calendar_sync_set(*, actor: Actor, calendar_account: CalendarAccount, is_on: bool) -> None:
    """Log events with contacts (C5) from now on, or do not; what is logged stays."""
    changed = CalendarAccount.objects.filter(pk=calendar_account.pk).exclude(is_sync_on=is_on).update(is_sync_on=is_on)
    if changed:
        audit_write(
            actor=actor,
            action="calendar_account.sync_turned_on" if is_on else "calendar_account.sync_turned_off",
            target_kind="calendar_account",
            target_id=calendar_account.pk,
        )


def _take_over(calendar_account: CalendarAccount, remote: Sequence[RemoteCalendar]) -> None:
    known = {c.remote_id: c for c in calendar_account.calendars.all()}
    primary = next((item.remote_id for item in remote if item.is_primary), "")
    calendar_account.calendars.exclude(remote_id=primary).filter(is_primary=True).update(is_primary=False)
    Calendar.objects.bulk_create(
        [_row(calendar_account, item, is_selected=item.is_primary and not known) for item in remote],
        update_conflicts=True,
        unique_fields=["account", "calendar_account", "remote_id"],
        update_fields=["name", "time_zone", "is_primary", "is_writable"],
    )
    listed = {item.remote_id for item in remote}
    for calendar in known.values():
        if calendar.remote_id not in listed:
            _unlisted(calendar)
    events_take_back(calendar_account)
    _zones_follow(known, remote)
    for calendar in calendar_account.calendars.filter(is_selected=True, remote_id__in=listed):
        if not calendar.sync_token or calendar.access != CalendarAccess.OK:
            calendar_sync_enqueue(calendar, queue=JobQueue.REALTIME)
        channel_renew_enqueue(calendar)


def _zones_follow(known: Mapping[str, Calendar], remote: Sequence[RemoteCalendar]) -> None:
    """A calendar that has changed its time zone has its all-day events at other times, of which no sync tells: it is
    read anew, and makes nobody free until then."""
    listed = [(known[item.remote_id], item) for item in remote if item.remote_id in known]
    moved = [calendar.pk for calendar, item in listed if calendar.time_zone != item.time_zone]
    Calendar.objects.filter(pk__in=moved).update(sync_token="")  # noqa: S106 - none


def calendar_row(item: RemoteCalendar) -> dict[str, Any]:
    """What of a listed calendar is kept, beside its id."""
    return {
        "name": item.name[:400],
        "time_zone": item.time_zone,
        "is_primary": item.is_primary,
        "is_writable": item.is_writable,
    }


def _row(calendar_account: CalendarAccount, item: RemoteCalendar, *, is_selected: bool) -> Calendar:
    return Calendar(
        account_id=calendar_account.account_id,
        calendar_account=calendar_account,
        remote_id=item.remote_id,
        is_selected=is_selected,
        **calendar_row(item),
    )


def _unlisted(calendar: Calendar) -> None:
    """A selected calendar that is gone from the list stays, marked, until its owner removes it (C10)."""
    if calendar.is_selected:
        calendar_lost(calendar=calendar, code="CALENDAR_GONE")
    else:
        calendar.delete()


def _select(calendar: Calendar) -> None:
    Calendar.objects.filter(pk=calendar.pk).update(is_selected=True)
    calendar_sync_enqueue(calendar, queue=JobQueue.REALTIME)
    channel_renew_enqueue(calendar)


def _unselect(calendar: Calendar) -> None:
    """Forget its busy time and its token, so that selecting it again starts with a full sync.

    One that meetings ahead were written to is still followed for them (C8), and keeps both: a sync may be running.
    """
    Calendar.objects.filter(pk=calendar.pk).update(is_selected=False)
    if not calendars_followed().filter(pk=calendar.pk).exists():
        Calendar.objects.filter(pk=calendar.pk).update(sync_token="", synced_at=None)  # noqa: S106
        BusyInterval.objects.filter(calendar=calendar).delete()
    channel_renew_enqueue(calendar)
