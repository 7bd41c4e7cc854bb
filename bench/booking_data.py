"""Pages that can be booked at any hour, with a provider in this process that answers at once."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence

from accounts.actor import Actor
from accounts.choices import ActorKind
from accounts.models import Account, Membership, User
from accounts.services.accounts import account_create
from calendars.choices import PageKind
from calendars.models import Calendar, CalendarAccount, PageHost, SchedulingPage
from calendars.services.booking_form import BookingRequest
from connections.models import Connection
from tests.calendars import memory

ALL_HOURS = {str(day): [["00:00", "24:00"]] for day in range(7)}
MINUTES = 15
ROLLING_DAYS = 365
_FIRST = dt.datetime.now(dt.UTC).replace(hour=0, minute=0, second=0, microsecond=0) + dt.timedelta(days=1)


def page_make(
    provider: str = memory.KEY,
    identity: str = "",
    *,
    kind: PageKind = PageKind.PERSONAL,
    weights: Sequence[int] = (1,),
    connected: bool = True,
) -> SchedulingPage:
    """A page of a new account, with quarter-hour slots for a year and a new host for each weight."""
    user = User.objects.create(email=f"bench-{uuid.uuid4().hex}@hubclone.test", name="Host", password="!")
    account = account_create(name="Bench: booking", owner=user)
    page = SchedulingPage.objects.create(
        account=account,
        owner=user,
        name="Bench",
        title="Bench",
        slug=f"bench-{uuid.uuid4().hex[:16]}",
        time_zone="UTC",
        weekly_hours=ALL_HOURS,
        durations=[MINUTES],
        step=MINUTES,
        minimum_notice=0,
        rolling_days=ROLLING_DAYS,
        kind=kind,
    )
    for number, weight in enumerate(weights):
        host = _member(account) if number else user
        PageHost.objects.create(account=account, page=page, user=host, weight=weight)
        if connected:
            _calendar_make(page, host, provider, identity or host.email)
    return page


def _member(account: Account) -> User:
    user = User.objects.create(email=f"bench-{uuid.uuid4().hex}@hubclone.test", name="Host", password="!")
    Membership.objects.create(account=account, user=user)
    return user


def slot_of(number: int) -> dt.datetime:
    """The n-th quarter of an hour from tomorrow on."""
    return _FIRST + number * dt.timedelta(minutes=MINUTES)


def request_make(start: dt.datetime, email: str) -> BookingRequest:
    """A visitor's request."""
    return BookingRequest(
        start=start,
        duration_minutes=MINUTES,
        first_name="Jan",
        last_name="Kowalski",
        email=email,
        time_zone="Europe/Warsaw",
        idempotency_key=uuid.uuid4().hex,
    )


def visitor(page: SchedulingPage) -> Actor:
    """Who books."""
    return Actor(page.account_id, ActorKind.VISITOR, ip="192.0.2.7")


def _calendar_make(page: SchedulingPage, host: User, provider: str, identity: str) -> None:
    connection = Connection.objects.create(
        account=page.account, owner=host, provider=provider, external_id=uuid.uuid4().hex, identity=identity
    )
    account = CalendarAccount.objects.create(account=page.account, user=host, connection=connection)
    Calendar.objects.create(
        account=page.account,
        calendar_account=account,
        remote_id=identity,
        name="Work",
        is_primary=True,
        is_writable=True,
        is_selected=True,
        sync_token="token",
        synced_at=dt.datetime.now(dt.UTC),
    )
