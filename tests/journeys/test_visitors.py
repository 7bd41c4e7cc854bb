"""Visitors of the demo's scheduling page: in Polish, without JavaScript, late for a slot, and with mistakes."""

from __future__ import annotations

import uuid

import pytest
from playwright.sync_api import Page, expect

from sandbox.testing import Control
from tests.browser import PageFactory, focused
from tests.journeys.conftest import Look
from tests.journeys.people import day_and_time_choose, days_of_a_full_month, details_fill
from tests.stack.fixture import Stack

pytestmark = [pytest.mark.browser, pytest.mark.spec("C20", "C21", "C22")]


@pytest.fixture
def email() -> str:
    """An address of this test alone."""
    return f"{uuid.uuid4().hex[:10]}@visitors.example"


@pytest.mark.parametrize("narrow", [False, True], ids=["wide", "narrow"])
def test_a_visitor_books_in_polish(
    stack: Stack, outside: Control, open_page: PageFactory, look: Look, email: str, narrow: bool
) -> None:
    width = "narrow" if narrow else "wide"
    page = open_page(narrow=narrow, locale="pl-PL")
    page.goto(stack.demo["scheduling_page"])
    expect(page.get_by_role("heading", name="Wybierz dzień i godzinę")).to_be_visible()
    look(page, f"public-month-pl-{width}")
    days_of_a_full_month(page).nth(1).click()
    expect(page.locator("a.slot").first).to_be_visible()
    look(page, f"public-slots-pl-{width}")
    page.locator("a.slot").first.click()
    expect(page.locator("form.booking__form")).to_be_visible()
    look(page, f"public-form-pl-{width}")
    details_fill(page, first_name="Łucja", last_name="Żółć", email=email)
    page.get_by_role("button", name="Zarezerwuj").click()
    expect(page.locator(".booking__tick")).to_be_visible()
    look(page, f"public-booked-pl-{width}")
    [letter] = outside.mail_wait(to=email)
    assert letter["subject"].startswith("Zarezerwowano: ")
    assert "Łucja" in letter["text"]


def test_a_visitor_books_without_javascript(stack: Stack, outside: Control, open_page: PageFactory, email: str) -> None:
    page = open_page(narrow=True, java_script_enabled=False)
    page.goto(stack.demo["scheduling_page"])
    page.get_by_label("Time zone").select_option("America/New_York")
    page.get_by_role("button", name="Apply").click()
    day_and_time_choose(page, day=1)
    expect(page.locator(".booking__summary")).to_contain_text("New York")
    details_fill(page, first_name="Nora", last_name="Script", email=email)
    page.get_by_role("button", name="Book the meeting").click()
    expect(page.get_by_role("heading", name="You are booked")).to_be_visible()
    [letter] = outside.mail_wait(to=email)
    assert "New York" in letter["text"]


def test_the_later_of_two_visitors_keeps_the_form_and_sees_fresh_times(
    stack: Stack, outside: Control, open_page: PageFactory, look: Look, email: str
) -> None:
    first, second = open_page(), open_page(narrow=True)
    for page, name in ((first, "First"), (second, "Second")):
        page.goto(stack.demo["scheduling_page"])
        chosen = day_and_time_choose(page, day=2, time=1)
        details_fill(page, first_name=name, last_name="Visitor", email=f"{name.lower()}-{email}")
    submit(first)
    expect(first.get_by_role("heading", name="You are booked")).to_be_visible()
    submit(second)
    fresh = second.get_by_role("group", name="Another time").get_by_role("radio")
    expect(second.locator("[name=first_name]")).to_have_value("Second")
    expect(second.locator("[name=email]")).to_have_value(f"second-{email}")
    look(second, "public-taken-narrow")
    assert fresh.count() > 1
    assert chosen not in second.get_by_role("group", name="Another time").inner_text().split("\n")[:1]
    fresh.first.check()
    submit(second)
    expect(second.get_by_role("heading", name="You are booked")).to_be_visible()
    assert len(outside.mail_wait(to=f"second-{email}")) == 1
    assert len(outside.mail_wait(to=f"first-{email}")) == 1


def test_a_mistake_is_named_at_its_field_and_nothing_typed_is_lost(
    stack: Stack, open_page: PageFactory, look: Look
) -> None:
    page = open_page()
    page.goto(stack.demo["scheduling_page"])
    look(page, "public-month-wide")
    day_and_time_choose(page)
    look(page, "public-form-wide")
    details_fill(page, first_name="Ola", last_name="", email="ola at home")
    submit(page)
    expect(page.locator("[name=email]")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("[name=first_name]")).to_have_value("Ola")
    look(page, "public-mistake-wide")


def test_the_keyboard_alone_is_enough_to_book(stack: Stack, open_page: PageFactory, email: str) -> None:
    page = open_page()
    page.goto(stack.demo["scheduling_page"])
    days_of_a_full_month(page).nth(3).focus()
    page.keyboard.press("Enter")
    focused(page, "#slots-title")
    for _ in range(10):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.className") == "slot":
            break
    page.keyboard.press("Enter")
    expect(page.locator("form.booking__form")).to_be_visible()
    page.locator("[name=first_name]").focus()
    page.keyboard.type("Kay")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type(email)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="You are booked")).to_be_visible()


def test_a_link_that_leads_nowhere_says_so(stack: Stack, open_page: PageFactory, look: Look) -> None:
    page = open_page()
    answer = page.goto(f"{stack.base_url}/meetings/nobody/here")
    assert answer is not None
    assert answer.status == 404
    look(page, "public-not-found-wide")


def submit(page: Page) -> None:
    """Press the button that books."""
    page.get_by_role("button", name="Book the meeting").click()
