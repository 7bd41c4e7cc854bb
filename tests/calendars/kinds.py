"""Pages of several hosts whose calendars are in ``memory``, each busy in a calendar of their own."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from accounts.models import Account, User
from calendars.choices import PageKind
from calendars.models import Booking, PageHost, Reservation, SchedulingPage
from calendars.selectors.availability import PageSlots, slots_between
from tests.accounts.factories import MembershipFactory
from tests.calendars.booking import HALF_HOUR, account_make, calendar_make, page_make, slot

NAMES = ("Anna Nowak", "Jan Lis", "Ola Kos", "Ewa Bąk", "Piotr Wilk")


def host_make(page: SchedulingPage, name: str, *, connected: bool = True, weight: int = 1) -> User:
    """One more host of a page, in its account."""
    email = f"{name.split()[0].lower()}-{uuid.uuid4().hex[:8]}@example.com"
    user = MembershipFactory(account=page.account, user__name=name, user__email=email).user
    PageHost.objects.create(account=page.account, page=page, user=user, weight=weight)
    if connected:
        calendar_make(page.account, user)
    return user


def kind_make(
    kind: PageKind,
    hosts: int = 3,
    *,
    account: Account | None = None,
    connected: bool = True,
    weights: tuple[int, ...] = (),
    **fields: Any,
) -> tuple[SchedulingPage, list[User]]:
    """A page of that many hosts, its owner the first of them."""
    page = page_make(account or account_make(), connected=connected, kind=kind, **fields)
    shares = weights or (1,) * hosts
    PageHost.objects.filter(page=page).update(weight=shares[0])
    others = [
        host_make(page, NAMES[number % len(NAMES)], connected=connected, weight=shares[number])
        for number in range(1, len(shares))
    ]
    return page, [page.owner, *others]


def group_make(hosts: int = 3, **fields: Any) -> tuple[SchedulingPage, list[User]]:
    """A group page."""
    return kind_make(PageKind.GROUP, hosts, **fields)


def robin_make(hosts: int = 3, **fields: Any) -> tuple[SchedulingPage, list[User]]:
    """A round robin page."""
    return kind_make(PageKind.ROUND_ROBIN, hosts, **fields)


def offered(page: SchedulingPage) -> PageSlots:
    """What visitors are offered of the first six slots."""
    within = int(slot(0).timestamp()), int(slot(6).timestamp())
    page = SchedulingPage.objects.get(pk=page.pk)
    return slots_between(page=page, within=within, now=dt.datetime.now(dt.UTC), duration=HALF_HOUR)


def taken(booking: Booking) -> set[int]:
    """Whose time a booking takes."""
    return set(Reservation.objects.filter(booking=booking, active=True).values_list("host_id", flat=True))


def host_of(booking: Booking) -> User:
    """Who organises the meeting."""
    assert booking.organiser is not None
    return booking.organiser
