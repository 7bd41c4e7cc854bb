"""Connecting Google in a browser when the person does not simply say yes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser import PageFactory
from tests.journeys.conftest import Look
from tests.journeys.people import Person, calendar_settings, consent_give, consent_page, sign_in
from tests.stack.fixture import Stack

pytestmark = [pytest.mark.browser, pytest.mark.spec("C1")]

Newcomer = Callable[[str], Person]


def test_consent_denied_is_said_in_words_and_nothing_is_connected(
    stack: Stack, open_page: PageFactory, look: Look, newcomer: Newcomer
) -> None:
    page = open_page()
    sign_in(page, stack, newcomer("Zofia Lis"))
    calendar_settings(page)
    consent_page(page)
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("heading", name="Not connected")).to_be_visible()
    look(page, "consent-denied")
    page.get_by_role("link", name="Start again").click()
    expect(page.get_by_role("button", name="Connect your calendar")).to_be_visible()
    assert connections_of(stack, "Zofia Lis") == 0


def test_a_scope_left_out_is_named_and_starting_again_connects(
    stack: Stack, open_page: PageFactory, look: Look, newcomer: Newcomer
) -> None:
    page = open_page(narrow=True)
    sign_in(page, stack, newcomer("Jerzy Bąk"))
    calendar_settings(page)
    look(page, "settings-calendar-narrow")
    consent_page(page)
    page.locator("[name=allowed][type=checkbox]:enabled").first.uncheck()
    consent_give(page, "marta@gmail.test")
    expect(page.get_by_role("heading", name="Not connected")).to_be_visible()
    expect(page.get_by_text("This was not allowed:")).to_be_visible()
    look(page, "consent-narrowed")
    assert connections_of(stack, "Jerzy Bąk") == 0
    page.get_by_role("link", name="Start again").click()
    consent_page(page)
    consent_give(page, "marta@gmail.test")
    expect(page.get_by_role("heading", level=1, name="Scheduling pages")).to_be_visible()
    assert connections_of(stack, "Jerzy Bąk") == 1
    look(page, "meetings-empty-narrow")


def connections_of(stack: Stack, name: str) -> int:
    query = "select count(*) from connections_connection c join accounts_user u on u.id = c.owner_id where u.name = %s"
    return int(stack.sql(query, [name])[0][0])
