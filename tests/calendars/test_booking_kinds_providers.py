"""Pages of several hosts whose calendars are at a provider: one of them leaves, and all of them are cut off (C18)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pytest
from django.utils import timezone

from accounts.models import User
from calendars.choices import BookingState, CalendarWrite, ChangedBy
from calendars.exceptions import HostUnavailable
from calendars.models import Calendar, SchedulingPage
from calendars.services.attempts import attempt_tell
from calendars.services.booking_changes import booking_cancel, booking_move
from calendars.services.page_hosts import HostChoice, page_hosts_set, page_leave
from calendars.services.poll import calendars_poll
from connections.choices import ConnectionState
from connections.models import Connection
from hubclone.lib.jobs.services import run_jobs
from tests.accounts.factories import actor_of
from tests.calendars.booking import book, slot, visitor
from tests.calendars.kinds import group_make, host_of, offered, robin_make, taken
from tests.calendars.provider_bookings import fresh, mails
from tests.calendars.sides import Side

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.spec("C18")]


def connect(side: Side, page: SchedulingPage, users: Sequence[User]) -> None:
    """One has Anna's account, the other a colleague's; both are listed and synced."""
    for user, account in zip(users, (side.anna, side.colleague), strict=True):
        side.connect_only(page.account.memberships.select_related("user").get(user=user), account)
    run_jobs()


def poll() -> None:
    """What a few minutes later happens."""
    Calendar.objects.update(tried_at=timezone.now() - dt.timedelta(minutes=6))
    calendars_poll()
    run_jobs()


@pytest.mark.spec("C23")
def test_a_host_who_leaves_a_group_keeps_what_is_booked_and_is_in_nobodys_way_any_more(side: Side) -> None:
    page, (owner, leaver) = group_make(2, connected=False)
    connect(side, page, [owner, leaver])
    side.make(slot(0), calendar=side.colleague)
    poll()
    at_first, starts = int(slot(0).timestamp()), offered(page).starts
    assert (at_first in starts, len(starts)) == (False, 5)
    booked = book(page, slot(1))
    run_jobs()
    page_leave(
        actor=actor_of(page.account.memberships.get(user=leaver)),
        page=SchedulingPage.objects.get(pk=page.pk),
        user=leaver,
    )
    assert at_first in offered(page).starts, "when they are busy does not count any more"
    assert taken(booked) == {owner.pk, leaver.pk}
    moved = booking_move(actor=visitor(page), booking=fresh(booked), starts_at=slot(2), by=ChangedBy.GUEST)
    run_jobs()
    assert (taken(moved), side.starts()) == ({owner.pk, leaver.pk}, [slot(2)])
    assert "has moved the meeting" in mails(leaver.email)[-1].text
    side.access_end(side.colleague)
    poll()
    told = len(mails(leaver.email))
    alone = book(page, slot(0))
    run_jobs()
    assert (taken(alone), fresh(alone).calendar_write) == ({owner.pk}, CalendarWrite.WRITTEN)
    assert len(mails(leaver.email)) == told
    assert {moment.astimezone(dt.UTC) for moment in side.starts()} == {slot(0), slot(2)}
    booking_cancel(actor=visitor(page), booking=fresh(booked), by=ChangedBy.GUEST)
    run_jobs()
    assert (taken(booked), fresh(booked).state, side.starts()) == (set(), BookingState.CANCELLED, [slot(0)])
    assert "has cancelled" in mails(leaver.email)[-1].text


@pytest.mark.spec("C10", "C25")
def test_a_round_robin_whose_hosts_are_all_cut_off_offers_nobody_and_they_and_the_owner_are_told(side: Side) -> None:
    page, (owner, *hosts) = robin_make(3, connected=False)
    membership = page.account.memberships.get(user=owner)
    page_hosts_set(actor=actor_of(membership), page=page, hosts=[HostChoice(user.pk) for user in hosts])
    connect(side, page, hosts)
    assert len(offered(page).starts) == 6
    side.access_end(side.anna)
    poll()
    assert len(offered(page).starts) == 6
    assert host_of(book(page, slot(0))) == hosts[1], "the one who is left"
    side.access_end(side.colleague)
    with pytest.raises(HostUnavailable) as refused:
        book(page, slot(1))
    poll()
    assert set(Connection.objects.values_list("state", flat=True)) == {ConnectionState.NEEDS_ATTENTION}
    slots = offered(page)
    assert (slots.starts, slots.is_readable) == ([], False)
    for _ in range(2):
        attempt_tell(page=SchedulingPage.objects.get(pk=page.pk), refused=refused.value)
    cut_off = [[mail for mail in mails(user.email) if "Nobody can book you" in mail.subject] for user in hosts]
    assert [len(told) for told in cut_off] == [1, 1]
    assert [address in told[0].subject for address, told in zip((side.anna, side.colleague), cut_off, strict=True)]
    (to_owner,) = mails(owner.email)
    assert "Jan Lis, Ola Kos" in to_owner.text
    side.control.requests_clear()
    with pytest.raises(HostUnavailable):
        book(page, slot(1))
    assert side.control.requests() == {}, "nobody is asked in vain"
