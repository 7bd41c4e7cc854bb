"""Asking the hosts' providers just before writing (C22), outside any lock: it may take seconds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from django.db import connection

from calendars.choices import CalendarAccess
from calendars.exceptions import HostUnavailable, SlotTaken
from calendars.models import Booking, Calendar, CalendarAccount, SchedulingPage
from calendars.providers.protocol import Interval, Unreadable
from calendars.selectors.availability import page_host_ids
from calendars.services.clients import calendar_client
from connections.models import Connection
from hubclone.lib.errors import NeedsUserError, PermanentError, TransientError

log = structlog.get_logger(__name__)
ANSWER_SECONDS = 4.0
"""How long a visitor waits for the provider before the stored busy time decides alone."""


@dataclass(frozen=True, slots=True)
class Host:
    """A user whose time a booking takes. ``calendar_account`` is None for one who works offline (C4).

    Its rows carry what a booking needs and no more: ids, the provider, and of the calendars what the query names.
    """

    user_id: int
    calendar_account: CalendarAccount | None
    calendars: Sequence[Calendar]

    @property
    def primary(self) -> Calendar | None:
        """The calendar that bookings are written to (C9)."""
        return next((calendar for calendar in self.calendars if calendar.is_primary), None)


def hosts_of(page: SchedulingPage) -> list[Host]:
    """The page's hosts by ascending id, with their calendars. One query when the page's hosts are prefetched."""
    hosts = {user_id: Host(user_id, None, []) for user_id in page_host_ids(page)}
    with connection.cursor() as cursor:
        cursor.execute(_HOSTS, [page.account_id, list(hosts)])
        for user_id, account_id, connection_id, provider, *calendar in cursor.fetchall():
            link = Connection(pk=connection_id, account_id=page.account_id, owner_id=user_id, provider=provider)
            account = CalendarAccount(pk=account_id, account_id=page.account_id, user_id=user_id, connection=link)
            known = hosts[user_id]
            found = [_calendar(account, calendar)] if calendar[0] is not None else []
            hosts[user_id] = Host(user_id, known.calendar_account or account, [*known.calendars, *found])
    return list(hosts.values())


def hosts_free_check(
    *,
    page: SchedulingPage,
    hosts: Iterable[Host],
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    moving: Booking | None = None,
) -> None:
    """Ask each host's provider for the meeting's time with the page's buffers. Raises SlotTaken, HostUnavailable.

    A provider that does not answer now is no refusal: the stored busy time decides, which is checked under the lock.
    The present time of a booking that is ``moving`` is its own event's, and so not in its way.
    """
    window = Interval(
        starts_at - dt.timedelta(minutes=page.buffer_before), ends_at + dt.timedelta(minutes=page.buffer_after)
    )
    for host in hosts:
        if host.calendar_account is not None:
            _host_free_check(host, host.calendar_account, window, moving)


def _calendar(account: CalendarAccount, row: Sequence[Any]) -> Calendar:
    pk, remote_id, access, is_selected, is_primary = row
    return Calendar(
        pk=pk,
        account_id=account.account_id,
        calendar_account=account,
        remote_id=remote_id,
        access=access,
        is_selected=is_selected,
        is_primary=is_primary,
    )


_HOSTS = """
select ca.user_id, ca.id, cn.id, cn.provider, c.id, c.remote_id, c.access, c.is_selected, c.is_primary
from calendars_calendaraccount ca
join connections_connection cn on cn.id = ca.connection_id
left join calendars_calendar c on c.calendar_account_id = ca.id and (c.is_selected or c.is_primary)
where ca.account_id = %s and ca.user_id = any(%s)
order by ca.user_id, c.id
"""


def _host_free_check(host: Host, calendar_account: CalendarAccount, window: Interval, moving: Booking | None) -> None:
    remote_ids = [calendar.remote_id for calendar in host.calendars if calendar.is_selected]
    own = {c.remote_id for c in host.calendars if moving is not None and c.pk == moving.calendar_id}
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
    if refused := [c.pk for c in host.calendars if isinstance(answer.get(c.remote_id), Unreadable)]:
        raise HostUnavailable(refused)
    for remote_id, busy in answer.items():
        assert not isinstance(busy, Unreadable)
        if moving is not None and remote_id in own:
            busy = [rest for interval in busy for rest in _without(interval, moving)]
        if any(_overlap(interval, window) for interval in busy):
            raise SlotTaken


def _without(interval: Interval, booking: Booking) -> list[Interval]:
    """What is left of a busy interval, in which the provider may have merged several events, without the booking."""
    before = Interval(interval.starts_at, min(interval.ends_at, booking.starts_at))
    after = Interval(max(interval.starts_at, booking.ends_at), interval.ends_at)
    return [rest for rest in (before, after) if rest.starts_at < rest.ends_at]


def _overlap(a: Interval, b: Interval) -> bool:
    return a.starts_at < b.ends_at and b.starts_at < a.ends_at
