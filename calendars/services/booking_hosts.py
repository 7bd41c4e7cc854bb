"""Asking the hosts' providers just before writing (C22), outside any lock: it may take seconds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import structlog

from calendars.choices import CalendarAccess
from calendars.exceptions import HostUnavailable, SlotTaken
from calendars.models import Calendar, CalendarAccount, SchedulingPage
from calendars.providers.protocol import Interval, Unreadable
from calendars.selectors.availability import page_host_ids
from calendars.services.clients import calendar_client
from hubclone.lib.errors import NeedsUserError, PermanentError, TransientError

log = structlog.get_logger(__name__)
ANSWER_SECONDS = 4.0
"""How long a visitor waits for the provider before the stored busy time decides alone."""


@dataclass(frozen=True, slots=True)
class Host:
    """A user whose time a booking takes. ``calendar_account`` is None for one who works offline (C4)."""

    user_id: int
    calendar_account: CalendarAccount | None
    calendars: Sequence[Calendar]

    @property
    def primary(self) -> Calendar | None:
        """The calendar that bookings are written to (C9)."""
        return next((calendar for calendar in self.calendars if calendar.is_primary), None)


def hosts_of(page: SchedulingPage) -> list[Host]:
    """The page's hosts by ascending id, with their calendars. Two queries when the page's hosts are prefetched."""
    users = page_host_ids(page)
    accounts = (
        CalendarAccount.objects.filter(account_id=page.account_id, user_id__in=users)
        .select_related("connection")
        .prefetch_related("calendars")
    )
    found = {account.user_id: account for account in accounts}
    return [_host(user_id, found.get(user_id)) for user_id in users]


def hosts_free_check(
    *, page: SchedulingPage, hosts: Iterable[Host], starts_at: dt.datetime, ends_at: dt.datetime
) -> None:
    """Ask each host's provider for the meeting's time with the page's buffers. Raises SlotTaken, HostUnavailable.

    A provider that does not answer now is no refusal: the stored busy time decides, which is checked under the lock.
    """
    window = Interval(
        starts_at - dt.timedelta(minutes=page.buffer_before), ends_at + dt.timedelta(minutes=page.buffer_after)
    )
    for host in hosts:
        if host.calendar_account is not None:
            _host_free_check(host, host.calendar_account, window)


def _host(user_id: int, account: CalendarAccount | None) -> Host:
    return Host(user_id, account, tuple(account.calendars.all()) if account else ())


def _host_free_check(host: Host, calendar_account: CalendarAccount, window: Interval) -> None:
    remote_ids = [calendar.remote_id for calendar in host.calendars if calendar.is_selected]
    if not remote_ids or any(c.is_selected and c.access != CalendarAccess.OK for c in host.calendars):
        raise HostUnavailable
    try:
        answer = calendar_client(calendar_account, timeout_seconds=ANSWER_SECONDS).busy(remote_ids, window=window)
    except TransientError as error:
        log.warning("booking.provider_silent", host_id=host.user_id, code=error.code)
        return
    except (NeedsUserError, PermanentError) as error:
        log.warning("booking.provider_refuses", host_id=host.user_id, code=error.code)
        raise HostUnavailable from error
    for busy in answer.values():
        if isinstance(busy, Unreadable):
            raise HostUnavailable
        if any(_overlap(interval, window) for interval in busy):
            raise SlotTaken


def _overlap(a: Interval, b: Interval) -> bool:
    return a.starts_at < b.ends_at and b.starts_at < a.ends_at
