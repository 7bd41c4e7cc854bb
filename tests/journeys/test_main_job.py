"""The main job in a browser: a member connects Google, makes a page, a visitor books, and everything is there once."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from sandbox.testing import Control
from tests.browser import PageFactory
from tests.journeys.conftest import Look
from tests.journeys.people import (
    Person,
    calendar_settings,
    consent_give,
    consent_page,
    day_and_time_choose,
    details_fill,
    sign_in,
)
from tests.stack.fixture import Stack, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.spec("A14", "A19", "C1", "C9", "C18", "C19", "C20", "C21")]

GOOGLE = "jan@gmail.test"
GUEST, GUEST_NAME, GUEST_ZONE = "priya.raman@visitors.example", "Priya Raman", "Asia/Kolkata"
SUBJECT = f"Introductory call: {GUEST_NAME} and Marek Zieliński"


def test_from_sign_in_to_a_booked_meeting(
    stack: Stack, outside: Control, open_page: PageFactory, look: Look, marek: Person
) -> None:
    page = open_page()
    connect(page, stack, marek, look)
    link = make_page(page, look)
    chosen = book(open_page(narrow=True, locale="en-IN", zone=GUEST_ZONE), link, look)
    starts_at = the_one_event(outside)
    assert f"{starts_at.astimezone(ZoneInfo(GUEST_ZONE)):%I:%M}".lstrip("0") in chosen
    the_two_letters(outside, marek)
    the_records(page, stack, look)
    the_booking(page, stack, look)


def connect(page: Page, stack: Stack, person: Person, look: Look) -> None:
    """Sign in, and connect a calendar in the settings."""
    sign_in(page, stack, person)
    calendar_settings(page)
    look(page, "settings-calendar-none")
    page.get_by_role("button", name="Connect your calendar").click()
    look(page, "settings-calendar-dialog")
    page.keyboard.press("Escape")
    consent_page(page)
    consent_give(page, GOOGLE)
    expect(page).to_have_url(re.compile(r"/app/\d+/meetings/$"))
    look(page, "meetings-empty")


def make_page(page: Page, look: Look) -> str:
    """Make a scheduling page in the editor; answers the link that visitors get."""
    page.get_by_role("link", name="New page").first.click()
    expect(page.get_by_role("heading", level=1, name="New scheduling page")).to_be_visible()
    look(page, "editor-new")
    page.get_by_label("Title").fill("Introductory call")
    page.get_by_role("button", name="Save").last.click()
    expect(page).to_have_url(re.compile(r"/app/\d+/meetings/$"))
    look(page, "meetings-one-page")
    return str(page.get_by_role("link", name="Open").get_attribute("href"))


def book(visitor: Page, link: str, look: Look) -> str:
    """A visitor in India with a phone; answers the time of day that they chose."""
    visitor.goto(link)
    expect(visitor.locator("#tz")).to_have_value(GUEST_ZONE)
    look(visitor, "public-month-narrow")
    chosen = day_and_time_choose(visitor, day=2)
    look(visitor, "public-form-narrow")
    details_fill(visitor, first_name="Priya", last_name="Raman", email=GUEST)
    visitor.get_by_role("button", name="Book the meeting").click()
    expect(visitor.get_by_role("heading", name="You are booked")).to_be_visible()
    look(visitor, "public-booked-narrow")
    return chosen


def the_one_event(outside: Control) -> dt.datetime:
    """The event in Google's calendar, once it is there; answers its start."""

    def found() -> list[dict[str, Any]]:
        events = outside.google.events(GOOGLE)
        return [event for event in events if event["status"] == "confirmed" and GUEST in str(event.get("attendees"))]

    wait_until(found, seconds=20, what="the event")
    [event] = found()
    assert event["summary"] == SUBJECT
    assert event["hangoutLink"]
    assert [invited["email"] for invited in event["attendees"]] == [GUEST]
    return dt.datetime.fromisoformat(event["start"]["dateTime"])


def the_two_letters(outside: Control, host: Person) -> None:
    """The guest's confirmation with an .ics, and the owner's notification; no other letter."""
    [confirmation] = outside.mail_wait(to=GUEST)
    [notice] = outside.mail_wait(to=host.email)
    assert confirmation["ics"].count("BEGIN:VEVENT") == 1
    assert f"SUMMARY:{SUBJECT}" in confirmation["ics"]
    assert host.name in confirmation["text"]
    assert "/google/meet/" in confirmation["text"]
    assert GUEST_NAME in notice["text"]
    assert confirmation["html"]
    assert notice["html"]


def the_records(page: Page, stack: Stack, look: Look) -> None:
    """The contact and the meeting on their pages, and one entry on the contact's timeline."""
    page.goto(f"{stack.base_url}/app/{stack.demo['account_id']}/contacts/")
    expect(page.get_by_role("row").filter(has_text=GUEST)).to_have_count(1)
    look(page, "contacts")
    page.get_by_role("link", name=GUEST_NAME).click()
    expect(page.get_by_role("heading", level=1, name=GUEST_NAME)).to_be_visible()
    expect(page.locator(".timeline > li").filter(has_text="Booked for")).to_have_count(1)
    look(page, "contact")
    meetings = page.get_by_role("main").get_by_role("link", name=SUBJECT)
    meetings.first.click()
    expect(page).to_have_url(re.compile(r"/meetings/\d+/$"))
    look(page, "meeting")


def the_booking(page: Page, stack: Stack, look: Look) -> None:
    """The host's list of bookings and the booking itself."""
    page.goto(f"{stack.base_url}/app/{stack.demo['account_id']}/meetings/bookings/")
    expect(page.get_by_role("main").get_by_role("link", name=GUEST_NAME)).to_have_count(1)
    look(page, "bookings")
    page.get_by_role("main").get_by_role("link", name=GUEST_NAME).first.click()
    expect(page).to_have_url(re.compile(r"/bookings/\d+/$"))
    look(page, "booking")
