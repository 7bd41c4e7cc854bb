"""The App Marketplace: what can be connected here, and what of it is."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings
from pytest_django.asserts import assertContains, assertNotContains

from accounts.models import Account, Membership
from connections.choices import ConnectionState
from connections.models import Connection
from connections.registries import LISTINGS, PROVIDERS, PURPOSES
from tests.accounts.conftest import signed_in
from tests.accounts.factories import MembershipFactory
from tests.calendars import memory
from tests.calendars.booking import account_make

pytestmark = [pytest.mark.spec("A6"), pytest.mark.django_db]


@pytest.fixture
def account(settings: Settings) -> Account:
    settings.MICROSOFT = {**settings.MICROSOFT, "client_id": "registered"}
    return account_make()


@pytest.fixture
def member(account: Account) -> Membership:
    return MembershipFactory(account=account)


def catalogue(client: Client, account: Account, **query: str) -> Any:
    """The page of the catalogue."""
    return client.get(reverse("marketplace:index", args=[account.pk]), query)


def names(client: Client, account: Account, **query: str) -> list[str]:
    """The apps that it shows."""
    return [str(offer.listing.name) for offer, _action in catalogue(client, account, **query).context["cards"]]


def link(account: Account, owner: Membership | None, provider: str = "google", **fields: Any) -> Connection:
    """A connection for calendars."""
    number = Connection.objects.count()
    given = {"external_id": f"x{number}", "identity": f"person{number}@gmail.test", "purpose": "calendar"}
    user = owner.user if owner else None
    return Connection.objects.create(account=account, owner=user, provider=provider, **{**given, **fields})


@pytest.mark.spec("M22")
def test_everything_that_is_set_up_here_is_listed_and_nothing_else(
    member: Membership, account: Account, settings: Settings
) -> None:
    client = signed_in(member)
    assert names(client, account) == ["Google Calendar", "Office 365 Calendar", "Exchange Calendar"]
    of_tests = {key for key in PROVIDERS if key.startswith(memory.KEY)}
    assert {one.provider for one in LISTINGS.values()} == {*PROVIDERS} - of_tests
    assert {one.purpose for one in LISTINGS.values()} <= {*PURPOSES}
    settings.MICROSOFT = {**settings.MICROSOFT, "client_id": ""}
    assert names(client, account) == ["Google Calendar", "Exchange Calendar"]
    gone = reverse("marketplace:listing", args=[account.pk, "microsoft-calendar"])
    assert client.get(gone).status_code == 404


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("teams", ["Office 365 Calendar"]),
        ("GOOGLE cal", ["Google Calendar"]),
        ("own exchange server", ["Exchange Calendar"]),
        ("zoom", []),
    ],
)
def test_apps_are_found_by_words_of_name_and_description(
    member: Membership, account: Account, query: str, found: list[str]
) -> None:
    assert names(signed_in(member), account, q=query) == found


def test_a_search_without_result_says_so_and_shows_the_way_back(member: Membership, account: Account) -> None:
    answer = catalogue(signed_in(member), account, q="zoom")
    assertContains(answer, "No app fits")
    assertContains(answer, reverse("marketplace:index", args=[account.pk]))


def test_a_card_leads_to_connecting_and_once_connected_to_the_connection(member: Membership, account: Account) -> None:
    client = signed_in(member)
    cards = {str(offer.listing.name): action for offer, action in catalogue(client, account).context["cards"]}
    assert cards["Google Calendar"] == reverse("calendars:connect", args=[account.pk, "google"])
    assert all(client.get(action).status_code == 200 for action in cards.values())
    one = link(account, member)
    ((offer, action), *_others) = catalogue(client, account).context["cards"]
    assert (offer.mine, action) == ([one], reverse("connections:detail", args=[account.pk, one.pk]))
    link(account, member)
    assert catalogue(client, account).context["cards"][0][1] == reverse("connections:index", args=[account.pk])


def test_the_catalogue_is_narrowed_to_what_is_connected_or_not(member: Membership, account: Account) -> None:
    link(account, member)
    client = signed_in(member)
    assert names(client, account, connected="mine") == ["Google Calendar"]
    assert names(client, account, connected="not_mine") == ["Office 365 Calendar", "Exchange Calendar"]
    assert len(names(client, account, connected="nonsense")) == 3


def test_a_colleagues_connection_counts_and_is_not_shown(member: Membership, account: Account) -> None:
    colleague = link(account, MembershipFactory(account=account))
    link(account, MembershipFactory(account=account), state=ConnectionState.DISCONNECTED)
    link(account_make(), member)
    client = signed_in(member)
    for answer in (
        catalogue(client, account),
        client.get(reverse("marketplace:listing", args=[account.pk, "google-calendar"])),
    ):
        assertContains(answer, "1 other connection in this account")
        assertContains(answer, "Not connected by you")
        assertNotContains(answer, colleague.identity)


def test_the_accounts_own_connection_is_looked_after_by_who_may_edit_settings(account: Account) -> None:
    link(account, None)
    page = reverse("marketplace:listing", args=[account.pk, "google-calendar"])
    assertContains(signed_in(MembershipFactory(account=account, settings_editor=True)).get(page), "The account’s")
    assertContains(signed_in(MembershipFactory(account=account)).get(page), "1 other connection in this account")


def test_what_needs_attention_says_so_on_card_and_page(member: Membership, account: Account) -> None:
    one = link(account, member, state=ConnectionState.NEEDS_ATTENTION)
    client = signed_in(member)
    assertContains(catalogue(client, account), "Needs attention")
    answer = client.get(reverse("marketplace:listing", args=[account.pk, "google-calendar"]))
    assertContains(answer, "Needs attention")
    assertContains(answer, one.identity)


@pytest.mark.spec("A14", "M3")
@pytest.mark.parametrize("key", ["google-calendar", "microsoft-calendar", "exchange-calendar"])
def test_an_apps_page_says_what_it_reads_writes_shares_and_needs(
    member: Membership, account: Account, key: str
) -> None:
    answer = signed_in(member).get(reverse("marketplace:listing", args=[account.pk, key]))
    listing = LISTINGS[key]
    said = [*listing.overview, *listing.reads, *listing.writes, *listing.requirements, *listing.features]
    said += [data.what for data in listing.shared]
    said += listing.descriptor.scope_words([scope.scope for scope in listing.descriptor.scopes])
    for words in said:
        assertContains(answer, str(words))


def test_the_command_palette_finds_apps(member: Membership, account: Account) -> None:
    groups = signed_in(member).get(f"/app/{account.pk}/search", {"q": "exchange cal"}).context["groups"]
    found = {group.key: [str(item.label) for item in group.items] for group in groups}
    assert found["apps"] == ["Exchange Calendar"]


def test_the_pages_ask_the_database_as_often_however_much_is_connected(
    member: Membership, account: Account, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for provider in ("google", "microsoft", "exchange"):
        for _number in range(3):
            link(account, member, provider)
            link(account, MembershipFactory(account=account), provider)
    client = signed_in(member)
    catalogue(client, account)
    for url in (
        reverse("marketplace:index", args=[account.pk]),
        reverse("marketplace:listing", args=[account.pk, "google-calendar"]),
    ):
        with django_assert_max_num_queries(8):
            client.get(url)
