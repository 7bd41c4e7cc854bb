"""Connecting a Microsoft account in the browser: the way there, and everything that can go wrong on it."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse
from pytest_django import Settings

from accounts.models import AuditEntry, Membership
from calendars.models import CalendarAccount
from connections.choices import ConnectionState
from connections.models import Connection
from connections.services.oauth import SESSION_KEY
from connections.services.state import connection_disconnect
from sandbox.testing import Control
from tests.accounts.factories import actor_of
from tests.connections.google import Browser, assert_refused
from tests.connections.google import connected as google_connected
from tests.connections.microsoft import ANNA, JAN, MARTA, browser, connected

pytestmark = pytest.mark.django_db
TOKEN = "/token$"


@pytest.fixture
def away(member: Membership, sandbox: Control) -> Browser:
    """On its way to Microsoft."""
    return browser(member)


@pytest.mark.spec("A10", "C1")
@pytest.mark.parametrize("who", [ANNA, MARTA], ids=["work", "personal"])
def test_accepting_connects_and_leads_to_the_meetings_dashboard(away: Browser, who: str) -> None:
    answer = away.connect(account=who)
    assert answer.status_code == 302, answer.content.decode()
    assert answer["Location"] == reverse("calendars:pages", args=[away.membership.account_id])
    connection = Connection.objects.get()
    assert (connection.provider, connection.identity, connection.owner, connection.state) == (
        "microsoft",
        who,
        away.membership.user,
        ConnectionState.ACTIVE,
    )
    assert "Calendars.ReadWrite" in connection.scopes
    assert CalendarAccount.objects.get().connection == connection
    assert AuditEntry.objects.filter(action="connection.made", target_id=str(connection.pk)).exists()


@pytest.mark.spec("C1")
def test_the_dialog_offers_google_office_365_and_exchange(away: Browser) -> None:
    page = away.client.get(reverse("calendars:settings", args=[away.membership.account_id])).content.decode()
    places = [page.index(f"{name}</a>") for name in ("Google / Gmail", "Office 365", "Exchange")]
    assert places == sorted(places)
    assert reverse("calendars:connect", args=[away.membership.account_id, "microsoft"]) in page


@pytest.mark.spec("A14", "C1")
def test_before_connecting_a_page_says_what_access_means(away: Browser, settings: Settings) -> None:
    answer = away.client.get(reverse("calendars:connect", args=[away.membership.account_id, "microsoft"]))
    words = answer.content.decode()
    for part in ("every other calendar", "create and change calendars", "Accept and connect to Office 365"):
        assert part in words
    origin = settings.MICROSOFT["auth_uri"].partition("/common")[0]
    assert origin in answer["Content-Security-Policy"].partition("form-action")[2].partition(";")[0]


def test_the_way_there_asks_for_a_refresh_token_and_carries_a_challenge_and_a_nonce(away: Browser) -> None:
    query = parse_qs(urlsplit(away.begin()).query)
    assert {"openid", "offline_access", "Calendars.ReadWrite"} <= set(query["scope"][0].split())
    assert query["code_challenge_method"] == ["S256"]
    assert query["prompt"] == ["select_account"]
    attempt = next(iter(away.client.session[SESSION_KEY].values()))
    assert attempt["verifier"] not in str(query)


def test_consent_denied_says_so_and_keeps_nothing(away: Browser) -> None:
    assert_refused(away, away.consent(away.begin(), decision="deny"), "You said no")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("consent_required", "only an administrator may give"),
        ("interaction_required", "sign in again"),
        ("unauthorized_client", "does not accept this installation"),
        ("temporarily_unavailable", "a problem of its own"),
        ("something_new", "could not finish the sign-in"),
    ],
)
def test_what_microsoft_says_instead_of_a_code_is_put_into_words(away: Browser, error: str, words: str) -> None:
    back = urlsplit(away.consent(away.begin(), decision="deny"))
    state = parse_qs(back.query)["state"][0]
    assert_refused(away, f"{back.path}?error={error}&error_description=AADSTS1&state={state}", words)


def test_a_wrong_state_is_refused_and_the_real_one_still_works(away: Browser) -> None:
    back = away.consent(away.begin())
    assert_refused(away, back.replace("state=", "state=x"), "This attempt to connect is over")
    assert away.back(back).status_code == 302


def test_a_code_without_its_pkce_verifier_is_refused(away: Browser) -> None:
    back = away.consent(away.begin())
    session = away.client.session
    attempts = session[SESSION_KEY]
    for attempt in attempts.values():
        attempt["verifier"] = "x" * 64
    session[SESSION_KEY] = attempts
    session.save()
    assert_refused(away, back, "did not accept its own answer")


def test_a_code_stolen_from_another_attempt_is_refused(away: Browser) -> None:
    """Login CSRF: the attacker's code in the victim's browser fails by PKCE even with the right state."""
    mine = away.consent(away.begin())
    theirs = away.consent(away.begin(), account=JAN)
    code, own = (parse_qs(urlsplit(url).query)["code"][0] for url in (theirs, mine))
    assert_refused(away, mine.replace(own, code), "did not accept its own answer")


def test_a_code_is_good_once(away: Browser) -> None:
    back = away.consent(away.begin())
    assert away.back(back).status_code == 302
    assert away.back(back).status_code == 400
    assert Connection.objects.count() == 1


def test_narrowed_scopes_are_refused_and_the_missing_one_is_named(away: Browser) -> None:
    url = away.consent(away.begin(), without=["Calendars.ReadWrite"])
    assert_refused(away, url, "calendars and events that belong to you")


def test_an_account_without_shared_calendars_is_content_with_less(away: Browser) -> None:
    assert away.connect(without=["Calendars.ReadWrite.Shared"]).status_code == 302
    assert "Calendars.ReadWrite.Shared" not in Connection.objects.get().scopes


def test_a_secret_that_has_run_out_is_said_in_words(away: Browser, settings: Settings) -> None:
    back = away.consent(away.begin())
    settings.MICROSOFT = {**settings.MICROSOFT, "client_secret": "old"}
    assert_refused(away, back, "does not accept this installation")


def test_a_certificate_that_is_not_trusted_is_no_connection(away: Browser, settings: Settings) -> None:
    back = away.consent(away.begin())
    settings.MICROSOFT = {**settings.MICROSOFT, "ca_file": ""}
    assert_refused(away, back, "Microsoft did not answer")


@pytest.mark.parametrize(
    "fault", [{"disconnect": True}, {"status": 500}, {"status": 503}, {"status": 429, "retry_after": 3}]
)
@pytest.mark.parametrize("path", [TOKEN, "/me$", "openid-configuration$"])
def test_a_fault_on_the_way_back_is_said_in_words(
    away: Browser, sandbox: Control, path: str, fault: dict[str, object]
) -> None:
    back = away.consent(away.begin())
    sandbox.fault(provider="microsoft", path=path, **fault)
    assert_refused(away, back, "Start again")
    assert away.connect().status_code == 302


@pytest.mark.spec("A12")
def test_reconnecting_keeps_the_connection_and_its_data(member: Membership, sandbox: Control) -> None:
    before = connected(member)
    Connection.objects.update(state=ConnectionState.NEEDS_ATTENTION, last_error_code="GRANT_REVOKED")
    assert browser(member).reconnect(before.connection, account=ANNA).status_code == 302
    connection = Connection.objects.get()
    assert (connection.pk, connection.state) == (before.connection_id, ConnectionState.ACTIVE)
    assert CalendarAccount.objects.get().pk == before.pk


def test_reconnecting_with_another_account_is_refused(member: Membership, sandbox: Control) -> None:
    before = connected(member)
    answer = browser(member).reconnect(before.connection, account=JAN)
    assert answer.status_code == 400
    assert "another Microsoft account" in answer.content.decode()
    assert Connection.objects.get().identity == ANNA


@pytest.mark.spec("C1")
def test_a_google_calendar_is_replaced_by_one_of_microsoft_when_confirmed(member: Membership, sandbox: Control) -> None:
    first = google_connected(member)
    url = reverse("calendars:connect", args=[member.account_id, "microsoft"])
    asked = browser(member).client.post(url)
    assert asked.status_code == 400
    assert "Tick this box" in asked.content.decode()
    assert browser(member).connect(account=ANNA, replace=True).status_code == 302
    current = CalendarAccount.objects.get()
    assert current.pk != first.pk
    assert current.connection.provider == "microsoft"


def test_disconnecting_erases_the_secrets_and_says_where_access_is_taken_back(
    member: Membership, sandbox: Control
) -> None:
    """Microsoft has no call that ends a grant."""
    connection = connected(member).connection
    client, url = browser(member).client, reverse("connections:remove", args=[member.account_id, connection.pk])
    assert "lets nobody but you take the access back" in client.get(url).content.decode()
    answer = client.post(url, follow=True)
    assert "https://myapps.microsoft.com" in answer.content.decode()
    connection = Connection.objects.defer(None).get()
    assert (connection.state, connection.credentials) == (ConnectionState.DISCONNECTED, {})
    assert not connection_disconnect(actor=actor_of(member), connection=connection)
