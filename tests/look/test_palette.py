"""The command palette: what is found, for whom, with how many queries, and how it is used."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Membership
from accounts.palette import matches, palette_find
from connections.models import Connection
from crm.services.records import RecordChange, record_archive, records_write
from tests.accounts.factories import MembershipFactory, actor_of
from tests.browser import PageFactory, axe_violations, overflow, picture, settled
from tests.calendars.booking import account_make, page_make
from tests.look.test_application import enter

QUERIES_MOST = 8


@pytest.fixture
def owner(db: None) -> Membership:
    """Who has records, a scheduling page called so and a connection."""
    account = account_make()
    owner = Membership.objects.get(account=account)
    page_make(account, name="Lovelace hour", slug="anna/ada")
    Connection.objects.filter(account=account).update(provider="google", identity="ada@google.test")
    people = [{"firstname": "Ada", "lastname": f"Łovelace {n:02}", "email": f"ada{n}@example.com"} for n in range(12)]
    changes = [RecordChange("contact", given) for given in people]
    records_write(actor=actor_of(owner), changes=[*changes, RecordChange("company", {"name": "Adalbert Ltd"})])
    return owner


def found(member: Membership, query: str) -> dict[str, list[str]]:
    """What is shown under the key of each source."""
    groups = palette_find(membership=member, query=query)
    return {group.key: [str(item.label) for item in group.items] for group in groups}


def get(member: Membership, query: str, **headers: str) -> Any:
    client = Client()
    client.force_login(member.user)
    return client.get(reverse("accounts:search", args=[member.account_id]), {"q": query}, headers=headers)


def test_every_source_finds_its_things_by_the_beginning_of_a_word(owner: Membership) -> None:
    assert found(owner, "meet") == {"pages": ["Meetings"]}
    assert found(owner, "adalb ltd") == {"records": ["Adalbert Ltd"]}
    assert found(owner, "lovelace h") == {"scheduling_pages": ["Lovelace hour"]}
    assert found(owner, "ada@goo") == {"connections": ["ada@google.test"]}
    assert "General" not in found(owner, "settings calendar").get("pages", [])
    assert found(owner, "settings calendar") == {"pages": ["Calendar"]}


def test_accents_and_case_do_not_matter_and_eight_of_a_kind_are_enough(owner: Membership) -> None:
    people = found(owner, "LOVELACE ada")["records"]
    assert people == [f"Ada Łovelace {n:02}" for n in range(11, 3, -1)]


def test_who_has_exactly_this_address_comes_first(owner: Membership) -> None:
    assert found(owner, "ada1@example.com")["records"][0] == "Ada Łovelace 01"


@pytest.mark.parametrize("query", ["", "a", " a ", "@", "-- !", "%", "zzz qqq"])
def test_too_little_or_nothing_known_finds_nothing(owner: Membership, query: str) -> None:
    assert found(owner, query) == {}
    assert get(owner, query).status_code == 200


@pytest.mark.parametrize("query", ["ada' & | ! :*", "ad\\", "(ad", "ad:*", "x" * 5000, "\u0000ada", "ada <b>"])
def test_no_mark_reaches_the_database_as_a_command(owner: Membership, query: str) -> None:
    assert get(owner, query).status_code == 200


def test_a_strangers_records_pages_and_connections_are_not_found(owner: Membership) -> None:
    stranger = Membership.objects.get(account=account_make())
    colleague = MembershipFactory(account=owner.account)
    assert found(stranger, "ada") == {}
    assert found(colleague, "ada").keys() == {"records"}
    assert found(colleague, "lovelace hour") == {}


def test_archived_records_are_not_found(owner: Membership) -> None:
    record_id = records_write(actor=actor_of(owner), changes=[RecordChange("company", {"name": "Gone"})])[0].record_id
    assert found(owner, "gone") != {}
    record_archive(actor=actor_of(owner), record_id=record_id or 0, object_type="company")
    assert found(owner, "gone") == {}


@pytest.mark.spec("A3")
def test_settings_without_the_right_are_not_offered(owner: Membership) -> None:
    member = MembershipFactory(account=owner.account)
    assert found(owner, "private app") == {"pages": ["Private app tokens"]}
    assert found(member, "private app") == {}


def test_words_begin_words() -> None:
    assert matches("zol", "Zażółć żółw", "żołądź")
    assert not matches("ażółć", "Zażółć")


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["page", "part"])
def test_a_search_takes_few_queries(owner: Membership, django_assert_max_num_queries: Any, headers: Any) -> None:
    client = Client()
    client.force_login(owner.user)
    url = reverse("accounts:search", args=[owner.account_id])
    client.get(url)
    with django_assert_max_num_queries(QUERIES_MOST):
        answer = client.get(url, {"q": "ada@example.com"}, headers=headers)
    assert answer.status_code == 200


def test_the_part_says_how_many_there_are_and_the_page_works_by_itself(owner: Membership) -> None:
    part, page = get(owner, "ada", **{"HX-Request": "true"}), get(owner, "ada")
    assert part["Vary"].count("HX-Request") == 1
    assert "<html" not in part.content.decode()
    assert "10 results" in part.content.decode()
    assert part.content.decode().count('role="option"') == 10
    assert "<html" in page.content.decode()
    assert 'role="option"' not in page.content.decode().split("<main")[1]
    assert "Nothing found for “&lt;b&gt;zzz”" in get(owner, "<b>zzz").content.decode()


@pytest.fixture
def office(owner: Membership, live_server: LiveServer, open_page: PageFactory) -> Page:
    """A page of the account, open."""
    page = open_page()
    enter(page, owner, live_server.url)
    page.goto(f"{live_server.url}{reverse('calendars:pages', args=[owner.account_id])}")
    return page


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_record_is_opened_by_keys_alone(office: Page) -> None:
    office.keyboard.press("Control+k")
    box = office.get_by_role("combobox", name="Search pages, records and settings")
    expect(box).to_be_focused()
    box.press_sequentially("ada")
    options = office.get_by_role("option")
    expect(options).to_have_count(10)
    expect(options.first).to_have_attribute("aria-selected", "true")
    expect(office.locator("#palette-said")).to_have_text("10 results")
    assert axe_violations(office) == []
    picture(office, "palette-light-wide")
    box.press("ArrowUp")
    expect(options.last).to_have_attribute("aria-selected", "true")
    box.press("ArrowDown")
    expect(box).to_have_attribute("aria-activedescendant", options.first.get_attribute("id") or "")
    box.fill("adalbert")
    expect(options).to_have_count(1)
    box.press("Enter")
    expect(office.get_by_role("heading", name="Adalbert Ltd", level=1)).to_be_visible()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_escape_gives_the_focus_back_and_what_was_typed_stays(office: Page) -> None:
    link = office.get_by_role("link", name="Search", exact=False).first
    link.focus()
    office.keyboard.press("Control+k")
    box = office.get_by_role("combobox", name="Search pages, records and settings")
    box.fill("zzz")
    expect(office.get_by_text("Nothing found for “zzz”")).to_be_visible()
    office.keyboard.press("Escape")
    expect(box).not_to_be_visible()
    expect(link).to_be_focused()
    link.click()
    expect(box).to_have_value("zzz")


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_search_that_gets_no_answer_says_so_where_it_happened(office: Page) -> None:
    office.route("**/search?*", lambda route: route.abort())
    office.keyboard.press("Control+k")
    office.get_by_role("combobox").fill("ada")
    expect(office.get_by_role("alert")).to_contain_text("did not answer")


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_without_scripts_the_search_is_a_page(
    owner: Membership, live_server: LiveServer, open_page: PageFactory
) -> None:
    page = open_page(java_script_enabled=False, narrow=True, theme="dark")
    enter(page, owner, live_server.url)
    page.goto(f"{live_server.url}{reverse('calendars:pages', args=[owner.account_id])}")
    page.get_by_role("banner").get_by_role("link", name="Search").click()
    page.get_by_role("searchbox").fill("adalbert")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("main").get_by_role("link", name="Adalbert Ltd")).to_be_visible()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_palette_fits_a_narrow_dark_screen(
    owner: Membership, live_server: LiveServer, open_page: PageFactory
) -> None:
    page = open_page(narrow=True, theme="dark")
    enter(page, owner, live_server.url)
    page.goto(f"{live_server.url}{reverse('calendars:pages', args=[owner.account_id])}")
    page.get_by_role("banner").get_by_role("link", name="Search").click()
    page.get_by_role("combobox").fill("ada")
    expect(page.get_by_role("option")).to_have_count(10)
    settled(page)
    picture(page, "palette-dark-narrow")
    assert axe_violations(page) == []
    assert overflow(page) == 0
