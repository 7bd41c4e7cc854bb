"""A calendar whose connection was removed, and made anew: the events of earlier meetings belong to it again (C8)."""

from __future__ import annotations

import pytest

from accounts.actor import system_actor
from accounts.models import Membership, Notification
from calendars.choices import BookingState, CalendarWrite, ChangedBy
from calendars.models import Booking, Calendar, CalendarAccount, MeetingEvent, SchedulingPage
from calendars.selectors.meeting_events import meeting_event_note
from calendars.services.booking_changes import booking_cancel, booking_move
from calendars.services.meeting_events import changes_follow
from connections.services.state import connection_disconnect
from crm.choices import ObjectType
from crm.models import Record
from crm.services.changes import RecordChange
from crm.services.records import records_write
from hubclone.lib.jobs.services import run_jobs
from sandbox.exchange.testing import BEN
from tests.accounts.factories import MembershipFactory
from tests.calendars.booking import account_make, at_once, book, slot, visitor
from tests.calendars.provider_bookings import fresh, sync
from tests.calendars.sides import Side
from tests.calendars.test_meeting_words import change, follow, schedule
from tests.connections.exchange import exchange_connected
from tests.crm.conftest import record_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.spec("C8")]


@pytest.fixture
def host(page: SchedulingPage) -> Membership:
    """Whose page it is."""
    return page.account.memberships.select_related("user", "account").get()


def remove() -> None:
    """The person removes the connection."""
    connection = CalendarAccount.objects.get().connection
    connection_disconnect(actor=system_actor(connection.account_id), connection=connection)
    run_jobs()
    assert not Calendar.objects.exists()


def again(side: Side, host: Membership) -> None:
    """The same account is connected."""
    side.connect_only(host)
    run_jobs()


def test_an_event_that_was_moved_meanwhile_or_is_later_moves_its_booking(
    booking: Booking, host: Membership, side: Side
) -> None:
    remove()
    assert fresh(booking).calendar_id is None
    side.move(booking.event_id, slot(4))
    again(side, host)
    assert fresh(booking).starts_at == slot(4)
    side.move(booking.event_id, slot(8))
    sync()
    assert fresh(booking).starts_at == slot(8)


@pytest.mark.parametrize("when", ["meanwhile", "later"])
def test_an_event_that_is_deleted_cancels_its_booking(
    booking: Booking, host: Membership, side: Side, when: str
) -> None:
    remove()
    if when == "meanwhile":
        side.delete(booking.event_id)
    again(side, host)
    if when == "later":
        assert fresh(booking).state == BookingState.CONFIRMED
        side.delete(booking.event_id)
        sync()
    assert fresh(booking).state == BookingState.CANCELLED


def test_what_became_of_bookings_here_meanwhile_reaches_the_calendar(
    booking: Booking, page: SchedulingPage, host: Membership, side: Side
) -> None:
    other = book(page, slot(6))
    run_jobs()
    remove()
    booking_cancel(actor=visitor(page), booking=fresh(booking), by=ChangedBy.GUEST)
    booking_move(actor=visitor(page), booking=fresh(other), starts_at=slot(10), by=ChangedBy.GUEST)
    run_jobs()
    assert len(side.starts()) == 2
    again(side, host)
    assert side.starts() == [slot(10)]
    assert fresh(booking).calendar_write == CalendarWrite.REMOVED


def test_an_event_that_could_not_be_made_before_is_made(page: SchedulingPage, host: Membership, side: Side) -> None:
    booking = book(page)
    connection = CalendarAccount.objects.get().connection
    connection_disconnect(actor=system_actor(connection.account_id), connection=connection)
    run_jobs()
    assert fresh(booking).calendar_write == CalendarWrite.FAILED
    again(side, host)
    assert fresh(booking).calendar_write == CalendarWrite.WRITTEN
    assert side.starts() == [slot(0)]


@pytest.mark.spec("C6")
def test_meetings_made_on_records_are_followed_again(page: SchedulingPage, host: Membership, side: Side) -> None:
    person = RecordChange(ObjectType.CONTACT, {"email": "olga@example.com"}, match_email="olga@example.com")
    contact = record_of(records_write(actor=system_actor(host.account_id), changes=[person])[0])
    meeting = schedule(host, contact)
    remove()
    assert "not connected any more" in meeting_event_note(meeting)
    change(meeting, hs_meeting_title="Review")
    follow()
    follow()
    assert Notification.objects.filter(user=host.user, key__startswith="meeting:").count() == 1, "said, and said once"
    again(side, host)
    event_id = MeetingEvent.objects.get().event_id
    assert side.words(event_id)[0] == "Review"
    side.move(event_id, slot(6))
    sync()
    assert changes_follow() == 0
    begins = Record.objects.get(pk=meeting.pk).properties["hs_meeting_start_time"]
    assert begins.startswith(slot(6).isoformat()[:16])


@pytest.mark.parametrize("side", ["google"], indirect=True)
def test_a_colleague_who_connects_the_same_account_does_not_take_them(
    booking: Booking, host: Membership, side: Side
) -> None:
    remove()
    again(side, MembershipFactory(account=host.account))
    assert fresh(booking).calendar_id is None
    remove()
    again(side, host)
    assert fresh(booking).calendar_id == Calendar.objects.get(is_primary=True).pk


@pytest.mark.spec("C1")
@pytest.mark.parametrize("side", ["exchange"], indirect=True)
def test_of_two_accounts_that_are_connected_at_once_the_second_asks_whether_to_replace_the_first(side: Side) -> None:
    member = account_make().memberships.select_related("user", "account").get()
    side.control.exchange.auth("basic")
    ben = {"email": BEN, "user_name": "ben"}
    answers = at_once(
        [lambda: exchange_connected(member, side.server), lambda: exchange_connected(member, side.server, **ben)]
    )
    assert sorted(type(one).__name__ for one in answers) == ["CalendarAccount", "ReplaceNotConfirmed"]
    assert CalendarAccount.objects.count() == 1
