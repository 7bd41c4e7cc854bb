"""Connecting an account in the browser, at each provider that asks for consent: the way there and what goes wrong."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from django.urls import reverse

from accounts.models import AuditEntry, Membership
from calendars.models import CalendarAccount
from connections.choices import ConnectionState
from connections.models import Connection
from connections.services.oauth import SESSION_KEY
from sandbox.testing import Control
from tests.connections import google, microsoft
from tests.connections.google import Browser, assert_refused, connected

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Way:
    """A provider: its name in words, two accounts there, the scope of calendars and what it allows in words."""

    key: str
    name: str
    anna: str
    jan: str
    scope: str
    allows: str
    faulty: tuple[str, ...]


GOOGLE = Way(
    "google",
    "Google",
    google.ANNA,
    google.JAN,
    "https://www.googleapis.com/auth/calendar",
    "calendars and events that you can reach",
    ("/token$", "/userinfo$"),
)
MICROSOFT = Way(
    "microsoft",
    "Microsoft",
    microsoft.ANNA,
    microsoft.JAN,
    "Calendars.ReadWrite",
    "calendars and events that belong to you",
    ("/token$", "/me$", "openid-configuration$"),
)
WAYS = (GOOGLE, MICROSOFT)
OVER, NOT_ITS_OWN = "This attempt to connect is over", "did not accept its own answer"


@pytest.fixture(params=WAYS, ids=[way.key for way in WAYS])
def way(request: pytest.FixtureRequest) -> Way:
    found: Way = request.param
    return found


@pytest.fixture
def browser(member: Membership, sandbox: Control, way: Way) -> Browser:
    """On its way there."""
    return Browser(member, way.key)


@pytest.mark.spec("A10", "C1")
@pytest.mark.parametrize(
    ("way", "who"),
    [(GOOGLE, google.ANNA), (MICROSOFT, microsoft.ANNA), (MICROSOFT, microsoft.MARTA)],
    ids=["google", "microsoft at work", "microsoft at home"],
    indirect=["way"],
)
def test_accepting_connects_and_leads_to_the_meetings_dashboard(browser: Browser, way: Way, who: str) -> None:
    answer = browser.connect(account=who)
    assert answer.status_code == 302, answer.content.decode()
    assert answer["Location"] == reverse("calendars:pages", args=[browser.membership.account_id])
    connection = Connection.objects.get()
    assert (connection.provider, connection.identity, connection.owner, connection.state) == (
        way.key,
        who,
        browser.membership.user,
        ConnectionState.ACTIVE,
    )
    assert way.scope in connection.scopes
    assert CalendarAccount.objects.get().connection == connection
    assert AuditEntry.objects.filter(action="connection.made", target_id=str(connection.pk)).exists()


def test_consent_denied_says_so_and_keeps_nothing(browser: Browser) -> None:
    assert_refused(browser, browser.consent(browser.begin(), decision="deny"), "You said no")


def test_a_wrong_state_is_refused_and_the_real_one_still_works(browser: Browser) -> None:
    back = browser.consent(browser.begin())
    assert_refused(browser, back.replace("state=", "state=x"), OVER)
    assert browser.back(back).status_code == 302


def test_a_state_of_another_browser_is_refused(browser: Browser, admin: Membership, way: Way) -> None:
    back = browser.consent(browser.begin())
    assert_refused(Browser(admin, way.key), back, OVER)


def test_an_attempt_is_good_once(browser: Browser) -> None:
    back = browser.consent(browser.begin())
    assert browser.back(back).status_code == 302
    assert browser.back(back).status_code == 400
    assert Connection.objects.count() == 1


def test_an_attempt_ends_when_its_user_has_left_the_account(browser: Browser) -> None:
    back = browser.consent(browser.begin())
    browser.membership.delete()
    assert_refused(browser, back, OVER)


def test_a_code_without_its_pkce_verifier_is_refused(browser: Browser) -> None:
    back = browser.consent(browser.begin())
    session = browser.client.session
    attempts = session[SESSION_KEY]
    for attempt in attempts.values():
        attempt["verifier"] = "x" * 64
    session[SESSION_KEY] = attempts
    session.save()
    assert_refused(browser, back, NOT_ITS_OWN)


def test_a_code_stolen_from_another_attempt_is_refused(browser: Browser, way: Way) -> None:
    """Login CSRF: the attacker's code in the victim's browser fails by PKCE even with the right state."""
    mine = browser.consent(browser.begin())
    theirs = browser.consent(browser.begin(), account=way.jan)
    own = mine.partition("code=")[2].partition("&")[0]
    stolen = theirs.partition("code=")[2].partition("&")[0]
    assert_refused(browser, mine.replace(own, stolen), NOT_ITS_OWN)


def test_narrowed_scopes_are_refused_and_the_missing_one_is_named(browser: Browser, way: Way) -> None:
    assert_refused(browser, browser.consent(browser.begin(), without=[way.scope]), way.allows)


@pytest.mark.parametrize(
    "fault", [{"disconnect": True}, {"status": 500}, {"status": 503}, {"status": 429, "retry_after": 3}]
)
@pytest.mark.parametrize(
    ("way", "path"),
    [pytest.param(way, path, id=f"{way.key} {path}") for way in WAYS for path in way.faulty],
    indirect=["way"],
)
def test_a_fault_on_the_way_back_is_said_in_words(
    browser: Browser, sandbox: Control, way: Way, path: str, fault: dict[str, object]
) -> None:
    back = browser.consent(browser.begin())
    sandbox.fault(provider=way.key, path=path, **fault)
    assert_refused(browser, back, "Start again")
    assert browser.connect().status_code == 302


@pytest.mark.spec("A12")
def test_reconnecting_keeps_the_connection_and_its_data(browser: Browser, member: Membership, way: Way) -> None:
    before = connected(member, provider=way.key)
    Connection.objects.update(state=ConnectionState.NEEDS_ATTENTION, last_error_code="GRANT_REVOKED")
    assert browser.reconnect(before.connection).status_code == 302
    connection = Connection.objects.get()
    assert (connection.pk, connection.state, connection.last_error_code) == (
        before.connection_id,
        ConnectionState.ACTIVE,
        "",
    )
    assert CalendarAccount.objects.get().pk == before.pk


@pytest.mark.spec("A12")
def test_the_page_after_connecting_says_so_and_after_reconnecting_says_again(browser: Browser, way: Way) -> None:
    first = browser.client.get(browser.connect()["Location"]).content.decode()
    assert f"Connected: {way.anna}" in first
    Connection.objects.update(state=ConnectionState.NEEDS_ATTENTION, last_error_code="GRANT_REVOKED")
    again = browser.client.get(browser.reconnect(Connection.objects.get())["Location"]).content.decode()
    assert f"Connected again: {way.anna}" in again
    assert "status--success" in again


def test_reconnecting_with_another_account_is_refused(browser: Browser, member: Membership, way: Way) -> None:
    before = connected(member, provider=way.key)
    answer = browser.reconnect(before.connection, account=way.jan)
    assert answer.status_code == 400
    assert f"another {way.name} account" in answer.content.decode()
    assert Connection.objects.get().identity == way.anna


@pytest.mark.spec("C1")
@pytest.mark.parametrize("first", WAYS, ids=lambda first: f"first {first.key}")
def test_connecting_another_account_asks_to_replace_the_first(
    browser: Browser, member: Membership, way: Way, first: Way
) -> None:
    before = connected(member, provider=first.key)
    asked = browser.client.post(reverse("calendars:connect", args=[member.account_id, way.key]))
    assert asked.status_code == 400
    assert "Tick this box" in asked.content.decode()
    assert browser.connect(account=way.jan, replace=True).status_code == 302
    current = CalendarAccount.objects.get()
    assert current.pk != before.pk
    assert (current.connection.provider, current.connection.identity) == (way.key, way.jan)
