"""Signing up and proving one's address."""

from __future__ import annotations

import re
import threading
from importlib import import_module
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.conf import settings as django_settings
from django.core.cache import cache
from django.db import connections
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from accounts.choices import Right
from accounts.models import Account, AuditEntry, Brand, Membership, OutgoingEmail, User
from tests.accounts.factories import PASSWORD, MembershipFactory, UserFactory

NEW = {
    "name": "Nina New",
    "email": "Nina@hubclone.test",
    "account_name": "Nina's Bakery",
    "password1": "flour-and-Water-9",
    "time_zone": "Europe/Warsaw",
}
SENT = "/accounts/confirm-email/"
pytestmark = pytest.mark.spec("A2")


@pytest.fixture(autouse=True)
def _open(settings: Settings) -> None:
    cache.clear()
    settings.SIGNUP_OPEN = True


def link_in(email: OutgoingEmail) -> str:
    """The path of the link in an e-mail, which is on BASE_URL."""
    found = re.search(rf"{re.escape(django_settings.BASE_URL)}(/\S+)", email.text)
    assert found, email.text
    return found[1]


@pytest.mark.django_db
def test_a_person_signs_up_proves_their_address_and_has_an_account_of_their_own() -> None:
    client = Client(headers={"Accept-Language": "pl"})
    assert client.post("/accounts/signup/", NEW)["Location"] == SENT
    user = User.objects.get()
    assert (user.email, user.name, user.language, user.time_zone) == (
        "nina@hubclone.test",
        "Nina New",
        "pl",
        NEW["time_zone"],
    )
    membership = Membership.objects.get(user=user)
    assert (membership.account.name, membership.rights) == ("Nina's Bakery", [Right.SUPER_ADMIN])
    assert Brand.objects.get(account=membership.account, is_primary=True).name == "Nina's Bakery"
    assert client.get("/")["Location"] == "/accounts/login/"
    link = link_in(OutgoingEmail.objects.get())
    assert client.get(link).status_code == 200
    assert not EmailAddress.objects.get().verified
    client.post(link)
    assert client.get("/")["Location"] == f"/app/{membership.account_id}/"
    assert AuditEntry.objects.filter(action="user.signed_in", account=membership.account).count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["https://spam.example", "Win at www.spam.example", "spam.example"])
def test_a_link_as_a_name_is_refused_so_that_no_stranger_gets_it_by_e_mail(name: str) -> None:
    answer = Client().post("/accounts/signup/", NEW | {"name": name})
    assert "A name cannot hold a web address" in answer.content.decode()
    assert not OutgoingEmail.objects.exists()
    assert not User.objects.exists()


@pytest.mark.django_db
def test_a_name_that_is_stored_already_is_no_link_in_an_e_mail(member: Membership) -> None:
    User.objects.filter(pk=member.user_id).update(name="https://spam.example/win")
    Client().post("/accounts/password/reset/", {"email": member.user.email})
    words = OutgoingEmail.objects.get().text
    assert "Hello https: //spam. example/win," in words


@pytest.mark.django_db
def test_nobody_comes_in_before_the_address_is_proven() -> None:
    Client().post("/accounts/signup/", NEW)
    client = Client()
    answer = client.post("/accounts/login/", {"login": NEW["email"], "password": NEW["password1"]})
    assert answer["Location"] == SENT
    assert client.get("/")["Location"] == "/accounts/login/"


@pytest.mark.django_db
def test_the_link_in_another_browser_proves_the_address_and_asks_to_sign_in() -> None:
    Client().post("/accounts/signup/", NEW)
    link, other = link_in(OutgoingEmail.objects.get()), Client()
    assert other.post(link)["Location"] == "/accounts/login/"
    assert other.get("/")["Location"] == "/accounts/login/"
    assert EmailAddress.objects.get().verified
    assert "This link no longer works" in other.get(link).content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["nonsense", "MQ:1abcde:abcdefghijkl"])
def test_a_wrong_link_says_what_to_do(key: str) -> None:
    page = Client().get(reverse("account_confirm_email", args=[key])).content.decode()
    assert "This link no longer works" in page
    assert Client().post(reverse("account_confirm_email", args=[key])).status_code == 404


@pytest.mark.django_db
def test_an_expired_link_proves_nothing(settings: Settings) -> None:
    Client().post("/accounts/signup/", NEW)
    settings.ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS = 0
    link = link_in(OutgoingEmail.objects.get())
    assert "This link no longer works" in Client().get(link).content.decode()
    assert not EmailAddress.objects.get().verified


@pytest.mark.django_db
def test_the_link_is_sent_again_but_not_at_once() -> None:
    client = Client()
    client.post("/accounts/signup/", NEW)
    resend = reverse("account_email_verification_resend")
    assert client.post(resend)["Location"] == SENT
    assert OutgoingEmail.objects.count() == 1
    cache.clear()
    client.post(resend)
    assert OutgoingEmail.objects.count() == 2
    assert Client().post(resend)["Location"] == "/accounts/login/"


