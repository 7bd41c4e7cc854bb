"""Every signed-in screen of the main job in Polish and on a phone: nothing overflows, and axe finds nothing."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser import PageFactory
from tests.journeys.conftest import Look
from tests.journeys.people import Person, sign_in
from tests.stack.fixture import Stack

pytestmark = pytest.mark.browser

SCREENS = {
    "meetings": "meetings/",
    "editor": "meetings/new/",
    "bookings": "meetings/bookings/",
    "contacts": "contacts/",
    "settings-calendar": "settings/general/calendar/",
    "access": "settings/general/calendar/connect/google",
    "connected-apps": "settings/integrations/connected-apps/",
    "audit": "settings/activity/audit-log/",
}


@pytest.mark.parametrize(
    ("locale", "narrow"),
    [("pl-PL", True), ("pl-PL", False), ("en-GB", True)],
    ids=["pl-narrow", "pl-wide", "en-narrow"],
)
def test_the_screens_of_an_administrator(
    stack: Stack, open_page: PageFactory, look: Look, locale: str, narrow: bool
) -> None:
    page, axe = open_page(narrow=narrow, locale=locale), locale == "pl-PL" and narrow
    name = f"{locale[:2]}-{'narrow' if narrow else 'wide'}"
    page.goto(stack.base_url)
    look(page, f"sign-in-{name}", axe)
    admin = stack.demo["admin"]
    sign_in(page, stack, Person(admin["email"], admin["password"], "Anna Nowak"))
    for screen, path in SCREENS.items():
        answer = page.goto(f"{stack.base_url}/app/{stack.demo['account_id']}/{path}")
        assert answer is not None
        assert answer.status == 200
        expect(page.locator("h1")).to_be_visible()
        assert_language(page, locale)
        look(page, f"{screen}-{name}", axe)


def assert_language(page: Page, locale: str) -> None:
    """The page says which language it is in."""
    assert page.locator("html").get_attribute("lang") == locale[:2]
