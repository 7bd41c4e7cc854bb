"""A page that can be booked at any hour, its host, and requests for it."""

from __future__ import annotations

import datetime as dt
import threading
import uuid
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connections

from accounts.actor import Actor
from accounts.choices import ActorKind
from accounts.models import Account, User
from accounts.services.accounts import account_create
from calendars.models import Booking, Calendar, CalendarAccount, PageHost, SchedulingPage
from calendars.services.booking import booking_create
from calendars.services.booking_form import BookingRequest
from connections.models import Connection
from tests.accounts.factories import UserFactory
from tests.calendars import memory

ALL_HOURS = {str(day): [["00:00", "24:00"]] for day in range(7)}
HALF_HOUR = dt.timedelta(minutes=30)


def account_make() -> Account:
    """An account with its property definitions and an owner."""
    return account_create(name="Northwind", owner=UserFactory(name="Anna Nowak"))


def page_make(account: Account | None = None, *, connected: bool = True, **fields: Any) -> SchedulingPage:
    """A page of half-hour meetings at any hour of the next two months; its host's calendar is in ``memory``."""
    account = account or account_make()
    membership = account.memberships.select_related("user").order_by("id")[0]
    defaults = {"name": "Intro page", "title": "Intro call", "slug": f"intro-{uuid.uuid4().hex[:12]}"}
    hours = {"weekly_hours": ALL_HOURS, "time_zone": "UTC", "minimum_notice": 0}
    page = SchedulingPage.objects.create(account=account, owner=membership.user, **{**defaults, **hours, **fields})
    PageHost.objects.create(account=account, page=page, user=membership.user)
    if connected and not CalendarAccount.objects.filter(account=account, user=membership.user).exists():
        calendar_make(account, membership.user)
    return page


def calendar_make(account: Account, user: User, provider: str = memory.KEY, **fields: Any) -> Calendar:
    """A primary, selected calendar that was synced just now."""
    connection = Connection.objects.create(
        account=account, owner=user, provider=provider, external_id=uuid.uuid4().hex, identity=user.email
    )
    calendar_account = CalendarAccount.objects.create(account=account, user=user, connection=connection)
    defaults = {"remote_id": user.email, "name": "Work", "is_primary": True, "is_writable": True, "is_selected": True}
    synced = {"sync_token": "token", "synced_at": dt.datetime.now(dt.UTC)}
    values = {**defaults, **synced, **fields}
    return Calendar.objects.create(account=account, calendar_account=calendar_account, **values)


def slot(number: int = 0) -> dt.datetime:
    """The n-th half hour from tomorrow noon on."""
    noon = dt.datetime.now(dt.UTC).replace(hour=12, minute=0, second=0, microsecond=0)
    return noon + dt.timedelta(days=1) + number * HALF_HOUR


def request_make(start: dt.datetime | None = None, **fields: Any) -> BookingRequest:
    """A visitor's request."""
    defaults = {
        "duration_minutes": 30,
        "first_name": "Jan",
        "last_name": "Kowalski",
        "email": "jan@example.com",
        "time_zone": "Europe/Warsaw",
    }
    return BookingRequest(start=start or slot(), **{**defaults, **fields})


def visitor(page: SchedulingPage) -> Actor:
    """Who books on a page."""
    return Actor(page.account_id, ActorKind.VISITOR, ip="192.0.2.7")


def book(page: SchedulingPage, start: dt.datetime | None = None, **fields: Any) -> Booking:
    """Book as a visitor does, with the page as a request of its own reads it."""
    page = SchedulingPage.objects.get(pk=page.pk)
    return booking_create(actor=visitor(page), page=page, request=request_make(start, **fields))


CONNECTIONS_MOST = 64
"""As many as a server gives to its web processes; more threads than that wait for one another."""


def at_once(works: Sequence[Callable[[], Any]]) -> list[Any]:
    """Run each in a thread of its own, released by a barrier; answer results or errors in the order of ``works``."""
    barrier, results = threading.Barrier(len(works)), [None] * len(works)
    free = threading.Semaphore(CONNECTIONS_MOST)

    def run(number: int) -> None:
        try:
            barrier.wait(timeout=60)
            with free:
                try:
                    results[number] = works[number]()
                finally:
                    connections.close_all()
        except Exception as error:  # noqa: BLE001 - errors are results here
            results[number] = error  # type: ignore[call-overload]

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    return results
