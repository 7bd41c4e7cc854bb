"""Pages of several hosts without calendars: a time is asked for, and the page's owner answers for all (C4, C18)."""

from __future__ import annotations

import pytest

from calendars.choices import BookingState, CalendarWrite
from calendars.exceptions import SlotTaken
from calendars.services.booking_requests import request_confirm, request_decline
from hubclone.lib.jobs.services import run_jobs
from tests.accounts.factories import actor_of
from tests.calendars.booking import book, calendar_make, slot
from tests.calendars.kinds import group_make, host_make, host_of, offered, robin_make, taken
from tests.calendars.memory import MEMORY, memory_reset
from tests.calendars.provider_bookings import mails

pytestmark = [pytest.mark.django_db, pytest.mark.spec("C18")]


@pytest.fixture(autouse=True)
def _memory() -> None:
    memory_reset()


@pytest.mark.spec("C4")
def test_a_group_with_a_host_without_a_calendar_takes_requests_that_its_owner_answers_for_all() -> None:
    page, hosts = group_make(2)
    hosts.append(host_make(page, "Ola Kos", connected=False))
    assert offered(page).is_offline
    booking = book(page)
    assert (booking.state, booking.calendar_write) == (BookingState.REQUESTED, CalendarWrite.NONE)
    assert taken(booking) == {user.pk for user in hosts}
    run_jobs()
    assert [len(mails(user.email)) for user in hosts] == [1, 0, 0]
    request_confirm(actor=actor_of(page.account.memberships.get(user=page.owner)), booking_id=booking.pk)
    run_jobs()
    assert list(MEMORY.events) == [booking.uid]
    assert [len(mails(user.email)) for user in hosts] == [2, 1, 1]
    with pytest.raises(SlotTaken):
        book(page, email="two@example.com")


@pytest.mark.spec("C4")
def test_a_declined_group_request_frees_the_time_of_all() -> None:
    page, hosts = group_make(2, connected=False)
    booking = book(page)
    request_decline(actor=actor_of(page.account.memberships.get(user=page.owner)), booking_id=booking.pk)
    run_jobs()
    assert taken(booking) == set()
    assert not mails(hosts[1].email)
    assert book(page, email="two@example.com").state == BookingState.REQUESTED


@pytest.mark.spec("C4")
def test_a_round_robin_nobody_of_which_has_a_calendar_takes_requests_in_turn() -> None:
    page, hosts = robin_make(2, connected=False)
    assert offered(page).is_offline
    first, second = book(page), book(page, email="two@example.com")
    assert {first.state, second.state} == {BookingState.REQUESTED}
    assert {host_of(first), host_of(second)} == set(hosts)
    run_jobs()
    assert [len(mails(user.email)) for user in hosts] == [2, 0], "the page's owner answers"
    of_other = first if host_of(first) != page.owner else second
    request_confirm(actor=actor_of(page.account.memberships.get(user=page.owner)), booking_id=of_other.pk)
    run_jobs()
    assert "has booked a meeting with you" in mails(hosts[1].email)[-1].text


@pytest.mark.spec("C4", "C25")
def test_beside_colleagues_with_calendars_who_has_none_takes_no_part_in_a_round_robin() -> None:
    page, hosts = robin_make(1)
    alone = host_make(page, "Jan Lis", connected=False)
    assert not offered(page).is_offline
    assert host_of(book(page, slot(0))) == hosts[0]
    with pytest.raises(SlotTaken):
        book(page, slot(0), email="two@example.com")
    calendar_make(page.account, alone)
    assert host_of(book(page, slot(0), email="two@example.com")) == alone
