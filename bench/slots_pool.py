"""How fast a month of a page of 50 hosts is: a group and a round robin of the same people, each with 5 calendars and
500 busy blocks in the month. The slower of both counts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.db import connection, transaction

from accounts.models import Account, Membership
from bench.figures import Figure
from bench.slots_data import HOSTS, busy_copy, calendars_make, user_make
from calendars.choices import PageKind
from calendars.models import PageHost, SchedulingPage
from calendars.selectors.availability import slots_month

CALENDARS, BLOCKS = 5, 500
ACCOUNT_NAME = "Bench: pools"
HALF_HOUR = dt.timedelta(minutes=30)
ROUNDS = 40
InTurn = Callable[[Callable[[], None], Callable[[], None], int], tuple[float, float]]


@dataclass(frozen=True)
class PoolData:
    """The two pages, and every calendar of their hosts."""

    pages: list[SchedulingPage]
    calendar_ids: list[int]
    first: dt.date


def pool_figures(month: Callable[[], None], in_turn: InTurn, now: dt.datetime) -> Iterator[Figure]:
    """``month`` is the time of one host's month, ``in_turn`` measures two functions."""
    data = _data(now)
    found = [in_turn(_ours(data, page, now), month, ROUNDS) for page in data.pages]
    value, limit = max((ours / HOSTS, alone) for ours, alone in found)
    yield Figure("slots", "pool", value, "ms", limit, value / limit, "<= 0.8")
    raw = [in_turn(_ours(data, page, now), lambda: _raw_fetch(data), ROUNDS) for page in data.pages]
    value, limit = max(raw)
    yield Figure("slots", "pool_fetch", value, "ms", limit, value / limit, "<= 5")


def _ours(data: PoolData, page: SchedulingPage, now: dt.datetime) -> Callable[[], None]:
    def ours() -> None:
        asked = SchedulingPage(**{field.attname: getattr(page, field.attname) for field in page._meta.concrete_fields})
        assert slots_month(page=asked, month=data.first, now=now, duration=HALF_HOUR).starts

    return ours


def _raw_fetch(data: PoolData) -> None:
    """The same rows as two timestamptz columns through psycopg2 alone."""
    connection.ensure_connection()
    assert connection.connection is not None
    with connection.connection.cursor() as cursor:
        query = "select starts_at, ends_at from calendars_busyinterval where calendar_id = any(%s)"
        cursor.execute(query, [data.calendar_ids])
        assert len(cursor.fetchall()) == HOSTS * BLOCKS


@transaction.atomic
def _data(now: dt.datetime) -> PoolData:
    """Rows around ``now``, made anew at each run, for they age."""
    Account.objects.filter(name=ACCOUNT_NAME).delete()
    account = Account.objects.create(name=ACCOUNT_NAME)
    users = [user_make(number) for number in range(HOSTS)]
    Membership.objects.bulk_create(Membership(account=account, user=user) for user in users)
    first = (now.date().replace(day=1) + dt.timedelta(days=32)).replace(day=1)
    pages = []
    for kind in (PageKind.GROUP, PageKind.ROUND_ROBIN):
        page = SchedulingPage.objects.create(
            account=account,
            owner=users[0],
            kind=kind,
            name="Bench",
            title="Bench",
            slug=f"bench/{kind.lower().replace('_', '-')}",
            time_zone="Europe/Warsaw",
            rolling_days=120,
        )
        PageHost.objects.bulk_create(PageHost(account=account, page=page, user=user) for user in users)
        pages.append(page)
    calendars = [calendar for user in users for calendar in calendars_make(account, user, now, CALENDARS)]
    busy_copy(account, calendars, first, BLOCKS // CALENDARS, lunch=True)
    return PoolData(pages, [calendar.pk for calendar in calendars], first)
