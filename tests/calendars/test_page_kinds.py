"""Pages of several hosts in the app, for visitors and through the API (C18, C25, C28)."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from accounts.models import AuditEntry, Membership, Notification, User
from calendars.choices import BookingState, CalendarAccess, PageKind
from calendars.exceptions import NotAHost
from calendars.models import Booking, Calendar, PageHost, SchedulingPage
from calendars.selectors.hosts import names_words, page_host_words, page_shares
from calendars.services.folders import page_duplicate
from calendars.services.page_hosts import HostChoice, page_hosts_set, page_leave
from tests.accounts.factories import MembershipFactory, actor_of
from tests.calendars.booking import book, page_make, slot
from tests.calendars.kinds import group_make, robin_make
from tests.calendars.memory import memory_reset
from tests.calendars.scheduler_api import Api, wish
from tests.calendars.test_pages import filled

pytestmark = [pytest.mark.django_db, pytest.mark.spec("C18", "C19")]


@pytest.fixture(autouse=True)
def _memory() -> None:
    memory_reset()


@pytest.fixture
def member(client: Client) -> Membership:
    found: Membership = MembershipFactory(user__name="Anna Nowak", user__time_zone="Europe/Warsaw")
    client.force_login(found.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return found


def colleague(member: Membership, name: str = "Jan Lis") -> User:
    user: User = MembershipFactory(account=member.account, user__name=name).user
    return user


def form_of(kind: PageKind, *hosts: User, **changes: Any) -> dict[str, Any]:
    return filled(kind=kind, hosts=[str(user.pk) for user in hosts], **changes)


def shares(page: SchedulingPage) -> dict[str, int]:
    return {share.user.name: share.weight for share in page_shares(page)}


# -- the editor ---------------------------------------------------------------


def test_a_round_robin_page_is_made_with_hosts_weights_and_the_owner_first(client: Client, member: Membership) -> None:
    jan = colleague(member)
    data = form_of(PageKind.ROUND_ROBIN, member.user, jan, is_owner_first="on")
    assert (
        client.post(f"/app/{member.account_id}/meetings/new/", data | {f"hosts-weight-{jan.pk}": "3"}).status_code
        == 302
    )
    page = SchedulingPage.objects.get()
    assert (page.kind, page.is_owner_first) == (PageKind.ROUND_ROBIN, True)
    assert shares(page) == {"Anna Nowak": 1, "Jan Lis": 3}
    assert Notification.objects.get(user=jan).title == "Anna Nowak has put you on “Intro”"
    assert not Notification.objects.filter(user=member.user).exists()


def test_a_personal_page_has_its_owner_whatever_is_sent(client: Client, member: Membership) -> None:
    jan = colleague(member)
    client.post(f"/app/{member.account_id}/meetings/new/", form_of(PageKind.PERSONAL, jan, is_owner_first="on"))
    page = SchedulingPage.objects.get()
    assert (page.kind, page.is_owner_first) == (PageKind.PERSONAL, False)
    assert [host.user for host in page.hosts.all()] == [member.user]


@pytest.mark.parametrize("wrong", ["nobody", "stranger", "weight"])
def test_hosts_that_do_not_hold_are_told_and_nothing_is_saved(client: Client, member: Membership, wrong: str) -> None:
    stranger = MembershipFactory().user
    hosts = {"nobody": [], "stranger": [stranger], "weight": [member.user]}[wrong]
    data = form_of(PageKind.GROUP, *hosts) | {f"hosts-weight-{member.user.pk}": "0"}
    answer = client.post(f"/app/{member.account_id}/meetings/new/", data)
    assert answer.status_code == 422
    assert 'class="field__error"' in answer.content.decode()
    assert not SchedulingPage.objects.exists()


def test_hosts_are_added_and_removed_by_buttons_without_saving(client: Client, member: Membership) -> None:
    jan, ola = colleague(member), colleague(member, "Ola Kos")
    url, data = f"/app/{member.account_id}/meetings/new/", form_of(PageKind.GROUP, member.user, jan)
    added = client.post(url, data | {"hosts-add": str(ola.pk), "add_host": "1"}).content.decode()
    assert re.findall(r'name="hosts" value="(\d+)"', added) == [str(user.pk) for user in (member.user, jan, ola)]
    dropped = client.post(url, data | {"drop_host": str(jan.pk), "hosts-add": str(ola.pk)}).content.decode()
    assert re.findall(r'name="hosts" value="(\d+)"', dropped) == [str(member.user.pk)]
    assert 'value="GROUP_CALENDAR" checked' in dropped
    assert not SchedulingPage.objects.exists()


def test_a_page_keeps_its_kind_and_its_editor_shows_its_hosts(client: Client, member: Membership) -> None:
    jan = colleague(member)
    client.post(f"/app/{member.account_id}/meetings/new/", form_of(PageKind.GROUP, member.user, jan))
    page = SchedulingPage.objects.get()
    url = f"/app/{member.account_id}/meetings/pages/{page.pk}/"
    shown = client.get(url).content.decode()
    assert re.findall(r'name="hosts" value="(\d+)"', shown) == [str(member.user.pk), str(jan.pk)]
    assert "No calendar connected" in shown
    assert client.post(url, form_of(PageKind.ROUND_ROBIN, jan)).status_code == 302
    page.refresh_from_db()
    assert page.kind == PageKind.GROUP
    assert shares(page) == {"Jan Lis": 1}
    assert PageHost.objects.get(user=member.user).left_at is not None


def test_the_preview_names_the_hosts_that_are_chosen_just_now(client: Client, member: Membership) -> None:
    jan = colleague(member)
    url = f"/app/{member.account_id}/meetings/preview/"
    assert "Anna Nowak and Jan Lis" in client.post(url, form_of(PageKind.GROUP, member.user, jan)).content.decode()
    assert (
        "One of Anna Nowak and Jan Lis"
        in client.post(url, form_of(PageKind.ROUND_ROBIN, member.user, jan)).content.decode()
    )


def test_the_previews_letter_is_about_who_would_be_met(client: Client, member: Membership) -> None:
    jan = colleague(member)
    url = f"/app/{member.account_id}/meetings/preview/"
    letter = client.post(url, form_of(PageKind.ROUND_ROBIN, jan)).content.decode()
    assert "you are meeting Jan Lis" in letter
    letter = client.post(url, form_of(PageKind.GROUP, member.user, jan)).content.decode()
    assert "you are meeting Anna Nowak and Jan Lis" in letter


def test_a_copy_has_the_kind_and_the_hosts_of_its_page() -> None:
    page, hosts = robin_make(weights=(2, 1))
    copy = page_duplicate(actor=actor_of(page.account.memberships.get(user=page.owner)), page=page)
    assert copy.kind == PageKind.ROUND_ROBIN
    assert shares(copy) == {hosts[0].name: 2, hosts[1].name: 1}


# -- joining and leaving ------------------------------------------------------


def test_a_host_leaves_by_themselves_and_the_owner_is_told(client: Client) -> None:
    page, hosts = robin_make(2)
    client.force_login(hosts[1], backend="allauth.account.auth_backends.AuthenticationBackend")
    booking = book(page)
    url = f"/app/{page.account_id}/meetings/"
    assert "Round robin page of Anna Nowak" in client.get(url).content.decode()
    assert client.post(f"{url}pages/{page.pk}/leave/").status_code == 302
    assert "Round robin page of" not in client.get(url).content.decode()
    assert Notification.objects.get(user=page.owner, kind="page.hosts").title == "Jan Lis has left “Intro page”"
    assert AuditEntry.objects.get(action="page.hosts_changed").detail == {"joined": [], "left": [hosts[1].pk]}
    assert Booking.objects.get(pk=booking.pk).state == BookingState.CONFIRMED
    assert client.post(f"{url}pages/{page.pk}/leave/").status_code == 404


def test_a_personal_page_and_other_pages_cannot_be_left(client: Client) -> None:
    page = page_make()
    client.force_login(page.owner, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.post(f"/app/{page.account_id}/meetings/pages/{page.pk}/leave/").status_code == 404
    page_leave(actor=actor_of(page.account.memberships.get()), page=page, user=page.owner)
    assert page.hosts.get().left_at is None


def test_who_comes_back_has_their_place_again_and_turns_begin_anew() -> None:
    page, hosts = robin_make(2)
    actor = actor_of(page.account.memberships.get(user=page.owner))
    for number in range(4):
        book(page, slot(number))
    page_hosts_set(actor=actor, page=page, hosts=[HostChoice(hosts[0].pk)])
    for number in range(4, 8):
        book(page, slot(number))
    page_hosts_set(actor=actor, page=page, hosts=[HostChoice(user.pk) for user in hosts])
    taken = [book(page, slot(number)).organiser for number in range(8, 12)]
    assert taken.count(hosts[1]) == 2, "who joins is not given everything at once"
    assert PageHost.objects.filter(page=page, left_at=None).count() == 2


def test_nothing_changes_and_nobody_is_told_when_the_hosts_are_the_same() -> None:
    page, hosts = robin_make(2)
    actor = actor_of(page.account.memberships.get(user=page.owner))
    page_hosts_set(actor=actor, page=page, hosts=[HostChoice(user.pk) for user in reversed(hosts)])
    assert not AuditEntry.objects.filter(action="page.hosts_changed").exists()
    assert not Notification.objects.filter(kind="page.hosts").exists()


def test_the_service_refuses_strangers_doubles_nobody_and_weights_that_are_none() -> None:
    page, hosts = group_make(2)
    actor, own = actor_of(page.account.memberships.get(user=page.owner)), HostChoice(hosts[0].pk)
    for wrong in ([], [own, own], [HostChoice(MembershipFactory().user.pk)], [HostChoice(hosts[0].pk, 0)]):
        with pytest.raises(NotAHost):
            page_hosts_set(actor=actor, page=page, hosts=wrong)
    assert PageHost.objects.filter(page=page, left_at=None).count() == 2


# -- the public page ----------------------------------------------------------


def test_visitors_see_who_they_meet() -> None:
    group, _hosts = group_make(2)
    assert "Anna Nowak and Jan Lis" in Client().get(f"/meetings/{group.slug}").content.decode()
    robin, _others = robin_make(2)
    shown = Client().get(f"/meetings/{robin.slug}").content.decode()
    assert "One of Anna Nowak and Jan Lis" in shown
    assert page_host_words(robin_make(1)[0]) == "Anna Nowak"


@pytest.mark.spec("C10", "C25")
@pytest.mark.parametrize(("kind", "words"), [("group", "when everybody is free"), ("robin", "when anybody is free")])
def test_a_page_of_several_hosts_that_cannot_be_booked_says_so_kindly(kind: str, words: str) -> None:
    page, hosts = (group_make if kind == "group" else robin_make)(2)
    Calendar.objects.update(access=CalendarAccess.LOST)
    shown = Client().get(f"/meetings/{page.slug}").content.decode()
    assert words in shown
    assert "Let them know" in shown
    answer = Client().post(f"/meetings/-/attempt/{page.slug}", follow=True)
    assert "They hear of it." in answer.content.decode()
    assert Notification.objects.filter(kind="calendar.attempt", user__in=hosts).count() == 2


@pytest.mark.parametrize("count", [1, 2, 4, 5, 9])
def test_names_are_read_out_and_many_are_counted(count: int) -> None:
    people = [User(name=f"P{number}") for number in range(count)]
    assert (
        names_words(people)
        == {
            1: "P0",
            2: "P0 and P1",
            4: "P0, P1, P2 and P3",
            5: "P0, P1, P2 and 2 others",
            9: "P0, P1, P2 and 6 others",
        }[count]
    )


# -- the API ------------------------------------------------------------------


@pytest.mark.spec("C28")
def test_the_api_lists_and_books_pages_of_several_hosts_by_the_same_rules() -> None:
    page, hosts = robin_make(2, is_owner_first=True)
    group, _same = group_make(1, account=page.account)
    api = Api(page.account)
    (link,) = api.get("meeting-links?type=ROUND_ROBIN_CALENDAR").json()["results"]
    assert (link["type"], link["userIdsOfLinkMembers"]) == (page.kind, [str(user.pk) for user in hosts])
    page_leave(actor=actor_of(page.account.memberships.get(user=hosts[1])), page=page, user=hosts[1])
    (link,) = api.get("meeting-links?type=ROUND_ROBIN_CALENDAR").json()["results"]
    assert link["userIdsOfLinkMembers"] == [str(hosts[0].pk)]
    information = api.get(f"meeting-links/book/{page.slug}?timezone=UTC").json()
    assert information["linkType"] == "ROUND_ROBIN_CALENDAR"
    assert information["customParams"]["ownerPrioritized"] is True
    assert [user["meetingsUser"]["id"] for user in information["allUsersBusyTimes"]] == [str(hosts[0].pk)]
    body = wish(group, slot(2))
    assert api.post("meeting-links/book", body).status_code == 200
    assert api.post("meeting-links/book", body | {"slug": page.slug}).status_code == 409, "the group took the host"
    assert api.post("meeting-links/book", body | {"email": "b@example.com"}).status_code == 409
