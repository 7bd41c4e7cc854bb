"""Where things are: the settings' menu and tabs, and the rail, with nothing in them that leads nowhere."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.models import Account, Membership
from tests.accounts.conftest import signed_in
from tests.accounts.factories import MembershipFactory
from tests.calendars.booking import account_make

pytestmark = pytest.mark.django_db


@pytest.fixture
def whole() -> Account:
    """An account whose initialisers have run."""
    return account_make()


def places(client: Client, account: Account) -> dict[str, list[str]]:
    """The settings' sections with their tabs, as the profile page shows them to this person."""
    page: Any = client.get(f"/app/{account.pk}/settings/general/profile/")
    return {str(label): [str(tab.label) for tab in tabs] for label, tabs in page.context["settings_sections"]}


@pytest.mark.spec("A6")
def test_the_settings_are_where_the_manual_says(whole: Account) -> None:
    shown = places(signed_in(MembershipFactory(account=whole, super_admin=True)), whole)
    assert shown["General"] == ["Profile", "Email", "Calendar"]
    assert shown["Integrations"][0] == "Connected apps"
    assert {"Users", "Domains", "Notifications", "Security"} <= set(shown)
    order = [name for name in shown if name in ("General", "Users", "Domains", "Integrations", "Notifications")]
    assert order == ["General", "Users", "Domains", "Integrations", "Notifications"]


@pytest.mark.spec("A6", "A3")
def test_a_member_sees_the_places_that_are_theirs(whole: Account) -> None:
    member: Membership = MembershipFactory(account=whole)
    shown = places(signed_in(member), whole)
    assert shown["General"] == ["Profile", "Email", "Calendar"]
    assert {"Domains", "Activity"}.isdisjoint(shown)


@pytest.mark.spec("A6")
@pytest.mark.parametrize("rights", [[], ["super_admin"]])
def test_nothing_in_the_menus_leads_nowhere(whole: Account, rights: list[str]) -> None:
    client = signed_in(MembershipFactory(account=whole, rights=rights))
    page: Any = client.get(f"/app/{whole.pk}/settings/general/profile/")
    links = [tab.url for _label, tabs in page.context["settings_sections"] for tab in tabs]
    links += [item.url for item in page.context["navigation"]]
    assert len(links) > 6
    assert {url: client.get(url).status_code for url in links} == dict.fromkeys(links, 200)


@pytest.mark.spec("A6")
def test_the_rail_begins_with_the_crm_and_has_automation_and_the_marketplace(whole: Account) -> None:
    page: Any = signed_in(MembershipFactory(account=whole)).get(f"/app/{whole.pk}/settings/general/profile/")
    names = [str(item.label) for item in page.context["navigation"]]
    assert names[:3] == ["Contacts", "Companies", "Deals"]
    assert "Meetings" in names
    under = [(str(item.group.label), str(item.heading), str(item.label)) for item in page.context["navigation"][-3:]]
    assert under == [
        ("Automation", "", "Workflows"),
        ("Marketplace", "", "App Marketplace"),
        ("Marketplace", "Manage", "Connected apps"),
    ]


@pytest.mark.spec("A6")
def test_sections_of_the_rail_stay_folded_each_by_itself(whole: Account) -> None:
    client = signed_in(MembershipFactory(account=whole))
    client.cookies["hub_rail_folded"] = "crm.marketplace.nonsense"
    rail = client.get(f"/app/{whole.pk}/settings/general/profile/").content.decode()
    assert [f'data-rail-section="{key}" open' in rail for key in ("crm", "automation", "marketplace")] == [
        False,
        True,
        False,
    ]


@pytest.mark.spec("A6")
def test_the_palette_knows_the_new_places_once_each(whole: Account) -> None:
    client = signed_in(MembershipFactory(account=whole))
    for query, label in (
        ("workfl", "Workflows"),
        ("app market", "App Marketplace"),
        ("connected ap", "Connected apps"),
    ):
        groups: Any = client.get(f"/app/{whole.pk}/search", {"q": query}).context["groups"]
        found = [str(item.label) for group in groups if group.key == "pages" for item in group.items]
        assert found.count(label) == 1
