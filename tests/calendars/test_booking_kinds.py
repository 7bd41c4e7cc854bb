"""Booking a group page and a round robin page: who is taken, who is told, and what stays when a host leaves (C18)."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Notification, User
from calendars.choices import CalendarAccess, ChangedBy
from calendars.exceptions import HostUnavailable, SlotTaken
from calendars.models import (
    Booking,
    BusyInterval,
    Calendar,
    CalendarAccount,
    LoggedEvent,
    PageHost,
    Reservation,
    SchedulingPage,
)
from calendars.providers.protocol import Attendee, Interval, RemoteEvent, Unreadable
from calendars.selectors.availability import slots_between
from calendars.services.attempts import attempt_tell
from calendars.services.booking_changes import booking_cancel, booking_move
from calendars.services.events_follow import EventsFollow
from connections.choices import ConnectionState
from connections.models import Connection
from crm.choices import ObjectType
from crm.services.changes import RecordChange
from crm.services.records import records_write
from hubclone.lib.errors import TransientError
from hubclone.lib.jobs.services import run_jobs
from tests.accounts.factories import actor_of
from tests.calendars.booking import HALF_HOUR, book, page_make, slot, visitor
from tests.calendars.kinds import group_make, host_of, offered, robin_make, taken
from tests.calendars.memory import MEMORY, memory_reset
from tests.calendars.provider_bookings import mails

pytestmark = [pytest.mark.django_db, pytest.mark.spec("C18")]
GUEST = "jan@example.com"


@pytest.fixture(autouse=True)
def _memory() -> None:
    memory_reset()


def calendar_of(user: User) -> Calendar:
    return Calendar.objects.get(calendar_account__user=user)


def busy_make(user: User, start: dt.datetime, end: dt.datetime, remote_id: str = "event") -> None:
    """Stored, and so said by the provider."""
    calendar = calendar_of(user)
    MEMORY.busy[calendar.remote_id] = [Interval(start, end)]
    BusyInterval.objects.create(
        account=calendar.account, calendar=calendar, remote_id=remote_id, starts_at=start, ends_at=end
    )


def read(booking: Booking) -> Booking:
    return Booking.objects.select_related("page__owner", "page__account", "organiser").get(pk=booking.pk)


# -- groups -------------------------------------------------------------------


@pytest.mark.spec("C21")
def test_a_group_takes_every_host_and_invites_them_from_the_organisers_calendar() -> None:
    page, hosts = group_make(3)
    booking = book(page)
    assert taken(booking) == {user.pk for user in hosts}
    assert host_of(booking) == page.owner
    assert booking.calendar == calendar_of(page.owner)
    run_jobs()
    (draft,) = MEMORY.events.values()
    assert [attendee.email for attendee in draft.attendees] == [GUEST, hosts[1].email, hosts[2].email]
    assert all(user.name in booking.subject for user in hosts)


@pytest.mark.spec("C21")
def test_every_host_of_a_group_and_the_guest_are_told_once_with_all_names() -> None:
    page, hosts = group_make(3)
    hosts[1].time_zone = "America/New_York"
    hosts[1].save()
    book(page)
    run_jobs()
    run_jobs()
    (to_guest,) = mails(GUEST)
    assert "Anna Nowak, Jan Lis and Ola Kos" in to_guest.text
    for user in hosts:
        (mail,) = mails(user.email)
        assert "has booked a meeting with you" in mail.text
        assert "Anna Nowak, Jan Lis and Ola Kos" in mail.text
    assert "New York" in mails(hosts[1].email)[0].text
    assert Notification.objects.filter(user__in=hosts).count() == 3


@pytest.mark.spec("C29")
def test_a_group_offers_only_what_suits_all_and_the_provider_of_each_is_asked() -> None:
    page, hosts = group_make(3)
    busy_make(hosts[2], slot(1), slot(2))
    assert len(offered(page).starts) == 5
    with pytest.raises(SlotTaken):
        book(page, slot(1))
    MEMORY.busy[hosts[1].email] = [Interval(slot(3), slot(4))]
    MEMORY.asked.clear()
    with pytest.raises(SlotTaken):
        book(page, slot(3))
    assert set(MEMORY.asked) == {user.email for user in hosts}
    assert taken(book(page, slot(4))) == {user.pk for user in hosts}


@pytest.mark.spec("C25")
def test_a_group_with_a_calendar_that_cannot_be_read_offers_nothing_and_both_are_told() -> None:
    page, hosts = group_make(3)
    Calendar.objects.filter(pk=calendar_of(hosts[1]).pk).update(access=CalendarAccess.LOST)
    slots = offered(page)
    assert (slots.starts, slots.is_readable) == ([], False)
    with pytest.raises(HostUnavailable):
        book(page)
    for _ in range(2):
        attempt_tell(page=SchedulingPage.objects.get(pk=page.pk))
    (to_host,), (to_owner,) = mails(hosts[1].email), mails(page.owner.email)
    assert "Work" in to_host.subject
    assert "Jan Lis" in to_owner.text
    assert not mails(hosts[2].email)


@pytest.mark.spec("C10", "C25")
def test_a_provider_that_refuses_one_host_refuses_the_groups_booking_and_names_the_calendar() -> None:
    page, hosts = group_make(2)
    MEMORY.busy[hosts[1].email] = Unreadable("notFound")
    with pytest.raises(HostUnavailable) as refused:
        book(page)
    assert refused.value.unreadable == [calendar_of(hosts[1]).pk]


@pytest.mark.spec("C19")
def test_a_host_whose_limit_is_reached_on_the_page_closes_a_groups_day() -> None:
    page, _hosts = group_make(2, limit_day=1)
    book(page, slot(0))
    assert offered(page).starts == []
    with pytest.raises(SlotTaken):
        book(page, slot(3))


@pytest.mark.spec("C23")
def test_a_group_booking_moves_and_is_cancelled_for_all_hosts_whose_invitations_are_not_in_its_way() -> None:
    page, hosts = group_make(2)
    booking = book(page, slot(0))
    run_jobs()
    for user in hosts:  # Each calendar shows the event, the invited one under an id of its own.
        busy_make(user, slot(0), slot(1), remote_id=booking.event_id if user == page.owner else "copy")
    later = slot(0) + dt.timedelta(minutes=30)
    SchedulingPage.objects.filter(pk=page.pk).update(step=15, buffer_before=30)
    moved = booking_move(actor=visitor(page), booking=read(booking), starts_at=later, by=ChangedBy.GUEST)
    run_jobs()
    assert {r.during.lower for r in Reservation.objects.filter(booking=moved)} == {later}
    assert all("has moved the meeting" in mails(user.email)[-1].text for user in hosts)
    booking_cancel(actor=visitor(page), booking=read(booking), by=ChangedBy.OWNER)
    run_jobs()
    assert taken(booking) == set()
    assert all("is cancelled" in mails(user.email)[-1].text for user in hosts)
    assert not MEMORY.events


@pytest.mark.spec("C23", "C29")
def test_a_group_booking_cannot_move_onto_another_meeting_of_any_host() -> None:
    page, hosts = group_make(2)
    booking = book(page, slot(0))
    busy_make(hosts[1], slot(3), slot(4))
    with pytest.raises(SlotTaken):
        booking_move(actor=visitor(page), booking=read(booking), starts_at=slot(3), by=ChangedBy.GUEST)


@pytest.mark.spec("C5")
def test_an_invited_hosts_copy_of_a_groups_event_is_not_logged_as_another_meeting() -> None:
    page, hosts = group_make(2)
    booking = book(page, slot(0))
    calendar = calendar_of(hosts[1])
    attendees = (Attendee(GUEST, "Jan Kowalski"),)
    copy = RemoteEvent(
        "copy", True, Interval(slot(0), slot(1)), attendees=attendees, ical_uid=booking.ical_uid, summary="Intro"
    )
    EventsFollow(calendar).page([copy])
    assert not LoggedEvent.objects.exists()
    EventsFollow(calendar).page([copy._replace(remote_id="other", ical_uid="other@example.com")])
    assert LoggedEvent.objects.get().remote_id == "other"


# -- round robin --------------------------------------------------------------


def test_a_round_robin_takes_one_host_who_organises_the_meeting_and_is_named() -> None:
    page, hosts = robin_make(2)
    first, second = book(page, slot(0)), book(page, slot(0), email="two@example.com")
    assert {host_of(first), host_of(second)} == set(hosts)
    assert taken(first) == {host_of(first).pk}
    assert second.calendar == calendar_of(host_of(second))
    assert second.meeting is not None
    assert second.meeting.properties["hubspot_owner_id"] == str(host_of(second).pk)
    with pytest.raises(SlotTaken):
        book(page, slot(0), email="three@example.com")
    run_jobs()
    (mail,) = mails("two@example.com")
    assert host_of(second).name in mail.text
    assert host_of(first).name not in mail.text
    assert mail.reply_to == host_of(second).email
    assert [len(mails(user.email)) for user in hosts] == [1, 1]


def test_a_round_robin_is_fair_by_weight_and_cancelled_meetings_do_not_count() -> None:
    page, hosts = robin_make(weights=(3, 1))
    counts = Counter(host_of(book(page, slot(number))).pk for number in range(12))
    assert counts == {hosts[0].pk: 9, hosts[1].pk: 3}
    for booking in Booking.objects.filter(organiser=hosts[1]):
        booking_cancel(actor=visitor(page), booking=booking, by=ChangedBy.OWNER)
    assert [host_of(book(page, slot(20 + number))) for number in range(3)] == [hosts[1]] * 3


def test_at_equal_counts_the_least_recently_booked_is_taken() -> None:
    page, hosts = robin_make(3)
    order = [host_of(book(page, slot(number))) for number in range(6)]
    assert order == [*hosts, *hosts]


def test_the_contacts_owner_comes_first_if_the_page_says_so_and_they_are_free() -> None:
    page, hosts = robin_make(3, is_owner_first=True)
    owned = RecordChange(ObjectType.CONTACT, {"hubspot_owner_id": str(hosts[2].pk)}, match_email="jan@example.com")
    records_write(actor=actor_of(page.account.memberships.get(user=page.owner)), changes=[owned])
    assert [host_of(book(page, slot(number))) for number in range(2)] == [hosts[2]] * 2
    assert host_of(book(page, slot(1), email="JAN@example.com")) == hosts[0]
    assert host_of(book(page, slot(2), email="new@example.com")) == hosts[1]
    SchedulingPage.objects.filter(pk=page.pk).update(is_owner_first=False)
    assert host_of(book(page, slot(5))) == hosts[0]


@pytest.mark.spec("C25")
@pytest.mark.parametrize("trouble", ["lost", "never synced", "needs attention"])
def test_a_host_whose_calendar_cannot_be_read_is_free_nowhere_and_the_others_are_offered(trouble: str) -> None:
    page, hosts = robin_make(2)
    calendar = Calendar.objects.filter(pk=calendar_of(hosts[0]).pk)
    if trouble == "lost":
        calendar.update(access=CalendarAccess.LOST)
    elif trouble == "never synced":
        calendar.update(sync_token="", synced_at=None)
    else:
        Connection.objects.filter(owner=hosts[0]).update(state=ConnectionState.NEEDS_ATTENTION)
    assert len(offered(page).starts) == 6
    assert host_of(book(page, slot(0))) == hosts[1]
    assert len(offered(page).starts) == 5
    with pytest.raises(SlotTaken):
        book(page, slot(0), email="two@example.com")
    assert not mails(page.owner.email)


@pytest.mark.spec("C10", "C25")
def test_with_every_calendar_unreadable_nobody_is_offered_and_all_are_told_once_an_hour() -> None:
    page, hosts = robin_make(3)
    PageHost.objects.filter(user=page.owner).update(left_at=timezone.now())
    Calendar.objects.update(access=CalendarAccess.LOST)
    slots = offered(page)
    assert (slots.starts, slots.is_readable) == ([], False)
    with pytest.raises(HostUnavailable):
        book(page)
    for _ in range(3):
        attempt_tell(page=SchedulingPage.objects.get(pk=page.pk))
    assert [len(mails(user.email)) for user in hosts] == [1, 1, 1]
    assert "Jan Lis, Ola Kos" in mails(page.owner.email)[0].text
    assert "your page" not in mails(hosts[1].email)[0].text


@pytest.mark.spec("C22", "C25")
def test_providers_are_asked_in_turn_and_one_that_is_dead_is_passed_over() -> None:
    page, hosts = robin_make(3)
    assert host_of(book(page, slot(0))) == hosts[0]
    assert MEMORY.asked == [hosts[0].email]
    MEMORY.busy_failures[hosts[1].email] = TransientError("down")
    MEMORY.busy[hosts[2].email] = [Interval(slot(1), slot(2))]
    assert host_of(book(page, slot(1))) == hosts[0], "who answers comes before who does not"
    MEMORY.busy[hosts[0].email] = Unreadable("notFound")
    assert host_of(book(page, slot(1), email="two@example.com")) == hosts[1], "else the stored busy time decides"


@pytest.mark.spec("C10")
def test_a_round_robin_whose_providers_all_refuse_is_unavailable() -> None:
    page, hosts = robin_make(2)
    MEMORY.busy = {user.email: Unreadable("notFound") for user in hosts}
    with pytest.raises(HostUnavailable) as refused:
        book(page)
    assert set(refused.value.unreadable) == {calendar_of(user).pk for user in hosts}
    assert not Booking.objects.exists()


@pytest.mark.spec("C19")
def test_limits_count_for_each_host_of_a_round_robin() -> None:
    page, hosts = robin_make(2, limit_day=1)
    assert {host_of(book(page, slot(number))) for number in range(2)} == set(hosts)
    assert offered(page).starts == []
    with pytest.raises(SlotTaken):
        book(page, slot(4))


@pytest.mark.spec("C23")
def test_a_round_robin_booking_moves_with_its_host_alone() -> None:
    page, hosts = robin_make(2)
    booking = book(page, slot(0))
    busy_make(hosts[0], slot(3), slot(4))
    with pytest.raises(SlotTaken):
        booking_move(actor=visitor(page), booking=read(booking), starts_at=slot(3), by=ChangedBy.GUEST)
    Calendar.objects.filter(pk=calendar_of(hosts[1]).pk).update(access=CalendarAccess.LOST)
    moved = booking_move(actor=visitor(page), booking=read(booking), starts_at=slot(4), by=ChangedBy.GUEST)
    assert (host_of(moved), moved.starts_at) == (hosts[0], slot(4))


# -- leaving ------------------------------------------------------------------


@pytest.mark.spec("C23")
def test_a_host_who_leaves_keeps_their_bookings_and_is_offered_no_more() -> None:
    page, hosts = robin_make(2)
    booking = book(page, slot(0))
    run_jobs()
    PageHost.objects.filter(page=page, user=hosts[0]).update(left_at=timezone.now())
    assert {host_of(book(page, slot(number))) for number in range(2)} == {hosts[1]}
    moved = booking_move(actor=visitor(page), booking=read(booking), starts_at=slot(5), by=ChangedBy.GUEST)
    assert host_of(moved) == hosts[0]
    run_jobs()
    assert "has moved the meeting" in mails(hosts[0].email)[-1].text
    booking_cancel(actor=visitor(page), booking=read(moved), by=ChangedBy.GUEST)
    assert taken(booking) == set()


def test_who_has_left_the_account_is_offered_no_more() -> None:
    page, hosts = group_make(2)
    page.account.memberships.filter(user=hosts[1]).delete()
    assert taken(book(page)) == {hosts[0].pk}
    robin, others = robin_make(2)
    User.objects.filter(pk=others[0].pk).update(is_active=False)
    assert host_of(book(robin)) == others[1]


def test_a_page_that_everybody_has_left_offers_nothing() -> None:
    for page, _hosts in (group_make(2), robin_make(2)):
        PageHost.objects.filter(page=page).update(left_at=timezone.now())
        assert offered(page).starts == []
        with pytest.raises(HostUnavailable):
            book(page)


# -- cost ---------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["group", "robin"])
def test_a_page_of_many_hosts_takes_two_queries(kind: str) -> None:
    page, _hosts = (group_make if kind == "group" else robin_make)(12, limit_week=5)
    page = SchedulingPage.objects.get(pk=page.pk)
    with CaptureQueriesContext(connection) as queries:
        slots_between(
            page=page,
            within=(int(slot(0).timestamp()), int(slot(9).timestamp())),
            now=dt.datetime.now(dt.UTC),
            duration=HALF_HOUR,
        )
    assert len(queries) == 2


def test_a_personal_page_takes_its_owner_as_before() -> None:
    page = page_make()
    booking = book(page)
    assert (taken(booking), host_of(booking)) == ({page.owner_id}, page.owner)
    assert CalendarAccount.objects.count() == 1
