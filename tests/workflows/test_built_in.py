"""Automation → Workflows: what runs by itself for scheduling pages."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from pytest_django.asserts import assertContains, assertNotContains

from accounts.models import Account, Membership, OutgoingEmail
from accounts.services.erasure import emails_erase
from calendars.choices import PageState
from calendars.models import Booking, SchedulingPage
from calendars.services.booking_mail import booking_tell, follow_up_tell, reminder_tell
from hubclone.lib.jobs.choices import JobState
from tests.accounts.conftest import signed_in
from tests.accounts.factories import MembershipFactory
from tests.calendars.booking import account_make, book, page_make, slot

pytestmark = [pytest.mark.spec("A6"), pytest.mark.django_db]
DAY = 24 * 60


@pytest.fixture
def account() -> Account:
    return account_make()


@pytest.fixture
def owner(account: Account) -> Membership:
    return account.memberships.order_by("id")[0]


def shown(member: Membership, **query: str) -> Any:
    """The page."""
    return signed_in(member).get(reverse("workflows:index", args=[member.account_id]), query)


def things(member: Membership, **query: str) -> list[Any]:
    """The scheduling pages on it."""
    (group,) = shown(member, **query).context["groups"]
    return list(group["things"])


def rows(member: Membership) -> list[tuple[str, str, bool, int, int | None]]:
    """(name, trigger, on, done, waiting) of the first page's automations."""
    return [(str(a.name), str(a.trigger), a.is_on, a.done, a.waiting) for a in things(member)[0].automations]


def sent(*, ago: dt.timedelta = dt.timedelta(0)) -> None:
    """Every e-mail that waits has gone, that long ago."""
    OutgoingEmail.objects.filter(state=JobState.QUEUED).update(state=JobState.DONE, finished_at=timezone.now() - ago)


def booked(page: SchedulingPage, number: int = 0) -> Booking:
    """A booking on the page as it is now."""
    return Booking.objects.select_related("page__owner", "organiser").get(pk=book(page, slot(number)).pk)


def test_a_page_with_nothing_chosen_confirms_and_nothing_else(account: Account, owner: Membership) -> None:
    page_make(account)
    assert rows(owner) == [
        ("Confirmation", "When a meeting is booked or a request is accepted", True, 0, None),
        ("Reminder", "Before the start", False, 0, 0),
        ("Follow-up", "After the end", False, 0, 0),
    ]


def test_what_was_chosen_is_on_and_what_went_out_and_waits_is_counted(account: Account, owner: Membership) -> None:
    follow_up: dict[str, Any] = {
        "follow_up_minutes": 90,
        "follow_up_subject": "Thanks",
        "follow_up_text": "It was good.",
    }
    page = page_make(account, reminders=[DAY, 45], **follow_up)
    first, second = booked(page), booked(page, 1)
    for booking in (first, second):
        booking_tell(booking)
    reminder_tell(first, minutes=45)
    follow_up_tell(first)
    sent()
    before = "before the start"
    assert rows(owner) == [
        ("Confirmation", "When a meeting is booked or a request is accepted", True, 2, None),
        ("Reminder", f"1 day {before}", True, 0, len([b for b in (first, second) if b.starts_at > in_a_day()])),
        ("Reminder", f"45 minutes {before}", True, 1, 2),
        ("Follow-up", "1 hour 30 minutes after the end", True, 1, 2),
    ]


def in_a_day() -> dt.datetime:
    """This time tomorrow: a reminder a day before is planned for later meetings alone."""
    return timezone.now() + dt.timedelta(days=1)


def test_what_went_out_longer_ago_or_was_never_sent_is_not_counted(account: Account, owner: Membership) -> None:
    page = page_make(account)
    booking_tell(booked(page))
    sent(ago=dt.timedelta(days=31))
    booking_tell(booked(page, 1))
    assert rows(owner)[0][3] == 0


def test_what_was_taken_back_before_it_went_is_not_counted(account: Account, owner: Membership) -> None:
    booking_tell(booked(page_make(account)))
    emails_erase(account_id=account.pk, emails=Q())
    assert rows(owner)[0][3] == 0


def test_a_reminder_that_was_taken_away_still_waits_for_meetings_booked_before(
    account: Account, owner: Membership
) -> None:
    page = page_make(account, reminders=[60])
    booked(page)
    SchedulingPage.objects.filter(pk=page.pk).update(reminders=[30])
    assert rows(owner)[1:3] == [
        ("Reminder", "1 hour before the start", False, 0, 1),
        ("Reminder", "30 minutes before the start", True, 0, 0),
    ]


def test_a_cancelled_meeting_has_nothing_waiting(account: Account, owner: Membership) -> None:
    page = page_make(account, reminders=[60])
    Booking.objects.filter(pk=booked(page).pk).update(state="cancelled")
    assert rows(owner)[1] == ("Reminder", "1 hour before the start", True, 0, 0)


def test_everybody_sees_what_runs_and_only_the_owner_the_way_to_change_it(account: Account, owner: Membership) -> None:
    page = page_make(account, name="Intro page")
    edit = f"{reverse('calendars:page_edit', args=[account.pk, page.pk])}#automation"
    assertContains(shown(owner), f'href="{edit}"')
    colleague = shown(MembershipFactory(account=account, super_admin=True))
    assertContains(colleague, "Intro page")
    assertContains(colleague, str(page.owner))
    assertNotContains(colleague, edit)


@pytest.mark.spec("A1")
def test_another_accounts_pages_and_meetings_are_not_there(account: Account, owner: Membership) -> None:
    booking_tell(booked(page_make(name="Elsewhere")))
    sent()
    assert things(owner) == []


def test_a_paused_page_says_so_and_a_deleted_one_is_gone(account: Account, owner: Membership) -> None:
    page_make(account, state=PageState.PAUSED, name="Paused page")
    page_make(account, state=PageState.DELETED, name="Gone page")
    assert [(thing.name, str(thing.note)) for thing in things(owner)] == [("Paused page", "Paused")]


def test_pages_are_found_by_name_and_by_whose_they_are(account: Account, owner: Membership) -> None:
    page_make(account, name="Intro page", title="First call")
    page_make(account, name="Review", title="Second call")
    assert [thing.name for thing in things(owner, q="intro")] == ["Intro page"]
    assert [thing.name for thing in things(owner, q="call sec")] == ["Review"]
    assert things(MembershipFactory(account=account), whose="mine") == []
    assertContains(shown(owner, q="nothing"), "Nothing found")


def test_an_account_without_pages_is_told_what_will_stand_there(owner: Membership) -> None:
    answer = shown(owner)
    assertContains(answer, "Nothing runs by itself yet")
    assertContains(answer, reverse("calendars:page_create", args=[owner.account_id]))


def test_many_pages_come_in_parts_and_cost_as_little(
    account: Account, owner: Membership, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(23):
        booked(page_make(account, name=f"Page {number:02}", reminders=[60]), number)
    client, seen = signed_in(owner), []
    url = reverse("workflows:index", args=[account.pk])
    client.get(url)
    while url:
        with django_assert_max_num_queries(9):
            (group,) = client.get(url).context["groups"]
        seen += [thing.name for thing in group["things"]]
        url = group["next"]
    assert seen == [f"Page {number:02}" for number in range(23)]


def test_an_address_that_was_changed_by_hand_leads_to_the_beginning(owner: Membership) -> None:
    assert shown(owner, after="nonsense")["Location"] == reverse("workflows:index", args=[owner.account_id])
    assert shown(owner, of="nonsense").status_code == 404
