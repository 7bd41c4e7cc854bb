"""Our clock five minutes ahead of the provider's and of our other servers', or behind: nothing depends on it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
import time_machine
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from accounts.models import Membership, OutgoingEmail
from calendars.choices import BookingState, ChangedBy
from calendars.form_tokens import form_token_make, form_token_read
from calendars.guest_links import booking_by_token, manage_token
from calendars.models import BusyInterval, CalendarJob, PushChannel, SchedulingPage
from calendars.services.booking_changes import booking_move
from calendars.services.push import channel_renew_enqueue
from calendars.services.sync import calendar_sync
from connections.choices import ConnectionState
from connections.models import Connection
from hubclone.lib.jobs.choices import JobState
from hubclone.lib.jobs.services import run_jobs
from tests.calendars.booking import account_make, book, page_make, slot, visitor
from tests.calendars.provider_bookings import GUEST, fresh, mails, sync
from tests.calendars.provider_contract import soon
from tests.calendars.sides import PUSHING, Side
from tests.calendars.workers import wait_for
from tests.connections.google import Browser

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.spec("A12", "C7")]
SKEWS = [pytest.param(dt.timedelta(minutes=5), id="ahead"), pytest.param(dt.timedelta(minutes=-5), id="behind")]


@pytest.fixture(params=SKEWS)
def skew(request: pytest.FixtureRequest) -> dt.timedelta:
    """How far our clock is ahead."""
    found: dt.timedelta = request.param
    return found


@pytest.fixture
def skewed(skew: dt.timedelta) -> Iterator[None]:
    """Our clock is off for the whole test."""
    with time_machine.travel(dt.datetime.now(dt.UTC) + skew):
        yield


@pytest.fixture
def page(side: Side, skewed: None) -> SchedulingPage:
    """A page whose owner has connected the provider, with the clock being off all the while."""
    account = account_make()
    side.connect_only(account.memberships.select_related("user").get())
    run_jobs()
    return page_make(account, connected=False)


def test_a_calendar_is_connected_synced_and_polled(side: Side, member: Membership, skewed: None) -> None:
    calendar = side.calendar(member)
    made = side.make(soon())
    calendar_sync(calendar_id=calendar.pk)
    side.move(made, soon(4))
    calendar_sync(calendar_id=calendar.pk)
    assert BusyInterval.objects.get().starts_at == soon(4)


@pytest.mark.parametrize("side", PUSHING, indirect=True)
def test_a_token_that_ends_sooner_than_our_clock_says_is_renewed_once(
    side: Side, member: Membership, skew: dt.timedelta
) -> None:
    """It was counted from a clock that was set right since."""
    with time_machine.travel(dt.datetime.now(dt.UTC) + skew):
        calendar = side.calendar(member)
    expires_at = Connection.objects.get().expires_at
    assert expires_at is not None
    side.stand_in.token_expire(side.anna)
    side.control.requests_clear()
    with time_machine.travel(expires_at - dt.timedelta(minutes=2)):
        calendar_sync(calendar_id=calendar.pk)
    renewed = [number for name, number in side.control.requests().items() if name.endswith("/token")]
    assert renewed == [1]
    connection = Connection.objects.get()
    assert connection.state == ConnectionState.ACTIVE
    assert connection.expires_at is not None
    assert connection.expires_at > expires_at
    assert not OutgoingEmail.objects.exists()


@pytest.mark.parametrize("side", PUSHING, indirect=True)
def test_consent_that_was_begun_by_another_clock_is_good(side: Side, member: Membership, skew: dt.timedelta) -> None:
    browser = Browser(member, side.key)
    with time_machine.travel(dt.datetime.now(dt.UTC) + skew):
        url = browser.begin()
    assert browser.back(browser.consent(url)).status_code == 302
    assert Connection.objects.get().state == ConnectionState.ACTIVE


@pytest.mark.parametrize("side", PUSHING, indirect=True)
def test_a_channel_is_opened_for_as_long_as_the_provider_allows_and_brings_its_pushes(
    side: Side, member: Membership, skewed: None, live_server: LiveServer, settings: Settings
) -> None:
    settings.BASE_URL = live_server.url
    calendar = side.calendar(member)
    run_jobs()
    channel = PushChannel.objects.get(calendar=calendar)
    side.make(soon())
    wait_for(lambda: CalendarJob.objects.filter(kind="calendar.sync", state=JobState.QUEUED).exists())
    channel_renew_enqueue(calendar)
    run_jobs()
    assert BusyInterval.objects.count() == 1
    assert PushChannel.objects.get(calendar=calendar) == channel, "one that is good is left alone"
    assert not CalendarJob.objects.filter(state=JobState.DEAD).exists()


@pytest.mark.spec("C8", "C21", "C23")
def test_changes_on_both_sides_follow_each_other_as_they_were_made(side: Side, page: SchedulingPage) -> None:
    """Whose change was last is told by the provider's clock alone."""
    first, moved, again = slot(0), slot(4), slot(8)
    booking = book(page, first)
    run_jobs()
    sync()
    assert [fresh(booking).event_id] == side.events()
    side.move(fresh(booking).event_id, moved)
    sync()
    assert (fresh(booking).starts_at, fresh(booking).changed_by) == (moved, ChangedBy.CALENDAR)
    booking_move(actor=visitor(page), booking=fresh(booking), starts_at=again, by=ChangedBy.GUEST)
    run_jobs()
    for _ in range(2):
        sync()
    found = fresh(booking)
    assert (found.starts_at, found.changed_by, found.sequence) == (again, ChangedBy.GUEST, found.written_sequence)
    assert len(mails(GUEST)) == 3
    side.delete(found.event_id)
    sync()
    assert fresh(booking).state == BookingState.CANCELLED


@pytest.mark.spec("C26")
@pytest.mark.parametrize("side", ["google"], indirect=True)
def test_what_one_server_has_signed_another_takes(side: Side, skew: dt.timedelta) -> None:
    """Servers of ours whose clocks differ."""
    page = page_make()
    with time_machine.travel(dt.datetime.now(dt.UTC) + skew):
        form = form_token_make(page)
        link = manage_token(book(page))
    assert form_token_read(page, form).key
    assert booking_by_token(link).page == page
