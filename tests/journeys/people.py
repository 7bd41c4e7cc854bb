"""What people do in the browser, step by step; each step ends on the page that it leads to."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

from tests.stack.fixture import Stack

SEVERAL_DAYS = 5
_MAKE_PERSON = """
from accounts.actor import system_actor
from accounts.models import Account
from accounts.services.accounts import membership_add
from accounts.services.people import person_create
account = Account.objects.get(pk={account})
user = person_create(email={email!r}, password={password!r}, name={name!r}, time_zone="Europe/Warsaw")
membership_add(actor=system_actor(account.pk, "Tests"), account=account, user=user)
"""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can sign in."""

    email: str
    password: str
    name: str


def person_make(stack: Stack, name: str) -> Person:
    """A member without rights of the demo account."""
    person = Person(f"{secrets.token_hex(5)}@hubclone.test", secrets.token_urlsafe(12), name)
    fields = {"email": person.email, "password": person.password, "name": name}
    stack.manage("shell", "-c", _MAKE_PERSON.format(account=stack.demo["account_id"], **fields))
    return person


def sign_in(page: Page, stack: Stack, person: Person) -> None:
    """From the address of the app to its first page."""
    page.goto(stack.base_url)
    page.locator("[name=login]").fill(person.email)
    page.locator("[name=password]").fill(person.password)
    page.locator("form:has([name=login]) button").click()
    expect(page.locator("body.shell")).to_be_visible()


def calendar_settings(page: Page) -> None:
    """Settings → General → Calendar."""
    page.get_by_role("link", name="Settings").first.click()
    page.get_by_role("navigation", name="Settings").get_by_role("link", name="General").click()
    page.get_by_role("link", name="Calendar", exact=True).click()
    expect(page.get_by_role("heading", level=1, name="Calendar")).to_be_visible()


def consent_page(page: Page) -> None:
    """From the calendar settings to Google's consent page."""
    page.get_by_role("button", name="Connect your calendar").click()
    page.get_by_role("dialog").get_by_role("link", name="Google").click()
    expect(page.get_by_text("every other calendar that the account can reach")).to_be_visible()
    page.get_by_role("button", name="Accept and connect to Google").click()
    expect(page.get_by_role("heading", name="wants to access your Google Account")).to_be_visible()


def consent_give(page: Page, account: str) -> None:
    """Choose an account at Google and allow everything."""
    page.get_by_role("radio", name=account).check()
    page.get_by_role("button", name="Continue").click()


def days_of_a_full_month(page: Page) -> Locator:
    """The bookable days of a month that has several; near the end of a month that is the next one."""
    page.wait_for_load_state("networkidle")
    days = page.locator(".month__grid a")
    if days.count() < SEVERAL_DAYS:
        page.locator("#month-next").click()
        expect(days.nth(SEVERAL_DAYS - 1)).to_be_visible()
    return days


def day_and_time_choose(page: Page, *, day: int = 0, time: int = 0) -> str:
    """Choose a bookable day and one of its times; answers the time as it was shown. Leads to the form."""
    number = days_of_a_full_month(page).nth(day)
    words = number.locator(".sr-only").inner_text()
    number.click()
    expect(page.locator("#slots-title")).to_have_text(words, ignore_case=True)
    slot = page.locator("a.slot").nth(time)
    expect(slot).to_be_visible()
    words = slot.inner_text()
    slot.click()
    expect(page.locator("form.booking__form")).to_be_visible()
    return words


def details_fill(page: Page, *, first_name: str, last_name: str, email: str) -> None:
    """Fill in the visitor's form in whatever language it is."""
    page.locator("[name=first_name]").fill(first_name)
    page.locator("[name=last_name]").fill(last_name)
    page.locator("[name=email]").fill(email)
