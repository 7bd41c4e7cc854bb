"""A visitor comes back to a domain of the account's own: the form is filled in, and *Not you?* empties it (C16)."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from accounts import hosts
from calendars.models import SchedulingPage
from calendars.visitor_memory import COOKIE
from tests.browser import PageFactory, axe_violations, overflow, picture, settled
from tests.calendars.booking import account_make, page_make
from tests.calendars.settings_of import domain_make, plan_make, settings_make

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.spec("C16")]
OWN = "book.localhost"
"""Browsers take names below localhost for this machine."""


@pytest.fixture
def page(live_server: LiveServer, settings: Settings) -> Iterator[SchedulingPage]:
    """A page whose links are of a domain of its account's own, at the server's port."""
    settings.BASE_URL = settings.MEETINGS_URL = live_server.url
    page = page_make(account_make(), slug="anna/intro", form_fields=[{"name": "phone", "label": "Phone number"}])
    plan_make(page.account)
    settings_make(page, domain=domain_make(page.account, OWN))
    yield page
    hosts.domains_forget()


@pytest.mark.parametrize(("narrow", "theme"), [(False, "light"), (True, "dark")])
def test_who_comes_back_finds_the_form_filled_in_and_can_empty_it(
    page: SchedulingPage, live_server: LiveServer, open_page: PageFactory, narrow: bool, theme: str
) -> None:
    visitor = open_page(narrow=narrow, theme=theme)
    visitor.goto(f"{live_server.url}/meetings/{page.slug}?tz=UTC")
    assert urlsplit(visitor.url).hostname == OWN, "the default host leads to the chosen one"
    address = visitor.url
    visitor.locator("a.day").last.click()
    visitor.locator("a.slot").first.click()
    expect(visitor.get_by_role("button", name="Not you?")).to_have_count(0)
    visitor.get_by_label("First name").fill("Olga")
    visitor.get_by_label("Last name").fill("Zięba")
    visitor.get_by_label("Email").fill("olga@example.com")
    visitor.get_by_label("Phone").fill("+48 600 700 800")
    visitor.get_by_role("button", name="Book the meeting").click()
    expect(visitor.locator("h1")).to_have_text("You are booked")
    assert COOKIE not in visitor.evaluate("document.cookie"), "not for scripts"
    visitor.goto(address)
    visitor.locator("a.day").last.click()
    visitor.locator("a.slot").last.click()
    expect(visitor.get_by_label("Email")).to_have_value("olga@example.com")
    expect(visitor.get_by_label("Phone")).to_have_value("+48 600 700 800")
    settled(visitor)
    picture(visitor, f"remembered-{theme}-{'narrow' if narrow else 'wide'}")
    assert axe_violations(visitor) == []
    assert not overflow(visitor)
    form = visitor.url
    visitor.get_by_role("button", name="Not you?").press("Enter")
    expect(visitor.get_by_label("Email")).to_have_value("")
    assert visitor.url == form, "the time stays chosen"
    expect(visitor.get_by_role("button", name="Not you?")).to_have_count(0)