def test_an_address_that_is_taken_gets_the_same_answer_and_an_e_mail_that_says_so(member: Membership) -> None:
    taken, free = Client(), Client()
    asked = [
        client.post("/accounts/signup/", {**NEW, "email": email})
        for client, email in ((taken, member.user.email.upper()), (free, NEW["email"]))
    ]
    assert [answer["Location"] for answer in asked] == [SENT, SENT]
    pages = [client.get(SENT).content for client in (taken, free)]
    assert [re.sub(rb'value="\w{64}"|nonce="[^"]+"', b"", page) for page in pages][0] == re.sub(
        rb'value="\w{64}"|nonce="[^"]+"', b"", pages[1]
    )
    assert User.objects.filter(email__iexact=member.user.email).count() == 1
    assert "already" in OutgoingEmail.objects.get(to=member.user.email).subject
    cache.clear()
    again = taken.post(reverse("account_email_verification_resend"))
    assert again["Location"] == SENT


@pytest.mark.django_db(transaction=True)
def test_two_who_sign_up_with_one_address_at_once_make_one_person() -> None:
    gate, statuses = threading.Barrier(2), []

    def sign_up(email: str) -> None:
        gate.wait()
        statuses.append(Client().post("/accounts/signup/", {**NEW, "email": email}).status_code)
        connections.close_all()

    threads = [threading.Thread(target=sign_up, args=[email]) for email in ("nina@hubclone.test", "NINA@hubclone.test")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [302, 302]
    assert (User.objects.count(), Account.objects.count(), EmailAddress.objects.count()) == (1, 1, 1)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"email": "nina"}, "valid email"),
        ({"name": "\u202e "}, "Type a name"),
        ({"account_name": ""}, "required"),
        ({"password1": "short"}, "at least 10"),
        ({"password1": "nina@hubclone.test"}, "too similar"),
        ({"email": "ni\0na@hubclone.test"}, "Null characters"),
    ],
)
def test_wrong_input_is_said_at_its_field_and_loses_nothing(changes: dict[str, str], words: str) -> None:
    page = Client().post("/accounts/signup/", {**NEW, **changes}).content.decode()
    assert words in page
    assert "Nina" in page
    assert not User.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("zone", ["Mars/Base", "", "x" * 60])
def test_a_zone_that_nobody_knows_is_utc(zone: str) -> None:
    Client().post("/accounts/signup/", {**NEW, "time_zone": zone})
    assert User.objects.get().time_zone == "UTC"


@pytest.mark.django_db
def test_signing_up_needs_the_form_of_this_browser() -> None:
    client = Client(enforce_csrf_checks=True)
    assert client.post("/accounts/signup/", NEW).status_code == 403
    assert not User.objects.exists()


@pytest.mark.django_db
def test_sign_up_is_offered_only_where_it_is_open(settings: Settings) -> None:
    assert "/accounts/signup/" in Client().get("/accounts/login/").content.decode()
    settings.SIGNUP_OPEN = False
    assert "/accounts/signup/" not in Client().get("/accounts/login/").content.decode()


# Links never come from the Host of a request


@pytest.mark.parametrize("host", ["evil.test", "127.0.0.1", "localhost:8000"])
def test_the_links_of_e_mails_are_not_of_the_host_that_was_asked(
    member: Membership, settings: Settings, host: str
) -> None:
    settings.BASE_URL = "https://app.hubclone.test"
    for address, data in (
        ("/accounts/password/reset/", {"email": member.user.email}),
        ("/accounts/signup/", NEW),
        ("/accounts/signup/", {**NEW, "email": member.user.email}),
    ):
        Client(HTTP_HOST=host).post(address, data, headers={"X-Forwarded-Host": "evil.test"})
    links = [link for mail in OutgoingEmail.objects.all() for link in re.findall(r"https?://\S+", mail.text)]
    assert all(link.startswith("https://app.hubclone.test/") for link in links)
    assert len(links) == (0 if host == "evil.test" else 4)


@pytest.mark.parametrize(
    "target", ["https://evil.test/", "//evil.test/", "javascript:alert(1)", "/\\evil.test", "http:///evil.test"]
)
def test_no_form_leads_to_another_site(member: Membership, target: str) -> None:
    client = Client()
    login = {"login": member.user.email, "password": PASSWORD, "next": target}
    assert client.post("/accounts/login/", login)["Location"] == "/"
    again: Any = client.post(f"/accounts/reauthenticate/?next={target}", {"password": PASSWORD, "next": target})
    assert again["Location"] == "/"
    assert client.post("/accounts/logout/", {"next": target})["Location"] == "/"


def test_an_address_twin_in_capitals_is_the_same_person(db: None) -> None:
    user = MembershipFactory(user=UserFactory(email="twin@hubclone.test")).user
    Client().post("/accounts/signup/", {**NEW, "email": "TWIN@hubclone.test"})
    assert list(User.objects.all()) == [user]


def test_who_was_here_before_addresses_were_proven_counts_as_proven(member: Membership, editor: Membership) -> None:
    EmailAddress.objects.filter(user=member.user).delete()
    EmailAddress.objects.filter(user=editor.user).update(verified=False)
    import_module("accounts.migrations.0003_people").addresses_verify(apps, None)
    assert EmailAddress.objects.filter(user=member.user, email=member.user.email, verified=True, primary=True).exists()
    assert not EmailAddress.objects.get(user=editor.user).verified
    client = Client()
    client.post("/accounts/login/", {"login": member.user.email, "password": PASSWORD})
    assert client.get("/")["Location"] == f"/app/{member.account_id}/"
