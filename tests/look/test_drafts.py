"""Nothing typed is lost when what is sent does not arrive: it is there again on the page where it was typed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.template.loader import render_to_string
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
CONTACT = re.compile(r"/contacts/\d+/$")
BACK_AGAIN = "What you had typed is here again"


RECORDS_REFUSED = """
create function record_fault() returns trigger language plpgsql as $$ begin raise exception 'no more rows'; end $$;
create trigger record_fault before insert on crm_record for each row execute function record_fault();
"""
NO_CONNECTION = "No connection. Nothing was sent; please try again."


@pytest.fixture
def records_refused() -> Iterator[Callable[[bool], None]]:
    """Called with True, the database takes no more records; with False it does again."""

    def refuse(is_refused: bool) -> None:
        with connection.cursor() as cursor:
            cursor.execute(RECORDS_REFUSED if is_refused else "drop function if exists record_fault cascade")

    yield refuse
    refuse(False)


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
    page.get_by_role("combobox", name="Owner").and_(page.locator("input")).click()  # once the script has made it
    page.get_by_role("option", name="Anna Nowak").click()
    return address


def save(page: Page) -> None:
    page.locator("main form button.btn--primary").click()


def sign_in(page: Page, member: Membership) -> None:
    page.get_by_label("Email").fill(member.user.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def assert_typed_is_back(page: Page, address: str) -> None:
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
    assert_typed_is_back(page, address)
    save(page)
    page.wait_for_url(CONTACT)
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
    assert_typed_is_back(page, address)


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


@pytest.mark.parametrize("narrow", [False, True])
def test_after_a_fault_of_the_server_a_press_leads_back_to_what_was_typed(
    live_server: LiveServer,
    open_page: PageFactory,
    member: Membership,
    records_refused: Callable[[bool], None],
    narrow: bool,
) -> None:
    page = open_page(narrow=narrow, theme="dark" if narrow else "light")
    address = form_filled(page, member, live_server.url)
    records_refused(True)
    save(page)
    expect(page.get_by_role("heading", name="Something went wrong")).to_be_visible()
    expect(page.get_by_text("What you typed is kept in this tab")).to_be_visible()
    picture(page, f"server-fault-typed-{narrow}")
    page.get_by_role("link", name="Open the page anew").click()
    assert_typed_is_back(page, address)
    records_refused(False)
    save(page)
    page.wait_for_url(CONTACT)
    assert Record.objects.get().properties["firstname"] == "Grace"


def test_a_fault_without_anything_typed_leads_to_the_start(
    live_server: LiveServer, open_page: PageFactory, member: Membership
) -> None:
    page = open_page()
    enter(page, member, live_server.url)
    address = f"{live_server.url}/app/{member.account_id}/contacts/new/"
    fault = render_to_string("500.html")
    page.route(address, lambda route: route.fulfill(status=500, body=fault, content_type="text/html"))
    page.goto(address)
    picture(page, "server-fault")
    expect(page.get_by_role("link", name="Go to the start page")).to_be_visible()
    expect(page.get_by_text("What you typed is kept")).not_to_be_visible()


def test_without_a_network_the_form_stays_and_says_so(
    live_server: LiveServer, open_page: PageFactory, member: Membership
) -> None:
    page = open_page()
    form_filled(page, member, live_server.url)
    page.context.set_offline(True)
    save(page)
    expect(page.get_by_text(NO_CONNECTION)).to_be_visible()
    expect(page.get_by_label("First name")).to_have_value("Grace")
    expect(page.get_by_text("You have unsaved changes.")).to_be_visible()
    picture(page, "no-network")
    page.context.set_offline(False)
    save(page)
    page.wait_for_url(CONTACT)
    assert Record.objects.get().properties["firstname"] == "Grace"


def test_a_machine_that_reaches_nothing_but_the_server_sends(
    live_server: LiveServer, open_page: PageFactory, member: Membership
) -> None:
    page = open_page()
    page.add_init_script("Object.defineProperty(navigator, 'onLine', {get: () => false})")
    form_filled(page, member, live_server.url)
    save(page)
    page.wait_for_url(CONTACT)
    assert Record.objects.get().properties["firstname"] == "Grace"


@pytest.mark.parametrize("way", ["back", "address"])
def test_what_the_network_lost_is_there_again_when_going_back_or_to_the_page(
    live_server: LiveServer, open_page: PageFactory, member: Membership, way: str
) -> None:
    page = open_page()
    enter(page, member, live_server.url)
    page.goto(f"{live_server.url}/app/{member.account_id}/contacts/")
    address = form_filled(page, member, live_server.url)
    page.route(address, lambda route: route.abort("connectionrefused"))
    save(page)
    page.wait_for_url("chrome-error://**")
    page.unroute(address)
    page.go_back() if way == "back" else page.goto(address)
    assert_typed_is_back(page, address)


@pytest.mark.parametrize("fault", ["server", "network"])
def test_a_part_that_fails_leaves_what_was_typed_and_says_so_once(
    live_server: LiveServer, open_page: PageFactory, member: Membership, fault: str
) -> None:
    scheduling = page_make(membership=member, title="A first conversation")
    page = open_page()
    enter(page, member, live_server.url)
    page.goto(f"{live_server.url}/app/{member.account_id}/meetings/pages/{scheduling.pk}/")
    settled(page)
    if fault == "network":
        page.context.set_offline(True)
    else:
        page.route("**/meetings/pages/**", lambda route: route.fulfill(status=500, body=""))
    words = NO_CONNECTION if fault == "network" else "That did not work. Nothing was changed; please try again."
    for title in ("A second conversation", "A third conversation"):
        with page.expect_event("requestfailed" if fault == "network" else "requestfinished"):
            page.get_by_label("Title", exact=True).fill(title)
        expect(page.get_by_text(words)).to_have_count(1)
    page.locator("#reminders-add").evaluate("button => button.click()")
    settled(page)
    expect(page.get_by_text(words)).to_have_count(1)
    expect(page.get_by_label("Title", exact=True)).to_have_value("A third conversation")
    expect(page.get_by_text("You have unsaved changes.")).to_be_visible()
    picture(page, f"part-failed-{fault}")
    page.context.set_offline(False)
    page.unroute_all()
    save(page)
    expect(page.get_by_text("You have unsaved changes.")).not_to_be_visible()
    scheduling.refresh_from_db()
    assert scheduling.title == "A third conversation"


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
