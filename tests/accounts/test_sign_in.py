"""Sign-in, sign-out and a new password, as a person meets them."""

from __future__ import annotations

import re

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from accounts.models import Membership, OutgoingEmail, User
from tests.accounts.conftest import signed_in
from tests.accounts.factories import PASSWORD, UserFactory

NEW_PASSWORD = "quite-Another-1"


@pytest.fixture(autouse=True)
def _fresh_limits() -> None:
    cache.clear()


def test_signing_in_leads_to_the_page_that_was_asked_for(member: Membership) -> None:
    url = reverse("accounts:profile", args=[member.account_id])
    client = Client()
    page = client.get(f"/accounts/login/?next={url}")
    assert "Forgot your password?" in page.content.decode()
    data = {"login": member.user.email.upper(), "password": PASSWORD, "next": url}
    assert client.post("/accounts/login/", data)["Location"] == url
    assert client.get(url).status_code == 200


def test_signing_in_never_leads_to_another_site(member: Membership) -> None:
    data = {"login": member.user.email, "password": PASSWORD, "next": "https://evil.test/"}
    assert Client().post("/accounts/login/", data)["Location"] == "/"


@pytest.mark.parametrize("changes", [{"password": "wrong"}, {"login": "nobody@hubclone.test"}])
def test_a_wrong_password_and_an_unknown_address_say_the_same(member: Membership, changes: dict[str, str]) -> None:
    response = Client().post("/accounts/login/", {"login": member.user.email, "password": PASSWORD, **changes})
    assert "not correct" in response.content.decode()


def test_somebody_who_is_switched_off_does_not_come_in(member: Membership) -> None:
    client = signed_in(member)
    User.objects.filter(pk=member.user_id).update(is_active=False)
    assert client.get(reverse("accounts:profile", args=[member.account_id])).status_code == 302
    Client().post("/accounts/login/", {"login": member.user.email, "password": PASSWORD})
    assert Client().get("/")["Location"] == "/accounts/login/"


def test_guessing_is_slowed(member: Membership, settings: Settings) -> None:
    """With a cache of its own: the shared one lets people in when it does not answer within a second."""
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    client = Client()
    for _ in range(7):
        client.post("/accounts/login/", {"login": member.user.email, "password": "wrong"})
    response = client.post("/accounts/login/", {"login": member.user.email, "password": PASSWORD})
    assert response.status_code in (200, 429)
    assert client.get("/")["Location"] == "/accounts/login/"


def test_signing_out_asks_first_and_ends_the_session(member: Membership) -> None:
    client = signed_in(member)
    assert "Sign out?" in client.get("/accounts/logout/").content.decode()
    assert client.get("/")["Location"] != "/accounts/login/"
    client.post("/accounts/logout/")
    assert client.get("/")["Location"] == "/accounts/login/"


def test_a_forgotten_password_is_replaced_by_a_link_that_works_once(member: Membership) -> None:
    client = Client()
    done = client.post("/accounts/password/reset/", {"email": member.user.email.upper()}, follow=True)
    assert "Check your mailbox" in done.content.decode()
    sent = OutgoingEmail.objects.get()
    assert sent.to == member.user.email
    found = re.search(r"https?://[^/]+(/\S+)", sent.text)
    assert found
    form = client.get(found[1], follow=True)
    url = form.redirect_chain[-1][0]
    client.post(url, {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})
    member.user.refresh_from_db()
    assert member.user.check_password(NEW_PASSWORD)
    assert "This link no longer works" in Client().get(found[1], follow=True).content.decode()


def test_a_new_password_that_is_too_easy_is_refused(member: Membership) -> None:
    client = signed_in(member)
    data = {"oldpassword": PASSWORD, "password1": "password1", "password2": "password1"}
    assert client.post("/accounts/password/change/", data).status_code == 200
    member.user.refresh_from_db()
    assert member.user.check_password(PASSWORD)
    good = {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    assert client.post("/accounts/password/change/", good)["Location"] == "/accounts/two-factor/"


def test_an_address_without_a_user_gets_no_email_and_the_same_answer(member: Membership) -> None:
    done = Client().post("/accounts/password/reset/", {"email": "nobody@hubclone.test"}, follow=True)
    assert "Check your mailbox" in done.content.decode()
    assert not OutgoingEmail.objects.exists()


def test_a_user_without_an_account_gets_no_email(db: None) -> None:
    Client().post("/accounts/password/reset/", {"email": UserFactory().email})
    assert not OutgoingEmail.objects.exists()


@pytest.mark.django_db
def test_nobody_signs_up_by_themselves() -> None:
    data = {"email": "new@hubclone.test", "password1": NEW_PASSWORD}
    assert "By invitation only" in Client().get("/accounts/signup/").content.decode()
    Client().post("/accounts/signup/", data)
    assert not User.objects.exists()


@pytest.mark.spec("A2", "A9")
def test_a_new_password_is_asked_for_in_the_words_of_signing_up(member: Membership) -> None:
    page = signed_in(member).get("/accounts/password/change/").content.decode()
    for words in ("Current password", "New password", "New password again", "At least 10 characters."):
        assert words in page
    assert "placeholder" not in page
    assert "Email" in Client().get("/accounts/password/reset/").content.decode()
