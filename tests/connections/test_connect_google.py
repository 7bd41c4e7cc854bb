"""Connecting a Google account in the browser: the way there, and everything that can go wrong on it."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry, Membership
from calendars.models import CalendarAccount
from connections.choices import ConnectionState
from connections.models import Connection
from connections.services.oauth import SESSION_KEY
from sandbox.testing import Control
from tests.connections.google import ANNA, JAN, Browser, assert_refused, connected

pytestmark = pytest.mark.django_db
CALENDAR = "https://www.googleapis.com/auth/calendar"


@pytest.fixture
def browser(member: Membership, sandbox: Control) -> Browser:
    return Browser(member)


@pytest.mark.spec("A10", "C1")
def test_accepting_connects_and_leads_to_the_meetings_dashboard(browser: Browser, sandbox: Control) -> None:
    answer = browser.connect()
    assert answer.status_code == 302
    assert answer["Location"] == reverse("calendars:pages", args=[browser.membership.account_id])
    connection = Connection.objects.get()
    assert (connection.identity, connection.owner, connection.state) == (
        ANNA,
        browser.membership.user,
        ConnectionState.ACTIVE,
    )
    assert CALENDAR in connection.scopes
    assert CalendarAccount.objects.get().connection == connection
    assert AuditEntry.objects.filter(action="connection.made", target_id=str(connection.pk)).exists()


@pytest.mark.spec("A14")
def test_before_connecting_a_page_says_what_access_means(browser: Browser) -> None:
    answer = browser.client.get(reverse("calendars:connect", args=[browser.membership.account_id, "google"]))
    words = answer.content.decode()
    for part in ("every other calendar", "create and change calendars", "update single events", "Accept and connect"):
        assert part in words
    assert "form-action" in answer["Content-Security-Policy"]
    assert "127.0.0.1" in answer["Content-Security-Policy"].partition("form-action")[2].partition(";")[0]


def test_consent_denied_says_so_and_keeps_nothing(browser: Browser) -> None:
    assert_refused(browser, browser.consent(browser.begin(), decision="deny"), "You said no")


def test_a_wrong_state_is_refused_and_the_real_one_still_works(browser: Browser) -> None:
    back = browser.consent(browser.begin())
    assert_refused(browser, back.replace("state=", "state=x"), "This attempt to connect is over")
    assert browser.back(back).status_code == 302


def test_a_state_of_another_browser_is_refused(browser: Browser, admin: Membership) -> None:
    back = browser.consent(browser.begin())
    assert_refused(Browser(admin), back, "This attempt to connect is over")


def test_an_attempt_is_good_once(browser: Browser) -> None:
    back = browser.consent(browser.begin())
    assert browser.back(back).status_code == 302
    again = browser.back(back)
    assert again.status_code == 400
    assert Connection.objects.count() == 1


def test_an_attempt_ends_when_its_user_has_left_the_account(browser: Browser) -> None:
    back = browser.consent(browser.begin())
    browser.membership.delete()
    assert_refused(browser, back, "This attempt to connect is over")


def test_a_code_without_its_pkce_verifier_is_refused(browser: Browser) -> None:
    back = browser.consent(browser.begin())
    session = browser.client.session
    attempts = session[SESSION_KEY]
    for attempt in attempts.values():
        attempt["verifier"] = "x" * 64
    session[SESSION_KEY] = attempts
    session.save()
    assert_refused(browser, back, "did not accept its own answer")


def test_a_code_stolen_from_another_attempt_is_refused(browser: Browser) -> None:
    """Login CSRF: the attacker's code in the victim's browser fails by PKCE even with the right state."""
    mine = browser.consent(browser.begin())
    theirs = browser.consent(browser.begin(), account=JAN)
    code = theirs.partition("code=")[2].partition("&")[0]
    own = mine.partition("code=")[2].partition("&")[0]
    assert_refused(browser, mine.replace(own, code), "did not accept its own answer")


def test_narrowed_scopes_are_refused_and_the_missing_one_is_named(browser: Browser) -> None:
    assert_refused(
        browser, browser.consent(browser.begin(), without=[CALENDAR]), "calendars and events that you can reach"
    )


def test_google_being_down_at_the_exchange_loses_nothing(browser: Browser, sandbox: Control) -> None:
    back = browser.consent(browser.begin())
    sandbox.fault(provider="google", path="/token$", status=503, times=0)
    assert_refused(browser, back, "Google did not answer")
    sandbox.clear()
    assert browser.connect().status_code == 302


@pytest.mark.parametrize("fault", [{"disconnect": True}, {"status": 500}, {"status": 429}])
@pytest.mark.parametrize("path", ["/token$", "/userinfo$"])
def test_a_fault_on_the_way_back_is_said_in_words(
    browser: Browser, sandbox: Control, path: str, fault: dict[str, object]
) -> None:
    back = browser.consent(browser.begin())
    sandbox.fault(provider="google", path=path, **fault)
    assert_refused(browser, back, "Start again")


def test_the_callback_asks_a_stranger_to_sign_in(browser: Browser) -> None:
    back = browser.consent(browser.begin())
    answer = Client().get(reverse("connections:oauth_callback", args=["google"]), {"state": "x"})
    assert answer.status_code == 302
    assert "login" in answer["Location"]
    assert browser.back(back).status_code == 302


@pytest.mark.spec("A12")
def test_reconnecting_keeps_the_connection_and_its_data(member: Membership, sandbox: Control) -> None:
    before = connected(member)
    Connection.objects.update(state=ConnectionState.NEEDS_ATTENTION, last_error_code="GRANT_REVOKED")
    assert Browser(member).reconnect(before.connection).status_code == 302
    connection = Connection.objects.get()
    assert (connection.pk, connection.state, connection.last_error_code) == (
        before.connection_id,
        ConnectionState.ACTIVE,
        "",
    )
    assert CalendarAccount.objects.get().pk == before.pk


@pytest.mark.spec("A12")
def test_the_page_after_connecting_says_so_and_after_reconnecting_says_again(
    member: Membership, sandbox: Control
) -> None:
    browser = Browser(member)
    first = browser.client.get(browser.connect()["Location"]).content.decode()
    assert f"Connected: {ANNA}" in first
    Connection.objects.update(state=ConnectionState.NEEDS_ATTENTION, last_error_code="GRANT_REVOKED")
    again = browser.client.get(browser.reconnect(Connection.objects.get())["Location"]).content.decode()
    assert f"Connected again: {ANNA}" in again
    assert "status--success" in again


def test_reconnecting_with_another_account_is_refused(member: Membership, sandbox: Control) -> None:
    before = connected(member)
    answer = Browser(member).reconnect(before.connection, account=JAN)
    assert answer.status_code == 400
    assert "another Google account" in answer.content.decode()
    assert Connection.objects.get().identity == ANNA


@pytest.mark.spec("C1")
def test_connecting_another_account_asks_to_replace_the_first(member: Membership, sandbox: Control) -> None:
    first = connected(member)
    browser = Browser(member)
    url = reverse("calendars:connect", args=[member.account_id, "google"])
    asked = browser.client.post(url)
    assert asked.status_code == 400
    assert "Tick this box" in asked.content.decode()
    assert browser.connect(account=JAN, replace=True).status_code == 302
    current = CalendarAccount.objects.get()
    assert current.pk != first.pk
    assert current.connection.identity == JAN
