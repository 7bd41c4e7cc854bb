"""Guessing is slowed, without the cache, and without locking anybody else out."""

from __future__ import annotations

import datetime as dt

import pytest
from axes.models import AccessAttempt
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts.models import Membership
from tests.accounts.factories import PASSWORD

pytestmark = pytest.mark.spec("A2")
HOME = "/"


@pytest.fixture(autouse=True)
def _no_cache(settings: Settings) -> None:
    """As while Redis is away: what allauth counts is forgotten at once."""
    cache.clear()
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}


def attempt(email: str, password: str, ip: str = "192.0.2.1") -> tuple[Client, int]:
    client = Client(REMOTE_ADDR=ip)
    return client, client.post("/accounts/login/", {"login": email, "password": password}).status_code


def inside(client: Client) -> bool:
    return bool(client.get(HOME)["Location"] != "/accounts/login/")


def test_the_right_password_is_refused_after_five_wrong_ones_and_the_page_says_when_to_try_again(
    member: Membership,
) -> None:
    statuses = [attempt(member.user.email, "wrong")[1] for _ in range(5)]
    assert statuses == [200, 200, 200, 200, 429]
    client, status = attempt(member.user.email.upper(), PASSWORD)
    assert (status, inside(client)) == (429, False)
    answer = client.post("/accounts/login/", {"login": member.user.email, "password": PASSWORD})
    assert "Try again in 15 minutes." in answer.content.decode()
    assert 0 < int(answer["Retry-After"]) <= 900


def test_a_stranger_elsewhere_locks_nobody_out(member: Membership) -> None:
    for _ in range(6):
        attempt(member.user.email, "wrong", ip="203.0.113.9")
    client, status = attempt(member.user.email, PASSWORD)
    assert (status, inside(client)) == (302, True)


def test_the_addresses_of_one_ipv6_network_are_one_guesser(member: Membership) -> None:
    statuses = [attempt(member.user.email, "wrong", ip=f"2001:db8:1:2::{number}")[1] for number in range(1, 6)]
    assert statuses == [200, 200, 200, 200, 429]
    client, status = attempt(member.user.email, PASSWORD, ip="2001:db8:1:3::1")
    assert (status, inside(client)) == (302, True)


def test_another_person_at_the_same_address_is_not_locked_out(member: Membership, editor: Membership) -> None:
    for _ in range(6):
        attempt(member.user.email, "wrong")
    assert inside(attempt(editor.user.email, PASSWORD)[0])


def test_attempts_during_the_lock_do_not_prolong_it_and_it_ends(member: Membership) -> None:
    for _ in range(6):
        attempt(member.user.email, "wrong")
    AccessAttempt.objects.update(attempt_time=timezone.now() - dt.timedelta(minutes=14))
    assert attempt(member.user.email, "wrong")[1] == 429
    AccessAttempt.objects.update(attempt_time=timezone.now() - dt.timedelta(minutes=16))
    assert inside(attempt(member.user.email, PASSWORD)[0])


def test_a_good_sign_in_forgets_the_wrong_ones_before_it(member: Membership) -> None:
    for _ in range(2):
        for _ in range(4):
            attempt(member.user.email, "wrong")
        assert inside(attempt(member.user.email, PASSWORD)[0])


def test_what_is_kept_of_an_attempt_is_neither_address_nor_password(member: Membership) -> None:
    attempt(member.user.email, "my-Secret-word")
    kept = AccessAttempt.objects.get()
    everything = f"{kept.username} {kept.get_data} {kept.post_data} {kept.path_info}"
    assert member.user.email not in everything
    assert "my-Secret-word" not in everything


def test_an_address_that_nobody_has_is_locked_in_the_same_words(member: Membership) -> None:
    pages = []
    for email in (member.user.email, "nobody@hubclone.test"):
        for _ in range(5):
            client, _status = attempt(email, "wrong")
        pages.append(client.post("/accounts/login/", {"login": email, "password": "wrong"}))
    assert [page.status_code for page in pages] == [429, 429]


def test_typing_the_password_again_is_slowed_too(member: Membership) -> None:
    client = Client()
    client.force_login(member.user)
    for _ in range(5):
        answer = client.post("/accounts/reauthenticate/", {"password": "wrong"})
    assert answer.status_code == 429
