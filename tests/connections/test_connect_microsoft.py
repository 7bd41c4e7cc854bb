"""Connecting a Microsoft account in the browser: what is not the same for every provider."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse
from pytest_django import Settings

from accounts.models import Membership
from connections.choices import ConnectionState
from connections.models import Connection
from connections.services.oauth import SESSION_KEY
from connections.services.state import connection_disconnect
from sandbox.testing import Control
from tests.accounts.factories import actor_of
from tests.connections.google import Browser, assert_refused
from tests.connections.microsoft import browser, connected

pytestmark = pytest.mark.django_db


@pytest.fixture
def away(member: Membership, sandbox: Control) -> Browser:
    """On its way to Microsoft."""
    return browser(member)


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
