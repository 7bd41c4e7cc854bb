"""A change of how somebody signs in, and its row of the audit log: both are there, or neither."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from axes.models import AccessAttempt
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse
from time_machine import travel

from accounts.models import AuditEntry, Membership, OutgoingEmail, User
from tests.accounts.conftest import signed_in
from tests.accounts.factories import PASSWORD
from tests.accounts.test_second_factor import APP, AUTHENTICATE, PERIOD, START, at_the_second_step, code_at, code_now
from tests.accounts.test_signup import link_in

NEW_PASSWORD = "quite-Another-1"
OFF, CODES = "/accounts/two-factor/app/off/", "/accounts/two-factor/codes/new/"
PASSWORD_CHANGE = "/accounts/password/change/"
MORE = "mo.more@hubclone.test"
pytestmark = [pytest.mark.spec("A8", "A2"), pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _fresh() -> None:
    cache.clear()


FAULT = """
create function audit_fault() returns trigger language plpgsql as $$ begin raise exception 'no more rows'; end $$;
create trigger audit_fault before insert on accounts_auditentry for each row execute function audit_fault();
"""


@pytest.fixture
def log_refuses() -> Iterator[Callable[[], None]]:
    """From when it is called the database takes no more rows into the audit log."""

    def refuse() -> None:
        with connection.cursor() as cursor:
            cursor.execute(FAULT)

    yield refuse
    with connection.cursor() as cursor:
        cursor.execute("drop function if exists audit_fault cascade")


def browser(membership: Membership) -> Client:
    """Of somebody who has just typed their password again; an error is a page, as in life."""
    client = signed_in(membership)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    client.raise_request_exception = False
    return client


def key_shown(client: Client) -> str:
    found = re.search(r'id="totp-key"[^>]*>([A-Z2-7]+)<', client.get(APP).content.decode())
    assert found
    return found[1]


def with_an_app(membership: Membership) -> Client:
    """A browser in which an authenticator app has been added."""
    client = browser(membership)
    client.post(APP, {"code": code_at(key_shown(client), START)})
    return client


def everything(membership: Membership) -> list[object]:
    """What a person signs in with, and what has been written to them."""
    return [
        User.objects.filter(pk=membership.user_id).values_list("email", "password").get(),
        list(EmailAddress.objects.order_by("pk").values_list("email", "verified", "primary")),
        list(Authenticator.objects.order_by("pk").values_list("pk", "data")),
        OutgoingEmail.objects.count(),
        AuditEntry.objects.count(),
    ]


def assert_refused(
    client: Client, membership: Membership, refuse: Callable[[], None], url: str, form: dict[str, Any]
) -> None:
    """The post fails, and nothing of it is left."""
    before = everything(membership)
    refuse()
    assert client.post(url, form).status_code == 500
    assert everything(membership) == before


def actions() -> list[str]:
    return list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))


def test_an_app_is_not_added_without_its_row(member: Membership, log_refuses: Callable[[], None]) -> None:
    with travel(START, tick=False):
        client = browser(member)
        assert_refused(client, member, log_refuses, APP, {"code": code_at(key_shown(client), START)})
        assert client.get(reverse("accounts:security", args=[member.account_id])).status_code == 200, "still signed in"


@pytest.mark.parametrize("url", [OFF, CODES])
def test_an_app_stays_and_its_codes_stay_without_the_row(
    member: Membership, log_refuses: Callable[[], None], url: str
) -> None:
    with travel(START, tick=False):
        assert_refused(with_an_app(member), member, log_refuses, url, {})


def test_each_change_of_the_second_factor_has_one_row_and_one_email(member: Membership) -> None:
    with travel(START, tick=False):
        client = with_an_app(member)
        client.post(CODES)
        client.post(OFF)
    assert actions() == [
        "user.second_factor_added",
        "user.recovery_codes_renewed",
        "user.second_factor_removed",
    ]
    assert OutgoingEmail.objects.count() == 3


def test_a_password_stays_without_its_row_and_so_does_the_session(
    member: Membership, log_refuses: Callable[[], None]
) -> None:
    client = browser(member)
    form = {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    assert_refused(client, member, log_refuses, PASSWORD_CHANGE, form)
    assert client.get(reverse("accounts:security", args=[member.account_id])).status_code == 200, "still signed in"


def test_a_password_by_a_link_is_not_set_without_its_row_and_the_link_stays_good(
    member: Membership, log_refuses: Callable[[], None]
) -> None:
    client = Client(raise_request_exception=False)
    client.post("/accounts/password/reset/", {"email": member.user.email})
    form: Any = client.get(link_in(OutgoingEmail.objects.get()), follow=True)
    url = form.redirect_chain[-1][0]
    assert_refused(client, member, log_refuses, url, {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})
    assert b"New password again" in client.get(url).content


@pytest.mark.parametrize("action", ["action_add", "action_primary", "action_remove"])
def test_addresses_stay_without_the_row(member: Membership, log_refuses: Callable[[], None], action: str) -> None:
    if action != "action_add":
        EmailAddress.objects.create(user=member.user, email=MORE, verified=True)
    url = reverse("accounts:emails", args=[member.account_id])
    assert_refused(browser(member), member, log_refuses, url, {"email": MORE, action: "1"})


def test_an_address_is_not_proven_without_the_row(member: Membership, log_refuses: Callable[[], None]) -> None:
    client = browser(member)
    client.post(reverse("accounts:emails", args=[member.account_id]), {"email": MORE, "action_add": "1"})
    assert_refused(client, member, log_refuses, link_in(OutgoingEmail.objects.get(to=MORE)), {})


def test_nobody_is_signed_in_without_the_row(member: Membership, log_refuses: Callable[[], None]) -> None:
    client, sessions = Client(raise_request_exception=False), Session.objects.count()
    assert_refused(client, member, log_refuses, "/accounts/login/", {"login": member.user.email, "password": PASSWORD})
    assert client.get("/")["Location"] == "/accounts/login/"
    assert Session.objects.count() == sessions


def test_a_recovery_code_is_not_used_up_by_a_sign_in_that_failed(
    member: Membership, log_refuses: Callable[[], None]
) -> None:
    with travel(START, tick=False):
        page = with_an_app(member).get("/accounts/two-factor/codes/").content.decode()
    found = re.search(r"<code>(\d{8})</code>", page)
    assert found
    client = at_the_second_step(member)
    client.raise_request_exception = False
    assert_refused(client, member, log_refuses, AUTHENTICATE, {"code": found[1]})


def test_wrong_guesses_are_counted_though_nothing_else_is_written(member: Membership) -> None:
    """They end no transaction: a refused form is an answer like any other."""
    client = Client()
    for _ in range(3):
        client.post("/accounts/login/", {"login": member.user.email, "password": "wrong-password"})
    assert AccessAttempt.objects.get().failures_since_start == 3
    with travel(START, tick=False):
        with_an_app(member)
    with travel(START + PERIOD, tick=False):
        step = at_the_second_step(member)
        step.post(AUTHENTICATE, {"code": "000000"})
        assert AccessAttempt.objects.get().failures_since_start == 1, "the password was right, the code was not"
        step.post(AUTHENTICATE, {"code": code_now(member, START + PERIOD)})
    assert not AccessAttempt.objects.exists()
