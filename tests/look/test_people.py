"""Sign-up, invitations, the second factor and the settings of people, in the browser."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.conf import settings as django_settings
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from accounts.choices import Right
from accounts.models import Invitation, Membership, OutgoingEmail
from accounts.services.brands import brand_create
from accounts.services.invitations import invitation_send
from tests.accounts.factories import PASSWORD, MembershipFactory, UserFactory, actor_of
from tests.accounts.test_second_factor import PERIOD
from tests.browser import PageFactory, focused
from tests.look.test_application import check, enter

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LOOKS = [("light", False), ("dark", True)]
PAGES = ["security/", "account/", "account/brands/", "account/brands/{brand}/", "users/", "users/invite/"]


@pytest.fixture(autouse=True)
def _open(settings: Settings, live_server: LiveServer) -> None:
    cache.clear()
    settings.SIGNUP_OPEN = True
    settings.BASE_URL = live_server.url


@pytest.fixture
def admin() -> Membership:
    return MembershipFactory(super_admin=True, user__name="Anna Nowak", account__name="Northwind Coffee")


def invited(admin: Membership, email: str) -> str:
    """The address of the link that somebody got."""
    invitation_send(
        actor=actor_of(admin),
        account=admin.account,
        email=email,
        invited_by=admin.user,
        language="en",
        rights=[Right.EDIT_ACCOUNT_SETTINGS],
    )
    return link_of(OutgoingEmail.objects.filter(to=email).latest("id"))


def link_of(email: OutgoingEmail) -> str:
    return next(word for word in email.text.split() if word.startswith(django_settings.BASE_URL))


@pytest.mark.parametrize("path", PAGES)
def test_a_page_of_the_settings(admin: Membership, live_server: LiveServer, open_page: PageFactory, path: str) -> None:
    brand_create(actor=actor_of(admin), name="Northwind Coffee")
    brand = brand_create(actor=actor_of(admin), name="A roastery with a name that is rather long for a table")
    MembershipFactory(account=admin.account, user__name="Marek Zieliński")
    invited(admin, "zofia.lis@hubclone.test")
    invited(admin, "jerzy.wasilewski.the.third@a-long-domain.hubclone.test")
    Invitation.objects.filter(email__startswith="zofia").update(expires_at=timezone.now() - dt.timedelta(days=1))
    MembershipFactory(user=admin.user, account__name="Zebra Tea")
    for theme, narrow in LOOKS:
        page = open_page(theme=theme, narrow=narrow)
        enter(page, admin, live_server.url)
        address = f"{live_server.url}/app/{admin.account_id}/settings/{path.format(brand=brand.pk)}"
        page.goto(address)
        page.goto(address)
        assert check(page, f"people-{path.strip('/').replace('/', '-').replace('{brand}', 'one')}-{theme}") == []


def test_the_ways_of_an_invitation(admin: Membership, live_server: LiveServer, open_page: PageFactory) -> None:
    UserFactory(email="known@hubclone.test")
    states = {
        "new": invited(admin, "new@hubclone.test"),
        "sign-in": invited(admin, "known@hubclone.test"),
        "expired": invited(admin, "late@hubclone.test"),
        "unknown": f"{live_server.url}/invitation/nonsense",
    }
    Invitation.objects.filter(email="late@hubclone.test").update(expires_at=timezone.now())
    for theme, narrow in LOOKS:
        page = open_page(theme=theme, narrow=narrow)
        for state, link in states.items():
            page.goto(link)
            assert check(page, f"people-invitation-{state}-{theme}") == []
        enter(page, admin, live_server.url)
        page.goto(states["new"])
        assert check(page, f"people-invitation-somebody-else-{theme}") == []
    newcomer = open_page(zone="Europe/Warsaw")
    newcomer.goto(states["new"])
    newcomer.get_by_label("Your name").fill("Nina New")
    newcomer.get_by_label("Password").fill("herbs-and-Spices-7")
    newcomer.get_by_role("button", name="Join").click()
    newcomer.wait_for_url(f"**/app/{admin.account_id}/**")
    member = Membership.objects.get(user__email="new@hubclone.test")
    assert (member.account_id, member.user.time_zone) == (admin.account_id, "Europe/Warsaw")


@pytest.mark.parametrize(("theme", "narrow"), LOOKS)
def test_signing_up_by_the_keyboard(live_server: LiveServer, open_page: PageFactory, theme: str, narrow: bool) -> None:
    page = open_page(theme=theme, narrow=narrow)
    page.goto(f"{live_server.url}/accounts/login/")
    page.get_by_role("link", name="Sign up").click()
    page.wait_for_url("**/accounts/signup/")
    assert check(page, f"people-signup-{theme}") == []
    page.get_by_label("Your name").fill("Nina New")
    page.get_by_label("Email").fill("nina@hubclone.test")
    page.get_by_label("Name of the account").fill("Nina's Bakery")
    page.get_by_label("Password").fill("short")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    assert check(page, f"people-signup-wrong-{theme}") == []
    page.get_by_label("Password").fill("flour-and-Water-9")
    page.keyboard.press("Enter")
    page.wait_for_url("**/accounts/confirm-email/")
    assert check(page, f"people-signup-sent-{theme}") == []
    page.goto(link_of(OutgoingEmail.objects.get()))
    assert check(page, f"people-signup-confirm-{theme}") == []
    page.get_by_role("button", name="Yes, it is mine").click()
    page.wait_for_url("**/app/**")
    page.goto(f"{live_server.url}/accounts/confirm-email/nonsense/")
    assert check(page, f"people-signup-link-over-{theme}") == []


@pytest.mark.parametrize(("theme", "narrow"), LOOKS)
def test_the_second_factor_from_its_picture_to_the_next_sign_in(
    admin: Membership, live_server: LiveServer, open_page: PageFactory, theme: str, narrow: bool
) -> None:
    page = open_page(theme=theme, narrow=narrow)
    enter(page, admin, live_server.url)
    page.goto(f"{live_server.url}/app/{admin.account_id}/settings/security/")
    page.get_by_role("link", name="Add an authenticator app").click()
    page.wait_for_url("**/reauthenticate/**")
    assert check(page, f"people-reauthenticate-{theme}") == []
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/two-factor/app/**")
    assert check(page, f"people-app-{theme}") == []
    picture = page.get_by_role("img", name="QR code with the key below")
    assert picture.evaluate("image => image.complete && image.naturalWidth > 0")
    secret = page.locator("#totp-key").inner_text()
    page.get_by_label("Code", exact=True).fill(code(secret, 0))
    page.keyboard.press("Enter")
    page.wait_for_url("**/two-factor/codes/")
    assert check(page, f"people-codes-{theme}") == []
    page.get_by_role("link", name="Make new codes").click()
    page.wait_for_url("**/codes/new/")
    assert check(page, f"people-codes-new-{theme}") == []
    page.goto(f"{live_server.url}/app/{admin.account_id}/settings/security/")
    assert check(page, f"people-security-on-{theme}") == []
    page.goto(f"{live_server.url}/accounts/two-factor/app/off/")
    assert check(page, f"people-app-off-{theme}") == []
    page.goto(f"{live_server.url}/accounts/email/")
    assert check(page, f"people-email-{theme}") == []
    second_step(open_page(theme=theme, narrow=narrow), admin, live_server.url, theme, secret)


def second_step(page: Page, admin: Membership, url: str, theme: str, secret: str) -> None:
    page.goto(f"{url}/accounts/login/")
    page.get_by_label("Email").fill(admin.user.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/two-factor/authenticate/")
    for wrong in ("000000", "111111"):
        page.get_by_label("Code").fill(wrong)
        with page.expect_navigation():
            page.keyboard.press("Enter")
        expect(page.get_by_label("Code")).to_have_accessible_description(re.compile("That code is not right"))
    assert check(page, f"people-second-step-{theme}") == []
    page.get_by_label("Code").fill(code(secret, 1))
    page.keyboard.press("Enter")
    page.wait_for_url("**/app/**")


def code(secret: str, later: int) -> str:
    """What the app shows now, or ``later`` periods from now, which a clock that is fast shows already."""
    return str(format_hotp_value(hotp_value(secret, int(timezone.now().timestamp()) // PERIOD + later)))


@pytest.mark.parametrize(("theme", "narrow"), LOOKS)
def test_too_many_attempts(
    admin: Membership, live_server: LiveServer, open_page: PageFactory, theme: str, narrow: bool
) -> None:
    page = open_page(theme=theme, narrow=narrow)
    page.goto(f"{live_server.url}/accounts/login/")
    for number in range(5):
        page.get_by_label("Email").fill(admin.user.email)
        page.get_by_label("Password").fill(f"wrong {number}")
        with page.expect_navigation():
            page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Too many attempts")).to_be_visible()
    assert check(page, f"people-locked-out-{theme}") == []


def test_the_first_wrong_field_of_a_refused_form_is_in_sight_with_the_focus(
    live_server: LiveServer, open_page: PageFactory
) -> None:
    admin = MembershipFactory(rights=[Right.SUPER_ADMIN])
    page = open_page(narrow=True)
    enter(page, admin, live_server.url)
    page.goto(f"{live_server.url}/app/{admin.account_id}/settings/users/invite/")
    page.get_by_label("Email", exact=True).fill("new@example.com")
    page.get_by_label("Paid seat").select_option("sales")
    page.get_by_role("button", name="Send the invitation").click()
    focused(page, "#id_seat_tier[aria-invalid=true]")
    expect(page.locator("#id_seat_tier")).to_be_in_viewport()
