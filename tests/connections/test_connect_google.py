"""Connecting a Google account in the browser: what is not the same for every provider."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Membership
from sandbox.testing import Control
from tests.connections.google import Browser, assert_refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(member: Membership, sandbox: Control) -> Browser:
    return Browser(member)


@pytest.mark.spec("A14")
def test_before_connecting_a_page_says_what_access_means(browser: Browser) -> None:
    answer = browser.client.get(reverse("calendars:connect", args=[browser.membership.account_id, "google"]))
    words = answer.content.decode()
    for part in ("every other calendar", "create and change calendars", "update single events", "Accept and connect"):
        assert part in words
    assert "form-action" in answer["Content-Security-Policy"]
    assert "127.0.0.1" in answer["Content-Security-Policy"].partition("form-action")[2].partition(";")[0]


def test_google_being_down_at_the_exchange_loses_nothing(browser: Browser, sandbox: Control) -> None:
    back = browser.consent(browser.begin())
    sandbox.fault(provider="google", path="/token$", status=503, times=0)
    assert_refused(browser, back, "Google did not answer")
    sandbox.clear()
    assert browser.connect().status_code == 302


def test_the_callback_asks_a_stranger_to_sign_in(browser: Browser) -> None:
    back = browser.consent(browser.begin())
    answer = Client().get(reverse("connections:oauth_callback", args=["google"]), {"state": "x"})
    assert answer.status_code == 302
    assert "login" in answer["Location"]
    assert browser.back(back).status_code == 302
