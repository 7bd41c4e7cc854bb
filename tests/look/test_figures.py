"""The figures of meetings and the outcome of one, as a host sees them."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Membership
from calendars.models import Booking
from tests.browser import PageFactory, axe_violations, overflow, picture
from tests.calendars.booking import HALF_HOUR, book, page_make, slot
from tests.calendars.memory import memory_reset
from tests.look.test_application import enter

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.spec("C27")]


@pytest.fixture
def host() -> Membership:
    """A host of meetings in many weeks."""
    memory_reset()
    page = page_make()
    for number in range(12):
        booking = book(page, slot(number))
        end = timezone.now() - dt.timedelta(days=number * number)
        Booking.objects.filter(pk=booking.pk).update(starts_at=end - HALF_HOUR, ends_at=end)
    book(page, slot(13))
    return page.account.memberships.select_related("user").get(user=page.owner)


@pytest.mark.parametrize(("theme", "narrow"), [("light", False), ("dark", True)])
def test_a_host_says_who_came_and_sees_it_in_the_figures(
    host: Membership, live_server: LiveServer, open_page: PageFactory, theme: str, narrow: bool
) -> None:
    page = open_page(theme=theme, narrow=narrow)
    enter(page, host, live_server.url)
    booking = Booking.objects.order_by("starts_at")[0]
    page.goto(f"{live_server.url}/app/{host.account_id}/meetings/bookings/{booking.pk}/")
    page.get_by_role("button", name="No-show").click()
    expect(page.locator("[data-toast]")).to_contain_text("The outcome is kept.")
    expect(page.get_by_role("button", name="No-show")).to_have_attribute("aria-pressed", "true")
    assert axe_violations(page) == []
    picture(page, f"outcome-{theme}")
    page.goto(f"{live_server.url}/app/{host.account_id}/meetings/bookings/figures/")
    expect(page.locator(".figures")).to_contain_text("No-shows")
    assert axe_violations(page) == []
    assert overflow(page) == 0
    picture(page, f"figures-{theme}")
