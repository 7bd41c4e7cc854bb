"""The guest's own page of a booking, and that of a host whose calendar cannot be read, in both themes and widths."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Membership
from calendars.choices import CalendarAccess
from calendars.guest_links import manage_token
from calendars.models import Booking, Calendar
from tests.accounts.factories import MembershipFactory
from tests.browser import PageFactory, focused
from tests.calendars.scheduling import calendar_make, page_make, reservation_make
from tests.look.test_application import check, enter

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def booking() -> Booking:
    """A meeting in two days on a page of every day, with a calendar that is read."""
    membership = MembershipFactory(super_admin=True, user__name="Anna Nowak", account__name="Northwind")
    hours = {str(day): [["09:00", "17:00"]] for day in range(7)}
    page = page_make(membership=membership, slug="anna/intro", title="A first conversation", weekly_hours=hours)
    calendar_make(page, synced_at=timezone.now(), is_primary=True, is_writable=True, name="Team holidays")
    start = timezone.now().replace(hour=10, minute=0, second=0, microsecond=0)
    return reservation_make(page, start + dt.timedelta(days=2))


@pytest.mark.spec("C23")
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("narrow", [False, True])
def test_a_guests_way_to_another_time_and_to_no_meeting(
    booking: Booking, live_server: LiveServer, open_page: PageFactory, theme: str, narrow: bool
) -> None:
    name = f"manage-{theme}-{'narrow' if narrow else 'wide'}"
    page = open_page(theme=theme, narrow=narrow, zone="UTC")
    page.goto(f"{live_server.url}/meetings/-/manage/{manage_token(booking)}/")
    assert check(page, f"{name}-1") == []
    page.get_by_role("link", name="Choose another time").click()
    expect(page.locator("#picker")).to_be_visible()
    assert check(page, f"{name}-2") == []
    page.locator("a.day").last.press("Enter")
    focused(page, "#slots-title")
    page.locator("a.slot").first.press("Enter")
    expect(page.get_by_role("button", name="Move the meeting")).to_be_visible()
    assert check(page, f"{name}-3") == []
    page.get_by_role("button", name="Move the meeting").click()
    expect(page.locator("h1")).to_have_text("Your meeting has a new time")
    assert check(page, f"{name}-4") == []
    page.get_by_role("link", name="Cancel the meeting").click()
    assert check(page, f"{name}-5") == []
    page.get_by_label("Reason").fill("A strike")
    page.get_by_role("button", name="Cancel the meeting").click()
    expect(page.locator("h1")).to_have_text("This meeting is cancelled")
    assert check(page, f"{name}-6") == []


@pytest.mark.spec("C23")
def test_the_host_moves_in_the_app(booking: Booking, live_server: LiveServer, open_page: PageFactory) -> None:
    host = Membership.objects.get(user=booking.page.owner)
    for theme, narrow in (("light", False), ("dark", True)):
        page = open_page(theme=theme, narrow=narrow, zone="UTC")
        enter(page, host, live_server.url)
        page.goto(f"{live_server.url}/app/{host.account_id}/meetings/bookings/{booking.pk}/move/")
        page.locator("a.day").nth(-1 if narrow else -2).press("Enter")
        focused(page, "#slots-title")
        assert check(page, f"host-move-{theme}-1") == []
        page.locator("a.slot").first.press("Enter")
        expect(page.get_by_role("button", name="Move the meeting")).to_be_visible()
        assert check(page, f"host-move-{theme}-2") == []
        page.get_by_role("button", name="Move the meeting").click()
        expect(page.locator("[data-toast]")).to_contain_text("Moved")


@pytest.mark.spec("C10")
def test_a_host_whose_calendar_cannot_be_read(
    booking: Booking, live_server: LiveServer, open_page: PageFactory
) -> None:
    Calendar.objects.update(access=CalendarAccess.LOST)
    host = Membership.objects.get(user=booking.page.owner)
    for theme, narrow in (("light", False), ("dark", True)):
        page = open_page(theme=theme, narrow=narrow, zone="UTC")
        page.goto(f"{live_server.url}/meetings/anna/intro")
        assert check(page, f"lost-{theme}-1") == []
        page.get_by_role("button", name="Let Anna Nowak know").click()
        expect(page.get_by_text("Thank you.")).to_be_visible()
        assert check(page, f"lost-{theme}-2") == []
        enter(page, host, live_server.url)
        page.goto(f"{live_server.url}/app/{host.account_id}/settings/general/calendar/")
        assert check(page, f"lost-{theme}-settings") == []
