"""Calendars that we may not read any more, at every provider: nobody is offered on trust (C10, C25)."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from accounts.models import Account, OutgoingEmail
from calendars.choices import BookingState, CalendarAccess
from calendars.exceptions import HostUnavailable
from calendars.models import Calendar, SchedulingPage
from calendars.services.calendars import calendars_select
from calendars.services.poll import calendars_poll
from connections.choices import ConnectionState
from connections.models import Connection
from hubclone.lib.jobs.services import run_jobs
from tests.accounts.factories import MembershipFactory, actor_of
from tests.calendars.booking import account_make, book, page_make
from tests.calendars.kinds import offered
from tests.calendars.sides import Side

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.spec("C10", "C25")]


@pytest.fixture
def account(side: Side) -> Account:
    """An account whose owner counts a colleague's calendar beside their own; both are synced."""
    found = account_make()
    membership = found.memberships.select_related("user").get()
    MembershipFactory(account=found, user__email=side.shared)
    side.share()
    connected = side.connect(membership)
    counted = [connected.calendars.get(remote_id=side.shared_id), connected.calendars.get(is_primary=True)]
    calendars_select(
        actor=actor_of(membership), calendar_account=connected, calendar_ids=[calendar.pk for calendar in counted]
    )
    run_jobs()
    return found


@pytest.fixture
def page(account: Account) -> SchedulingPage:
    return page_make(account, connected=False)


def poll() -> None:
    """What a few minutes later happens."""
    Calendar.objects.update(tried_at=timezone.now() - dt.timedelta(minutes=6))
    calendars_poll()
    run_jobs()


def test_a_calendar_that_goes_from_shared_to_private_closes_the_page_until_it_is_shared_again(
    side: Side, page: SchedulingPage
) -> None:
    assert offered(page).starts
    side.unshare()
    poll()
    lost = Calendar.objects.get(remote_id=side.shared_id)
    assert (lost.access, lost.last_error_code) == (CalendarAccess.LOST, "CALENDAR_GONE")
    assert Connection.objects.get().state == ConnectionState.ACTIVE, "the account itself is fine"
    assert not offered(page).starts
    with pytest.raises(HostUnavailable):
        book(page)
    side.share()
    poll()
    assert Calendar.objects.get(pk=lost.pk).access == CalendarAccess.OK
    assert book(page).state == BookingState.CONFIRMED


def test_access_that_has_ended_closes_the_page_is_told_once_and_not_tried_again(
    side: Side, page: SchedulingPage
) -> None:
    side.access_end()
    for _ in range(3):
        poll()
    assert Connection.objects.get().state == ConnectionState.NEEDS_ATTENTION
    assert OutgoingEmail.objects.filter(to=page.owner.email).count() == 1
    assert not offered(page).starts
    side.control.requests_clear()
    poll()
    with pytest.raises(HostUnavailable):
        book(page)
    assert side.control.requests() == {}
