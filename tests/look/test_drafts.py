"""Nothing typed is lost when what is sent does not arrive: it is there again on the page where it was typed."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Membership
from crm.models import Record
from tests.accounts.factories import MembershipFactory
from tests.browser import PageFactory, picture, settled
from tests.calendars.booking import account_make
from tests.calendars.scheduling import page_make
from tests.look.test_application import enter

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PASSWORD = "correct-horse-battery"
BACK_AGAIN = "What you had typed is here again"


@pytest.fixture
def member() -> Membership:
    """Somebody who can sign in again by the form."""
    membership = MembershipFactory(super_admin=True, user__name="Ewa Lis", account=account_make())
    membership.user.set_password(PASSWORD)
    membership.user.save()
    return membership


def form_filled(page: Page, member: Membership, base: str) -> str:
    """The form of a new contact with something typed into it; its address."""
    enter(page, member, base)
    address = f"{base}/app/{member.account_id}/contacts/new/"
    page.goto(address)
    page.get_by_label("First name").fill("Grace")
    page.get_by_role("combobox", name="Owner").click()
    page.get_by_role("option", name="Anna Nowak").click()
    return address


def save(page: Page) -> None:
    page.locator("main form button.btn--primary").click()


def sign_in(page: Page, member: Membership) -> None:
    page.get_by_label("Email").fill(member.user.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def typed_is_back(page: Page, address: str) -> None:
    expect(page.get_by_text(BACK_AGAIN)).to_be_visible()
    assert page.url == address
    expect(page.get_by_label("First name")).to_have_value("Grace")
    expect(page.get_by_role("combobox", name="Owner")).to_have_value("Anna Nowak")
    expect(page.get_by_text("You have unsaved changes.")).to_be_visible()
    picture(page, "typed-is-back")


def test_whoever_is_signed_out_while_typing_finds_it_again_after_signing_in(
    live_server: LiveServer, open_page: PageFactory, member: Membership
) -> None:
    page = open_page()
    address = form_filled(page, member, live_server.url)
    Session.objects.all().delete()
    save(page)
    sign_in(page, member)
    typed_is_back(page, address)
    save(page)
    page.wait_for_url("**/contacts/*/")
    assert Record.objects.get().properties["firstname"] == "Grace"
    page.goto(address)
    expect(page.get_by_label("First name")).to_have_value("")


def test_somebody_else_who_signs_in_sees_nothing_of_it(
    live_server: LiveServer, open_page: PageFactory, member: Membership
) -> None:
    other = MembershipFactory(account=member.account, user__name="Jan Kowalski")
    other.user.set_password(PASSWORD)
    other.user.save()
    page = open_page()
    form_filled(page, member, live_server.url)
    Session.objects.all().delete()
    save(page)
    sign_in(page, other)
    settled(page)
    expect(page.get_by_label("First name")).to_have_value("")
    expect(page.get_by_text(BACK_AGAIN)).to_have_count(0)
    assert page.evaluate("sessionStorage.getItem('hub_typed')") is None


def test_a_form_of_an_older_session_is_opened_anew_with_what_was_typed(
    live_server: LiveServer, open_page: PageFactory, member: Membership
) -> None:
    page = open_page()
    address = form_filled(page, member, live_server.url)
    page.context.clear_cookies(name=settings.CSRF_COOKIE_NAME)
    save(page)
    expect(page.get_by_role("heading", name="Please send it again")).to_be_visible()
    picture(page, "please-send-it-again")
    page.get_by_role("link", name="Open the page anew").click()
    typed_is_back(page, address)


def test_a_password_is_never_kept(live_server: LiveServer, open_page: PageFactory, member: Membership) -> None:
    page = open_page()
    enter(page, member, live_server.url)
    page.goto(f"{live_server.url}/app/{member.account_id}/contacts/new/")
    page.locator("main form").evaluate(
        "form => form.insertAdjacentHTML('beforeend', '<input type=password name=secret value=hush-hush>')"
    )
    Session.objects.all().delete()
    save(page)
    expect(page.get_by_label("Password")).to_be_visible()
    kept = page.evaluate("sessionStorage.getItem('hub_typed')")
    assert "firstname" in kept
    assert "hush-hush" not in kept


@pytest.mark.parametrize("lost", ["session", "token"])
def test_a_part_that_cannot_be_fetched_takes_nothing_along(
    live_server: LiveServer, open_page: PageFactory, member: Membership, lost: str
) -> None:
    scheduling = page_make(membership=member, title="A first conversation")
    page = open_page()
    enter(page, member, live_server.url)
    address = f"{live_server.url}/app/{member.account_id}/meetings/pages/{scheduling.pk}/"
    page.goto(address)
    settled(page)
    if lost == "session":
        Session.objects.all().delete()
    else:
        page.context.clear_cookies(name=settings.CSRF_COOKIE_NAME)
    page.get_by_label("Title", exact=True).fill("A second conversation")
    if lost == "session":
        sign_in(page, member)
    expect(page.get_by_text(BACK_AGAIN)).to_be_visible()
    expect(page.get_by_label("Title", exact=True)).to_have_value("A second conversation")
