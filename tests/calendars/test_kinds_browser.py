"""Pages of several hosts in a browser: chosen in the editor, seen and booked by visitors (C18)."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from calendars.choices import CalendarAccess
from calendars.models import Booking, Calendar, PageHost, SchedulingPage
from tests.accounts.factories import MembershipFactory
from tests.browser import PageFactory, axe_violations, overflow, picture, settled
from tests.calendars.booking import account_make
from tests.calendars.kinds import group_make, robin_make
from tests.calendars.memory import memory_reset
from tests.look.test_application import enter

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.spec("C18", "C19")]
LOOKS = [("light", False), ("dark", True)]


@pytest.mark.parametrize(("theme", "narrow"), LOOKS)
def test_a_round_robin_page_is_made_with_hosts_and_weights(
    live_server: LiveServer, open_page: PageFactory, theme: str, narrow: bool
) -> None:
    account = account_make()
    for name in ("Jan Lis", "Ola Kos"):
        MembershipFactory(account=account, user__name=name)
    owner = open_page(theme=theme, narrow=narrow)
    enter(owner, account.memberships.order_by("pk")[0], live_server.url)
    owner.goto(f"{live_server.url}/app/{account.pk}/meetings/new/")
    expect(owner.locator("#hosts")).to_be_hidden()
    owner.get_by_label("Group: visitors").check()
    expect(owner.locator("#hosts")).to_be_visible()
    expect(owner.locator(".hosts__weight").first).to_be_hidden()
    owner.get_by_label("Round robin: visitors").check()
    for number, name in enumerate(("Jan Lis", "Ola Kos"), start=2):
        value = owner.locator("#hosts-add option", has_text=name).get_attribute("value")
        owner.select_option("#hosts-add", value)
        owner.locator("[name=add_host]").click()
        expect(owner.locator("#hosts .picked > li")).to_have_count(number)
    owner.locator("#hosts .picked > li").nth(1).locator("input[type=number]").fill("3")
    owner.locator("[name=title]").focus()
    owner.evaluate("scrollTo(0, 0)")
    settled(owner)
    picture(owner, f"kinds-editor-{theme}")
    assert axe_violations(owner) == []
    assert overflow(owner) == 0
    owner.get_by_role("button", name="Save").last.click()
    expect(owner.locator("[data-toast]")).to_contain_text("Your page is ready")
    assert sorted(PageHost.objects.values_list("weight", flat=True)) == [1, 1, 3]
    picture(owner, f"kinds-list-{theme}")


@pytest.mark.parametrize(("theme", "narrow"), LOOKS)
def test_visitors_see_the_hosts_of_a_page_and_book_them(
    live_server: LiveServer, open_page: PageFactory, theme: str, narrow: bool
) -> None:
    memory_reset()
    page, _hosts = group_make(5, title="A talk with the team")
    visitor = open_page(theme=theme, narrow=narrow)
    visitor.goto(f"{live_server.url}/meetings/{page.slug}?tz=UTC")
    expect(visitor.locator(".booking__who")).to_contain_text("2 others")
    picture(visitor, f"kinds-group-{theme}")
    assert axe_violations(visitor) == []
    assert overflow(visitor) == 0
    visitor.locator("a.day").last.click()
    visitor.locator("a.slot").first.click()
    visitor.fill("[name=first_name]", "Jan")
    visitor.fill("[name=email]", "jan@example.com")
    visitor.get_by_role("button", name="Book the meeting").click()
    expect(visitor.get_by_text("You are booked")).to_be_visible()
    picture(visitor, f"kinds-booked-{theme}")
    assert Booking.objects.get().reservations.count() == 5


@pytest.mark.spec("C25")
def test_a_round_robin_without_a_readable_calendar_says_so(live_server: LiveServer, open_page: PageFactory) -> None:
    page, hosts = robin_make(2)
    Calendar.objects.update(access=CalendarAccess.LOST)
    visitor = open_page()
    visitor.goto(f"{live_server.url}/meetings/{page.slug}?tz=UTC")
    expect(visitor.get_by_text("No calendar can be read")).to_be_visible()
    picture(visitor, "kinds-closed")
    assert axe_violations(visitor) == []
    visitor.get_by_role("button", name="Let them know").click()
    expect(visitor.get_by_text("They hear of it")).to_be_visible()
    colleague = open_page(narrow=True)
    enter(colleague, page.account.memberships.get(user=hosts[1]), live_server.url)
    colleague.goto(f"{live_server.url}/app/{page.account_id}/meetings/")
    expect(colleague.get_by_text("Round robin page of Anna Nowak")).to_be_visible()
    picture(colleague, "kinds-hosted")
    assert axe_violations(colleague) == []
    assert overflow(colleague) == 0
    colleague.get_by_role("button", name="Leave Intro page").click()
    expect(colleague.get_by_role("dialog")).to_contain_text("Meetings that were booked with you stay")
    picture(colleague, "kinds-leave")
    colleague.get_by_role("dialog").get_by_role("button", name="Leave").click()
    expect(colleague.locator("[data-toast]")).to_contain_text("You have left")
    assert PageHost.objects.get(page=page, user=hosts[1]).left_at is not None
    assert SchedulingPage.objects.count() == 1
