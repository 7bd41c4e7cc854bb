"""The data set of the slots bench: a page of 50 hosts, each with 3 calendars and 300 busy blocks in one month."""

from __future__ import annotations

import datetime as dt
import io
import random
from dataclasses import dataclass

from django.db import connection, transaction

from accounts.models import Account, Membership, User
from calendars.models import Calendar, CalendarAccount, PageHost, SchedulingPage
from connections.models import Connection

HOSTS, CALENDARS, BLOCKS = 50, 3, 300
ACCOUNT_NAME = "Bench: slots"
SLUG = "bench/slots"


@dataclass(frozen=True)
class SlotsData:
    """``first`` is the month's first day; the first host and the first three calendars are the page's."""

    page: SchedulingPage
    host_ids: list[int]
    calendar_ids: list[int]
    first: dt.date


@transaction.atomic
def slots_data(now: dt.datetime) -> SlotsData:
    """Rows around ``now``, made anew at each run, for they age."""
    Account.objects.filter(name=ACCOUNT_NAME).delete()
    account = Account.objects.create(name=ACCOUNT_NAME)
    users = [user_make(number) for number in range(HOSTS)]
    first = (now.date().replace(day=1) + dt.timedelta(days=32)).replace(day=1)
    page = SchedulingPage.objects.create(
        account=account,
        owner=users[0],
        name="Bench",
        title="Bench",
        slug=SLUG,
        time_zone="Europe/Warsaw",
        rolling_days=120,
        buffer_after=5,
    )
    Membership.objects.create(account=account, user=users[0])
    PageHost.objects.create(account=account, page=page, user=users[0])
    calendars = [calendar for user in users for calendar in calendars_make(account, user, now)]
    busy_copy(account, calendars, first)
    return SlotsData(page, [user.pk for user in users], [calendar.pk for calendar in calendars], first)


def user_make(number: int) -> User:
    """The n-th host, the same at every run."""
    email = f"bench-slots-{number}@hubclone.test"
    return User.objects.filter(email=email).first() or User.objects.create_user(email, name=f"Host {number}")


def calendars_make(account: Account, user: User, now: dt.datetime, count: int = CALENDARS) -> list[Calendar]:
    """Selected calendars of one connected account, synced just now."""
    link = Connection.objects.create(
        account=account,
        owner=user,
        provider="google",
        purpose="calendar",
        external_id=f"bench-{user.pk}",
        identity=user.email,
        credentials={},
    )
    calendar_account = CalendarAccount.objects.create(account=account, user=user, connection=link)
    return Calendar.objects.bulk_create(
        Calendar(
            account=account,
            calendar_account=calendar_account,
            remote_id=f"calendar-{number}",
            name=f"Calendar {number}",
            is_selected=True,
            is_primary=number == 0,
            sync_token="token",
            synced_at=now,
        )
        for number in range(count)
    )


def busy_copy(
    account: Account, calendars: list[Calendar], first: dt.date, each: int = BLOCKS // CALENDARS, *, lunch: bool = False
) -> None:
    """Events of 15 to 90 minutes at any quarter of an hour of the month, the same at every run; with ``lunch`` none
    touches the hour from 11:00 UTC, so that many hosts have time in common."""
    rng, lines = random.Random(11), []
    month = dt.datetime(first.year, first.month, 1, tzinfo=dt.UTC)
    for calendar in calendars:
        for number in range(each):
            start = month + dt.timedelta(minutes=15 * rng.randrange(28 * 96))
            end = start + dt.timedelta(minutes=15 * rng.randrange(1, 7))
            if lunch and start.hour < 12 and (end.hour, end.minute) > (11, 0) and start.date() == end.date():
                start, end = start + dt.timedelta(hours=3), end + dt.timedelta(hours=3)
            lines.append(f"{account.pk}\t{calendar.pk}\tevent-{number}\t{start.isoformat()}\t{end.isoformat()}\t0\n")
    columns = ("account_id", "calendar_id", "remote_id", "starts_at", "ends_at", "generation")
    with connection.cursor() as cursor:
        cursor.copy_from(io.StringIO("".join(lines)), "calendars_busyinterval", columns=columns)
    connection.on_commit(_analyze)


def _analyze() -> None:
    with connection.cursor() as cursor:
        cursor.execute("vacuum analyze calendars_busyinterval, calendars_calendar, calendars_calendaraccount")
