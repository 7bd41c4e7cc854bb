"""A host, a page and calendars to be busy in, for the tests of availability and of the pages."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.contrib.auth import get_user_model
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from accounts.models import Account, Membership, User
from calendars.choices import BookingState
from calendars.models import Booking, BusyInterval, Calendar, CalendarAccount, PageHost, Reservation, SchedulingPage
from connections.models import Connection
from tests.accounts.factories import AccountFactory, MembershipFactory

NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
"""A Sunday."""
MONDAY = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)


def page_make(*, membership: Membership | None = None, **fields: Any) -> SchedulingPage:
    """A page of nine to five in UTC, Monday to Friday, with its owner as its host."""
    membership = membership or MembershipFactory(super_admin=True)
    defaults = {
        "name": "Intro",
        "title": "Intro call",
        "slug": f"page-{uuid.uuid4().hex[:12]}",
        "time_zone": "UTC",
        "minimum_notice": 0,
    }
    page = SchedulingPage.objects.create(account=membership.account, owner=membership.user, **{**defaults, **fields})
    PageHost.objects.create(account=membership.account, page=page, user=membership.user)
    return page


def calendar_account_make(account: Account, user: User, *, state: str = "active") -> CalendarAccount:
    """A connected calendar account without calendars."""
    connection = Connection.objects.create(
        account=account,
        owner=user,
        provider="google",
        external_id=uuid.uuid4().hex,
        identity=user.email,
        credentials={},
        state=state,
    )
    return CalendarAccount.objects.create(account=account, user=user, connection=connection)


def calendar_make(page: SchedulingPage, **fields: Any) -> Calendar:
    """A selected calendar of the page's owner, synced just before NOW."""
    found = CalendarAccount.objects.filter(account=page.account, user=page.owner).first()
    calendar_account = found or calendar_account_make(page.account, page.owner)
    defaults = {
        "remote_id": uuid.uuid4().hex,
        "name": "Work",
        "is_selected": True,
        "sync_token": "token",
        "synced_at": NOW - dt.timedelta(minutes=5),
    }
    return Calendar.objects.create(account=page.account, calendar_account=calendar_account, **{**defaults, **fields})


def busy_make(calendar: Calendar, start: dt.datetime, minutes: int = 60) -> BusyInterval:
    """An event in the way."""
    end = start + dt.timedelta(minutes=minutes)
    return BusyInterval.objects.create(
        account=calendar.account, calendar=calendar, remote_id=uuid.uuid4().hex, starts_at=start, ends_at=end
    )


def reservation_make(
    page: SchedulingPage, start: dt.datetime, minutes: int = 30, state: str = BookingState.CONFIRMED
) -> Booking:
    """A booking of the page with its host's reservation, written as rows."""
    end = start + dt.timedelta(minutes=minutes)
    booking = Booking.objects.create(
        account=page.account,
        page=page,
        state=state,
        starts_at=start,
        ends_at=end,
        guest_time_zone="UTC",
        guest_email="guest@example.com",
        guest_first_name="Guest",
        subject="Intro call",
    )
    active = state in (BookingState.CONFIRMED, BookingState.REQUESTED)
    Reservation.objects.create(
        account=page.account,
        booking=booking,
        host=page.owner,
        during=DateTimeTZRange(start, end),
        active=active,
        buffer_before=page.buffer_before,
        buffer_after=page.buffer_after,
    )
    return booking


def other_account_of(user: User) -> Membership:
    """The same person in another account."""
    assert isinstance(user, get_user_model())
    return MembershipFactory(user=user, account=AccountFactory(), super_admin=True)
