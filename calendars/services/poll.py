"""The safety net: what no push told of is asked for every few minutes (C7)."""

from __future__ import annotations

import datetime as dt

from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone

from calendars.models import Calendar, CalendarAccount, CalendarJob
from calendars.selectors.calendars import calendars_followed
from calendars.services.calendars import calendars_list_enqueue
from calendars.services.push import channel_renew_enqueue, channels_fresh
from calendars.services.sync import calendar_sync_enqueue
from connections.choices import ConnectionState
from hubclone.lib.jobs.choices import JobState

SYNC_EVERY = dt.timedelta(minutes=5)
FAILED_REST = dt.timedelta(hours=1)
LIST_EVERY = dt.timedelta(hours=1)
PUSH_TRY_EVERY = dt.timedelta(hours=6)


def calendars_poll() -> None:
    """Enqueue what is due; connections that wait for a person are left alone."""
    now = timezone.now()
    for calendar in _calendars_due(now).iterator():
        calendar_sync_enqueue(calendar)
    for calendar_account in _accounts_due(now).iterator():
        calendars_list_enqueue(calendar_account)
    for calendar in _channels_due(now).iterator():
        channel_renew_enqueue(calendar)


def _followed() -> QuerySet[Calendar]:
    return calendars_followed().filter(calendar_account__connection__state=ConnectionState.ACTIVE).order_by("id")


def _calendars_due(now: dt.datetime) -> QuerySet[Calendar]:
    """A calendar whose sync went to the dead letters rests for a while: each poll would only add another one."""
    key = Concat(Value("calendar:"), Cast(OuterRef("pk"), CharField()))
    failed = CalendarJob.objects.filter(kind="calendar.sync", unique_key=key, state=JobState.DEAD)
    resting = Exists(failed.filter(finished_at__gt=now - FAILED_REST))
    return _followed().exclude(resting).filter(Q(tried_at=None) | Q(tried_at__lt=now - SYNC_EVERY))


def _accounts_due(now: dt.datetime) -> QuerySet[CalendarAccount]:
    active = CalendarAccount.objects.filter(connection__state=ConnectionState.ACTIVE).order_by("id")
    return active.filter(Q(listed_at=None) | Q(listed_at__lt=now - LIST_EVERY))


def _channels_due(now: dt.datetime) -> QuerySet[Calendar]:
    missing = _followed().exclude(Exists(channels_fresh(now).filter(calendar=OuterRef("pk"))))
    return missing.filter(Q(push_tried_at=None) | Q(push_tried_at__lt=now - PUSH_TRY_EVERY))
