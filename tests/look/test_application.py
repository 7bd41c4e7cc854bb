"""The application's own pages in the browser: accessible in both themes, and as wide as the screen."""

from __future__ import annotations

import datetime as dt

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Domain, Membership, Notification
from calendars.models import Booking, SchedulingPage
from connections.models import Connection
from tests.accounts.factories import MembershipFactory
from tests.browser import PageFactory, axe_violations, overflow, picture, settled
from tests.calendars.scheduling import busy_make, calendar_make, page_make, reservation_make

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

APP_PAGES = [
    "settings/general/calendar/",
    "notifications/?show=all",
    "settings/activity/audit-log/?who=nobody",
    "meetings/pages/{page}/",
    "meetings/bookings/",
    "contacts/?q=nobody",
    "search?q=meet",
    "search?q=nobody",
]
"""What the world of tests/look/test_every_page.py does not show: fuller pages, and states that stand in the address."""


@pytest.fixture
def host() -> Membership:
    """An admin with a page, a calendar and one booking."""
    membership = MembershipFactory(super_admin=True, user__name="Anna Nowak", account__name="Northwind")
    page = page_make(membership=membership, slug="anna/intro", title="A first conversation", durations=[30, 60])
    calendar = calendar_make(page, synced_at=timezone.now(), is_primary=True, is_writable=True)
    start = timezone.now().replace(hour=10, minute=0, second=0, microsecond=0)
    busy_make(calendar, start + dt.timedelta(days=1))
    reservation_make(page, start + dt.timedelta(days=2))
    return membership


def enter(page: Page, membership: Membership, url: str) -> None:
    """Sign this person in without the form."""
    client = Client()
    client.force_login(membership.user)
    name = settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": url}])


def things(host: Membership) -> dict[str, int]:
    """What the addresses of pages name."""
    token = {"token": "t" * 32, "last_error_code": "NO_RECORD"}
    domain, _ = Domain.objects.get_or_create(account=host.account, host="meet.example.com", defaults=token)
    told = {"kind": "job.failed", "title": "Some work has failed", "text": "See what went wrong, and try again."}
    Notification.objects.get_or_create(account=host.account, user=host.user, key="k", defaults=told)
    return {
        "page": SchedulingPage.objects.get().pk,
        "domain": domain.pk,
        "booking": Booking.objects.get().pk,
        "connection": Connection.objects.get().pk,
    }


def check(page: Page, name: str) -> list[str]:
    """What is wrong with the page that is open."""
    settled(page)
    picture(page, name)
    too_wide = overflow(page)
    return [*axe_violations(page), *([f"{too_wide} px too wide"] if too_wide else [])]


@pytest.mark.parametrize("path", APP_PAGES)
def test_a_page_of_the_application(
    host: Membership, live_server: LiveServer, open_page: PageFactory, path: str
) -> None:
    for theme, narrow in (("light", False), ("dark", True)):
        page = open_page(theme=theme, narrow=narrow)
        enter(page, host, live_server.url)
        response = page.goto(f"{live_server.url}/app/{host.account_id}/{path.format(**things(host))}")
        assert response is not None
        assert response.status == 200
        assert check(page, f"app-{path.strip('/').replace('/', '-')}-{theme}") == []


@pytest.mark.parametrize("path", ["/accounts/login/", "/accounts/password/reset/", "/nothing-here"])
def test_a_page_before_signing_in(live_server: LiveServer, open_page: PageFactory, path: str) -> None:
    for theme, narrow in (("light", False), ("dark", True)):
        page = open_page(theme=theme, narrow=narrow)
        page.goto(f"{live_server.url}{path}")
        assert check(page, f"plain-{path.strip('/').replace('/', '-')}-{theme}") == []


@pytest.mark.parametrize("color", ["", "#0b7a4b", "#ffd400"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_visitors_way_to_a_booking(
    host: Membership, live_server: LiveServer, open_page: PageFactory, theme: str, color: str
) -> None:
    SchedulingPage.objects.update(brand_color=color)
    for narrow in (False, True):
        name = f"public-{theme}-{color.strip('#') or 'plain'}-{'narrow' if narrow else 'wide'}"
        page = open_page(theme=theme, narrow=narrow, zone="UTC")
        page.goto(f"{live_server.url}/meetings/anna/intro")
        assert check(page, f"{name}-1") == []
        if narrow:
            page.locator("a.day").last.click()
            expect(page.locator("a.slot").first).to_be_visible()
            assert check(page, f"{name}-day") == []
        page.locator("a.slot").first.click()
        expect(page.get_by_label("First name")).to_be_visible()
        assert check(page, f"{name}-2") == []
        page.get_by_label("First name").fill("Grace")
        page.get_by_label("Email").fill(f"grace-{narrow}@example.com")
        assert check(page, f"{name}-3") == []
