"""Asking the hosts' providers just before writing (C22), outside any lock: it may take seconds.

Several are asked at once, by a few threads that the process shares: however many visitors come together, they take no
more connections to the database than that.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

import structlog
from django.db import connection, connections

from calendars.choices import CalendarAccess
from calendars.exceptions import HostUnavailable, SlotTaken
from calendars.models import Booking, Calendar, CalendarAccount, SchedulingPage
from calendars.providers.protocol import Interval, Unreadable
from calendars.services.clients import calendar_client
from connections.models import Connection
from hubclone.lib.errors import NeedsUserError, PermanentError, TransientError

log = structlog.get_logger(__name__)
ANSWER_SECONDS = 4.0
"""How long a visitor waits for the provider before the stored busy time decides alone."""
TOGETHER_SECONDS = 2 * ANSWER_SECONDS
"""How long a visitor waits for the providers of several hosts in all."""
ASKERS = 16


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


class HostAnswer(StrEnum):
    """What a host's provider says of a time. Silent: it does not answer now, so the stored busy time decides."""

    FREE = "free"
    BUSY = "busy"
    SILENT = "silent"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class HostAnswered:
    """A host's answer, with the ids of calendars whose busy time the provider refused."""

    answer: HostAnswer
    unreadable: Sequence[int] = ()


def hosts_of(*, account_id: int, user_ids: Sequence[int]) -> list[Host]:
    """The users as hosts, in that order, with their calendars. One query."""
    hosts = {user_id: Host(user_id, None, []) for user_id in user_ids}
    with connection.cursor() as cursor:
        cursor.execute(_HOSTS, [account_id, list(hosts)])
        for user_id, calendar_account_id, connection_id, provider, *calendar in cursor.fetchall():
            link = Connection(pk=connection_id, account_id=account_id, owner_id=user_id, provider=provider)
            account = CalendarAccount(pk=calendar_account_id, account_id=account_id, user_id=user_id, connection=link)
            known = hosts[user_id]
            found = [_calendar(account, calendar)] if calendar[0] is not None else []
            hosts[user_id] = Host(user_id, known.calendar_account or account, [*known.calendars, *found])
    return list(hosts.values())


def time_to_ask(page: SchedulingPage, starts_at: dt.datetime, ends_at: dt.datetime) -> Interval:
    """The meeting's time with the page's buffers."""
    return Interval(
        starts_at - dt.timedelta(minutes=page.buffer_before), ends_at + dt.timedelta(minutes=page.buffer_after)
    )


def hosts_free_check(*, hosts: Sequence[Host], window: Interval, moving: Booking | None = None) -> None:
    """Ask each host's provider for the time. Raises SlotTaken or HostUnavailable when one of them cannot come.

    A provider that does not answer now is no refusal: the stored busy time decides, which is checked under the lock.
    The present time of a booking that is ``moving`` is its own event's, and so not in its way.
    """
    answers = hosts_ask(hosts=hosts, window=window, moving=moving).values()
    dead = [answered for answered in answers if answered.answer == HostAnswer.UNREADABLE]
    if dead:
        raise HostUnavailable([pk for answered in dead for pk in answered.unreadable])
    if any(answered.answer == HostAnswer.BUSY for answered in answers):
        raise SlotTaken


def hosts_ask(*, hosts: Sequence[Host], window: Interval, moving: Booking | None = None) -> dict[int, HostAnswered]:
    """What each host's provider says of the time, by user id. Who works offline is free as far as is known."""
    answers = {host.user_id: HostAnswered(HostAnswer.FREE) for host in hosts if host.calendar_account is None}
    connected = [host for host in hosts if host.calendar_account is not None]
    if len(connected) < 2:
        return answers | {host.user_id: _ask(host, window, moving) for host in connected}
    futures = {host.user_id: _askers().submit(_ask_in_thread, host, window, moving) for host in connected}
    done, _waiting = wait(futures.values(), timeout=TOGETHER_SECONDS)
    for user_id, future in futures.items():
        answers[user_id] = future.result() if future in done else HostAnswered(HostAnswer.SILENT)
        future.cancel()
    return answers


@lru_cache(maxsize=1)
def _askers() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(ASKERS, thread_name_prefix="ask-host")


def _ask_in_thread(host: Host, window: Interval, moving: Booking | None) -> HostAnswered:
    try:
        return _ask(host, window, moving)
    finally:
        connections.close_all()


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


def _ask(host: Host, window: Interval, moving: Booking | None) -> HostAnswered:
    assert host.calendar_account is not None
    remote_ids = [calendar.remote_id for calendar in host.calendars if calendar.is_selected]
    if not remote_ids or any(c.is_selected and c.access != CalendarAccess.OK for c in host.calendars):
        return HostAnswered(HostAnswer.UNREADABLE)
    try:
        client = calendar_client(host.calendar_account, timeout_seconds=ANSWER_SECONDS)
        answer = client.busy(remote_ids, window=window)
    except TransientError as error:
        log.warning("booking.provider_silent", host_id=host.user_id, code=error.code)
        return HostAnswered(HostAnswer.SILENT)
    except (NeedsUserError, PermanentError) as error:
        log.warning("booking.provider_refuses", host_id=host.user_id, code=error.code)
        return HostAnswered(HostAnswer.UNREADABLE)
    if refused := [c.pk for c in host.calendars if isinstance(answer.get(c.remote_id), Unreadable)]:
        return HostAnswered(HostAnswer.UNREADABLE, refused)
    own = _own_calendars(host, moving)
    for remote_id, busy in answer.items():
        assert not isinstance(busy, Unreadable)
        if moving is not None and remote_id in own:
            busy = [rest for interval in busy for rest in _without(interval, moving)]
        if any(_overlap(interval, window) for interval in busy):
            return HostAnswered(HostAnswer.BUSY)
    return HostAnswered(HostAnswer.FREE)


def _own_calendars(host: Host, moving: Booking | None) -> set[str]:
    """The calendars that hold the moving booking's event: the one that it was written to, and any of another host, who
    was invited to it."""
    if moving is None:
        return set()
    is_invited = host.user_id != (moving.organiser_id or moving.page.owner_id)
    return {c.remote_id for c in host.calendars if is_invited or c.pk == moving.calendar_id}


def _without(interval: Interval, booking: Booking) -> list[Interval]:
    """What is left of a busy interval, in which the provider may have merged several events, without the booking."""
    before = Interval(interval.starts_at, min(interval.ends_at, booking.starts_at))
    after = Interval(max(interval.starts_at, booking.ends_at), interval.ends_at)
    return [rest for rest in (before, after) if rest.starts_at < rest.ends_at]


def _overlap(a: Interval, b: Interval) -> bool:
    return a.starts_at < b.ends_at and b.starts_at < a.ends_at
