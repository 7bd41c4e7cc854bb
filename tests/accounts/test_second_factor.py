"""The second factor: TOTP, recovery codes, and what neither lets through."""

from __future__ import annotations

import re
import threading

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from cryptography.fernet import Fernet
from django.conf import settings as django_settings
from django.core.cache import cache
from django.db import connections
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings
from time_machine import travel

from accounts.models import AuditEntry, Membership, OutgoingEmail
from accounts.second_factor import secrets_rotate, totp_use
from hubclone.lib.crypto import SecretUnreadable, decrypt
from tests.accounts.conftest import signed_in
from tests.accounts.factories import PASSWORD

START = 1_800_000_000
PERIOD = 30
AUTHENTICATE = "/accounts/two-factor/authenticate/"
APP = "/accounts/two-factor/app/"
pytestmark = pytest.mark.spec("A2")


@pytest.fixture(autouse=True)
def _no_cache(settings: Settings) -> None:
    """As while Redis is away: what allauth marks as used in the cache is forgotten at once."""
    cache.clear()
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}


def code_at(secret: str, moment: float) -> str:
    """What an authenticator app shows then."""
    return str(format_hotp_value(hotp_value(secret, int(moment) // PERIOD)))


def code_now(membership: Membership, moment: float) -> str:
    row = Authenticator.objects.get(user=membership.user, type="totp")
    return code_at(decrypt(row.data["secret"]), moment)


def turned_on(membership: Membership, moment: float = START) -> Client:
    """A browser in which this person has just added an authenticator app."""
    client = signed_in(membership)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    page = client.get(APP).content.decode()
    found = re.search(r'id="totp-key"[^>]*>([A-Z2-7]+)<', page)
    assert found
    answer = client.post(APP, {"code": code_at(found[1], moment)})
    assert answer["Location"] == "/accounts/two-factor/codes/"
    return client


def at_the_second_step(membership: Membership) -> Client:
    client = Client()
    answer = client.post("/accounts/login/", {"login": membership.user.email, "password": PASSWORD})
    assert answer["Location"] == AUTHENTICATE
    return client


def inside(client: Client) -> bool:
    return bool(client.get("/")["Location"] != "/accounts/login/")


def recovery_codes(client: Client) -> list[str]:
    return re.findall(r"<code>(\d{8})</code>", client.get("/accounts/two-factor/codes/").content.decode())


@pytest.mark.django_db(transaction=True)
def test_an_app_is_added_by_a_picture_and_a_code_and_is_asked_for_from_then_on(member: Membership) -> None:
    with travel(START, tick=False):
        client = turned_on(member)
        assert len(recovery_codes(client)) == 10
    with travel(START + PERIOD, tick=False):
        fresh = at_the_second_step(member)
        assert not inside(fresh)
        fresh.post(AUTHENTICATE, {"code": code_now(member, START + PERIOD)})
        assert inside(fresh)
    assert {"user.second_factor_added", "user.signed_in"} <= set(AuditEntry.objects.values_list("action", flat=True))
    assert "Two-factor sign-in is on" in OutgoingEmail.objects.get().subject


def test_the_picture_is_one_that_the_content_policy_allows(member: Membership) -> None:
    client = signed_in(member)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    page = client.get(APP)
    assert 'src="data:image/svg+xml;base64,' in page.content.decode()
    assert "img-src 'self' data:" in page["Content-Security-Policy"]


def test_adding_an_app_needs_the_password_again(member: Membership) -> None:
    assert signed_in(member).get(APP)["Location"].startswith("/accounts/reauthenticate/")
    assert not Authenticator.objects.exists()


def test_a_wrong_first_code_adds_nothing_and_keeps_the_key(member: Membership) -> None:
    client = signed_in(member)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    before = re.findall(r">([A-Z2-7]{32})<", client.get(APP).content.decode())
    page = client.post(APP, {"code": "000000"}).content.decode()
    assert "That code is not right" in page
    assert "recovery code" not in page
    assert re.findall(r">([A-Z2-7]{32})<", page) == before
    assert not Authenticator.objects.exists()


def test_secrets_are_encrypted_and_the_key_is_never_shown_again(member: Membership) -> None:
    client = turned_on_now(member)
    rows = {row.type: row.data for row in Authenticator.objects.all()}
    assert decrypt(rows["totp"]["secret"]) not in str(rows)
    assert decrypt(rows["recovery_codes"]["seed"]) not in str(rows)
    assert client.get(APP)["Location"] == "/accounts/two-factor/app/off/"


@pytest.mark.spec("A11")
def test_keys_rotate_under_a_second_factor_and_the_old_one_is_not_needed_afterwards(
    member: Membership, settings: Settings
) -> None:
    turned_on_now(member)
    old, new = settings.ENCRYPTION_KEYS[0], Fernet.generate_key().decode()
    settings.ENCRYPTION_KEYS = (new, old)
    before = code_now(member, START)
    assert secrets_rotate() == (2, 0)
    settings.ENCRYPTION_KEYS = (new,)
    assert code_now(member, START) == before
    settings.ENCRYPTION_KEYS = (old,)
    assert secrets_rotate() == (0, 2)
    with pytest.raises(SecretUnreadable):
        code_now(member, START)


def turned_on_now(member: Membership) -> Client:
    with travel(START, tick=False):
        return turned_on(member)


def test_a_code_is_good_once_even_without_the_cache(member: Membership) -> None:
    turned_on_now(member)
    with travel(START + PERIOD, tick=False):
        code = code_now(member, START + PERIOD)
        first, second = at_the_second_step(member), at_the_second_step(member)
        first.post(AUTHENTICATE, {"code": code})
        page = second.post(AUTHENTICATE, {"code": f"{code[:3]} {code[3:]}"})
        assert "That code is not right" in page.content.decode()
        assert (inside(first), inside(second)) == (True, False)
    with travel(START + 2 * PERIOD, tick=False):
        second.post(AUTHENTICATE, {"code": code})
        assert not inside(second), "the code before the last one that was used"


def test_the_code_that_proved_a_new_app_lets_nobody_in(member: Membership) -> None:
    turned_on_now(member)
    with travel(START + 1, tick=False):
        client = at_the_second_step(member)
        assert "That code is not right" in client.post(AUTHENTICATE, {"code": code_now(member, START)}).content.decode()
        assert not inside(client)


@pytest.mark.django_db(transaction=True)
def test_one_code_used_twice_at_once_lets_one_in(member: Membership) -> None:
    with travel(START, tick=False):
        turned_on(member)
    row = Authenticator.objects.get(type="totp")
    gate, passed = threading.Barrier(2), []

    def use(code: str) -> None:
        gate.wait()
        passed.append(totp_use(row, code))
        connections.close_all()

    with travel(START + PERIOD, tick=False):
        code = code_now(member, START + PERIOD)
        threads = [threading.Thread(target=use, args=[code]) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(passed) == [False, True]


def test_a_recovery_code_is_good_once(member: Membership) -> None:
    client = turned_on_now(member)
    code = recovery_codes_at_start(client)[0]
    first, second = at_the_second_step(member), at_the_second_step(member)
    first.post(AUTHENTICATE, {"code": code})
    second.post(AUTHENTICATE, {"code": code})
    assert (inside(first), inside(second)) == (True, False)


def recovery_codes_at_start(client: Client) -> list[str]:
    with travel(START, tick=False):
        return recovery_codes(client)


def test_new_recovery_codes_void_the_old_ones_and_can_be_saved(member: Membership) -> None:
    client = turned_on_now(member)
    old = recovery_codes_at_start(client)
    with travel(START, tick=False):
        client.post("/accounts/two-factor/codes/new/")
        new = recovery_codes(client)
        file = client.get("/accounts/two-factor/codes/file/")
    assert not set(old) & set(new)
    assert "attachment" in file["Content-Disposition"]
    assert "no-store" in file["Cache-Control"]
    assert all(code in file.content.decode() for code in new)
    fresh = at_the_second_step(member)
    fresh.post(AUTHENTICATE, {"code": old[0]})
    assert not inside(fresh)


def test_turning_it_off_asks_and_signs_in_by_password_alone_again(member: Membership) -> None:
    client = turned_on_now(member)
    with travel(START, tick=False):
        assert client.post("/accounts/two-factor/app/off/")["Location"] == "/accounts/two-factor/"
    assert not Authenticator.objects.exists()
    fresh = Client()
    fresh.post("/accounts/login/", {"login": member.user.email, "password": PASSWORD})
    assert inside(fresh)


def test_guesses_at_the_code_lock_it_wherever_they_come_from(member: Membership) -> None:
    turned_on_now(member)
    with travel(START + PERIOD, tick=False):
        for number in range(5):
            client = Client(REMOTE_ADDR=f"203.0.113.{number}")
            client.post("/accounts/login/", {"login": member.user.email, "password": PASSWORD})
            answer = client.post(AUTHENTICATE, {"code": f"00000{number}"})
        assert answer.status_code == 429
        assert "Somebody who knows your password" in answer.content.decode()
        fresh = at_the_second_step(member)
        assert fresh.post(AUTHENTICATE, {"code": code_now(member, START + PERIOD)}).status_code == 429
        assert not inside(fresh)
    with travel(START + 20 * 60, tick=False):
        fresh = at_the_second_step(member)
        fresh.post(AUTHENTICATE, {"code": code_now(member, START + 20 * 60)})
        assert inside(fresh)


def test_the_lock_of_one_person_is_not_anothers(member: Membership, editor: Membership) -> None:
    for membership in (member, editor):
        turned_on_now(membership)
    with travel(START + PERIOD, tick=False):
        client = at_the_second_step(member)
        for _ in range(6):
            client.post(AUTHENTICATE, {"code": "123123"})
        other = at_the_second_step(editor)
        other.post(AUTHENTICATE, {"code": code_now(editor, START + PERIOD)})
        assert inside(other)


def test_a_new_password_by_link_does_not_get_around_the_second_factor(member: Membership) -> None:
    turned_on_now(member)
    client = Client()
    client.post("/accounts/password/reset/", {"email": member.user.email})
    sent = OutgoingEmail.objects.get(subject__contains="new password")
    link = re.search(rf"{re.escape(django_settings.BASE_URL)}(/\S+)", sent.text)
    assert link
    form = client.get(link[1], follow=True).redirect_chain[-1][0]
    client.post(form, {"password1": "quite-Another-1", "password2": "quite-Another-1"})
    assert not inside(client)
    assert client.post("/accounts/login/", {"login": member.user.email, "password": "quite-Another-1"})["Location"] == (
        AUTHENTICATE
    )


@pytest.mark.parametrize(
    "address", [AUTHENTICATE, APP, "/accounts/two-factor/app/off/", "/accounts/two-factor/codes/new/"]
)
def test_each_form_needs_its_token(member: Membership, address: str) -> None:
    turned_on_now(member)
    client = Client(enforce_csrf_checks=True)
    client.force_login(member.user)
    before = Authenticator.objects.count()
    assert client.post(address, {"code": "1"}).status_code == 403
    assert Authenticator.objects.count() == before


def test_the_second_step_without_the_first_leads_to_sign_in(db: None) -> None:
    assert Client().post(AUTHENTICATE, {"code": "123456"})["Location"] == "/accounts/login/"


# Session fixation


def key_of(client: Client) -> str | None:
    cookie = client.cookies.get(django_settings.SESSION_COOKIE_NAME)
    return cookie.value if cookie else None


def test_a_session_key_that_was_known_before_is_worth_nothing_after_each_step(member: Membership) -> None:
    turned_on_now(member)
    client = Client()
    client.post("/accounts/signup/")
    session = client.session
    session["planted"] = "x"
    session.save()
    planted = key_of(client)
    assert planted
    with travel(START + PERIOD, tick=False):
        client.post("/accounts/login/", {"login": member.user.email, "password": PASSWORD})
        after_password = key_of(client)
        client.post(AUTHENTICATE, {"code": code_now(member, START + PERIOD)})
    assert inside(client)
    assert len({planted, after_password, key_of(client)}) == 3
    for old in (planted, after_password):
        thief = Client()
        thief.cookies[django_settings.SESSION_COOKIE_NAME] = str(old)
        assert not inside(thief)
        assert thief.get(AUTHENTICATE).status_code == 302


def test_the_security_page_says_what_stands(member: Membership) -> None:
    url = reverse("accounts:security", args=[member.account_id])
    assert "Whoever learns your password" in signed_in(member).get(url).content.decode()
    client = turned_on_now(member)
    page = client.get(url).content.decode()
    assert "10 recovery codes are left" in page
    assert client.get("/accounts/two-factor/")["Location"] == url
