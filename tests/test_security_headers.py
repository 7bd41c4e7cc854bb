"""What every answer carries against scripts, frames and forged requests."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

pytestmark = pytest.mark.django_db


def test_pages_have_a_strict_policy_and_cannot_be_framed() -> None:
    answer = Client().get(reverse("account_login"))
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy, "no other host"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "strict-origin-when-cross-origin"


def test_a_form_without_its_token_is_refused() -> None:
    answer = Client(enforce_csrf_checks=True).post(
        reverse("account_login"), {"login": "a@hubclone.test", "password": "x"}
    )
    assert answer.status_code == 403


def test_an_unknown_host_is_refused() -> None:
    assert Client().get(reverse("account_login"), HTTP_HOST="evil.test").status_code == 400


@pytest.mark.parametrize("target", ["https://evil.test/", "//evil.test", "/\\evil.test", "javascript:alert(1)"])
def test_sign_in_leads_to_our_own_pages_alone(target: str) -> None:
    from tests.accounts.factories import PASSWORD, UserFactory

    user = UserFactory()
    answer = Client().post(reverse("account_login"), {"login": user.email, "password": PASSWORD, "next": target})
    assert answer.status_code == 302
    assert "evil" not in answer["Location"]
    assert "javascript" not in answer["Location"]


def test_cookies_are_not_for_scripts_and_not_for_other_sites() -> None:
    from tests.accounts.factories import PASSWORD, UserFactory

    user = UserFactory()
    answer = Client().post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    cookie = answer.cookies["sessionid"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


@pytest.mark.parametrize("path", ["/scheduler/v3/nothing", "/crm/v3/objects/contacts"])
def test_an_unknown_path_of_the_api_answers_in_its_error_shape(path: str) -> None:
    answer = Client(raise_request_exception=False).get(path)
    assert answer.status_code == 404
    assert answer.json()["category"] == "OBJECT_NOT_FOUND"
    assert "<html" in Client(raise_request_exception=False).get("/nothing-here").content.decode()


@pytest.mark.parametrize("path", ["/scheduler/v3/meetings/meeting-links", "/accounts/login/"])
def test_what_we_did_not_mean_says_nothing_of_why_and_an_api_reads_it(
    path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("the reason")

    monkeypatch.setattr("django.core.handlers.base.BaseHandler.resolve_request", broken)
    answer = Client(raise_request_exception=False).get(path)
    assert answer.status_code == 500
    assert "reason" not in answer.content.decode()
    if path.startswith("/scheduler/"):
        assert answer.json()["category"] == "INTERNAL_ERROR"
    else:
        assert "Something went wrong" in answer.content.decode()
