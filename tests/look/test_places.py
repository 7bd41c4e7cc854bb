"""The rail's sections by keyboard on a narrow screen: reached, opened, and folded for good."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from tests.browser import PageFactory, focused, overflow, settled
from tests.calendars.booking import account_make
from tests.look.test_application import enter

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.spec("A6")]


def rail_open(page: Page) -> None:
    """By the menu button, with the keyboard."""
    page.locator("[data-rail-open]").press("Enter")
    focused(page, ".rail__brand")


def test_the_marketplace_is_reached_and_a_section_folded_by_keyboard_on_a_narrow_screen(
    live_server: LiveServer, open_page: PageFactory
) -> None:
    account = account_make()
    page = open_page(narrow=True)
    enter(page, account.memberships.get(), live_server.url)
    page.goto(f"{live_server.url}/app/{account.pk}/workflows/")
    settled(page)
    rail_open(page)
    fold = "[data-rail-section=automation] > summary"
    page.locator(fold).press("Enter")
    page.wait_for_function("() => document.cookie.includes('hub_rail_folded=automation')")
    page.locator("[data-rail-section=marketplace] > summary").press("Tab")
    focused(page, f'[href="/app/{account.pk}/marketplace/"]')
    page.keyboard.press("Enter")
    page.wait_for_url("**/marketplace/")
    assert overflow(page) == 0
    assert page.locator("[data-rail-section=automation]").get_attribute("open") is None
    rail_open(page)
    page.locator('.rail [href$="/connected-apps/"]').press("Enter")
    page.wait_for_url("**/connected-apps/")
