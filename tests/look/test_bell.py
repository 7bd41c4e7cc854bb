"""The bell in the top bar: it counts while somebody looks, is announced, and works as a link without scripts."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Membership, Notification
from tests.accounts.factories import MembershipFactory
from tests.browser import PageFactory
from tests.look.test_application import enter

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LATER = "const real = Date.now; Date.now = () => real.call(Date) + window.later; window.later = 0;"


@pytest.fixture
def person() -> Membership:
    return MembershipFactory(super_admin=True)


def tell(person: Membership, title: str) -> Notification:
    return Notification.objects.create(
        account=person.account, user=person.user, kind="job.failed", key=title, title=title, url="/"
    )


def opened(page: Page, person: Membership, live_server: LiveServer) -> Page:
    enter(page, person, live_server.url)
    page.goto(live_server.url + reverse("accounts:profile", args=[person.account_id]))
    return page


def look_again(page: Page) -> None:
    """As if a minute had passed and the page came into sight."""
    page.evaluate("window.later += 61000; document.dispatchEvent(new Event('visibilitychange'))")


@pytest.mark.spec("A7")
def test_the_count_follows_while_the_page_is_looked_at(
    person: Membership, live_server: LiveServer, open_page: PageFactory
) -> None:
    page = open_page()
    page.add_init_script(LATER)
    opened(page, person, live_server)
    bell = page.locator("[data-bell]")
    expect(bell).to_have_attribute("aria-live", "polite")
    expect(bell).to_have_text("Notifications")
    tell(person, "One")
    with page.expect_response(lambda response: response.url.endswith("bell?known=0")) as answered:
        look_again(page)
    assert answered.value.status == 200
    expect(bell).to_contain_text("1 unread")
    with page.expect_response(lambda response: response.url.endswith("bell?known=1")) as answered:
        look_again(page)
    assert answered.value.status == 204, "nothing new, nothing said"
    bell.get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Notifications")


def test_a_hidden_page_asks_nothing(person: Membership, live_server: LiveServer, open_page: PageFactory) -> None:
    page = open_page()
    page.add_init_script(LATER)
    page.add_init_script("Object.defineProperty(document, 'visibilityState', {get: () => window.sight || 'hidden'})")
    opened(page, person, live_server)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "bell?" in request.url else None)
    look_again(page)
    with page.expect_response(lambda response: "bell?known" in response.url):
        page.evaluate("window.sight = 'visible'")
        look_again(page)
    assert len(asked) == 1


def test_a_session_that_has_ended_does_not_move_the_page(
    person: Membership, live_server: LiveServer, open_page: PageFactory
) -> None:
    page = open_page()
    page.add_init_script(LATER)
    opened(page, person, live_server)
    here = page.url
    page.context.clear_cookies()
    with page.expect_response(lambda response: "bell?known" in response.url):
        look_again(page)
    expect(page.locator("[data-bell]")).to_have_text("Notifications")
    assert page.url == here
    expect(page.locator("[data-toast]")).to_have_count(0)


@pytest.mark.spec("A7")
def test_all_of_it_works_without_scripts(person: Membership, live_server: LiveServer, open_page: PageFactory) -> None:
    tell(person, "One")
    tell(person, "Two")
    page = opened(open_page(java_script_enabled=False), person, live_server)
    page.locator("[data-bell] a").click()
    page.get_by_role("button", name="Mark “One” as read").click()
    expect(page.locator(".told__item")).to_have_count(1)
    page.get_by_role("link", name="Two").click()
    page.goto(live_server.url + reverse("accounts:notifications", args=[person.account_id]))
    expect(page.get_by_text("Nothing new")).to_be_visible()
