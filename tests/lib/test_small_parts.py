"""Text, secrets, limits, logs, registries, paging and the API's base."""

from __future__ import annotations

import base64
import json
import logging
import re
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.db import connection
from django.test import Client
from django.urls import get_resolver
from hypothesis import given
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from accounts.models import Account
from hubclone.lib import crypto
from hubclone.lib.logging import redact, redact_text
from hubclone.lib.paging import BadCursor, keyset_page
from hubclone.lib.ratelimit import limit_exceeded
from hubclone.lib.registry import Registry
from hubclone.lib.text import clean, clean_line, email_normalise, email_spellings, fold, slugify, words
from tests.lib.test_api_base import addresses

_NO_ANCHORS = str.maketrans("", "", "^$")


@pytest.mark.parametrize(("text", "folded"), [("Łódź", "lodz"), ("STRASSE ß", "strasse ss"), ("Ångström", "angstrom")])
def test_fold_removes_accents_and_case(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_what_is_typed_is_cleaned_of_control_and_direction_characters() -> None:
    assert clean("  a\x00b\u202ec\r\nd ") == "abc\nd"
    assert clean_line("a\r\nBcc: x@y") == "a Bcc: x@y", "nothing typed can begin a header of its own"
    assert email_normalise(" Anna@Example.TEST ") == "anna@example.test"
    assert email_normalise("Ala@ŻÓŁW.pl") == email_normalise("ala@XN--W-UGA1V8H.pl") == "ala@xn--w-uga1v8h.pl"
    assert email_normalise("a@ｅxample。com") == "a@example.com"
    assert [email_normalise(text) for text in ("Żak", "a@☃.☃")] == ["żak", "a@☃.☃"]
    assert email_spellings("ala@xn--w-uga1v8h.pl") == {"ala@xn--w-uga1v8h.pl", "ala@żółw.pl"}
    assert slugify("Zażółć gęślą") == "zazolc-gesla"
    assert words("Ala ma-kota, 7") == ["ala", "ma", "kota", "7"]


@given(st.text())
def test_cleaning_twice_changes_nothing(text: str) -> None:
    assert clean(clean(text)) == clean(text)
    assert clean_line(clean_line(text)) == clean_line(text)


@pytest.mark.spec("A11")
def test_a_secret_survives_a_new_key_and_after_rotation_the_old_one_is_not_needed(settings: Settings) -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.ENCRYPTION_KEYS = (old,)
    token = crypto.encrypt("refresh")
    assert "refresh" not in token
    settings.ENCRYPTION_KEYS = (new, old)
    assert crypto.decrypt(token) == "refresh"
    rotated = crypto.rotate(token)
    settings.ENCRYPTION_KEYS = (new,)
    assert crypto.decrypt(rotated) == "refresh"
    with pytest.raises(crypto.SecretUnreadable):
        crypto.decrypt(token)


def test_digests_of_different_purposes_differ() -> None:
    assert crypto.keyed_digest("a", purpose="x") != crypto.keyed_digest("a", purpose="y")


@pytest.mark.spec("A11")
def test_logs_hold_no_addresses_and_no_tokens() -> None:
    event = redact(None, "", {"event": "x anna@example.test", "access_token": "s", "url": "/a?hapikey=123&b=1", "n": 1})
    assert event == {"event": "x [address]", "access_token": "[redacted]", "url": "/a?hapikey=[redacted]&b=1", "n": 1}
    assert redact_text("Authorization: Bearer abcdefghijk") == "Authorization: Bearer [redacted]"
    assert redact_text("email=anna%40example.test&n=1") == "email=[address]&n=1"


@pytest.mark.spec("A11")
@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/accounts/login/", "/meetings/nobody/intro", "/scheduler/v3/meetings/meeting-links"])
def test_the_log_of_a_request_says_nothing_of_who_asked_and_what_for(
    client: Client, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    given = {"q": "Ola", "firstname": "Ola", "email": "ola@hubclone.test", "hapikey": "hush-hush"}
    with caplog.at_level(logging.INFO):
        client.get(path, given, REMOTE_ADDR="203.0.113.9", headers={"Authorization": "Bearer hush-hush"})
    written = "\n".join(str(record.msg) for record in caplog.records)
    assert f"GET {path}" in written
    for secret in ("Ola", "ola", "203.0.113.9", "hush"):
        assert secret not in written


@pytest.mark.spec("A11")
def test_no_address_that_is_a_key_is_in_a_log() -> None:
    """Every address with a part that opens something: a link of an email, or a reference to a booking."""
    opens = re.compile(r"<str:(?:token|secret|reference)>|\(\?P<key>[^)]*\)")
    links = [path for path, _ in addresses(get_resolver().url_patterns) if opens.search(path)]
    assert len(links) > 5
    for path in links:
        plain = re.sub(r"\(\?P<\w+>[^)]*\)|<[^>]*>", "1", opens.sub("Se-cret_1:x=", path).translate(_NO_ANCHORS))
        assert "Se-cret" not in redact_text(f"GET /{plain}"), path


def test_a_registry_refuses_two_things_under_one_key() -> None:
    registry: Registry[str, object] = Registry("things")
    registry.register("a", 1)
    registry.register("a", 1)
    with pytest.raises(ValueError, match="already has 'a'"):
        registry.register("a", 2)
    with pytest.raises(LookupError, match="things has no 'b'"):
        registry["b"]


@pytest.mark.parametrize("url", [None, "redis://127.0.0.1:1/0"])
def test_limits_count_with_and_without_redis(url: str | None, settings: Settings) -> None:
    from hubclone.lib import health

    if url:
        settings.REDIS_URL = url
    health.redis_client.cache_clear()
    try:
        exceeded = [limit_exceeded(name=f"t{url}", who="1.2.3.4", most=2, seconds=3600) for _ in range(3)]
    finally:
        health.redis_client.cache_clear()
    assert exceeded == [False, False, True]


def test_a_limit_counts_a_whole_ipv6_network_and_an_ipv4_address_however_it_is_written() -> None:
    def exceeded(*addresses: str) -> list[bool]:
        return [limit_exceeded(name="networks", who=who, most=1, seconds=3600) for who in addresses]

    assert exceeded("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "2001:db8:1:3::1") == [False, True, False]
    assert exceeded("192.0.2.7", "::ffff:192.0.2.7", "192.0.2.8") == [False, True, False]


@pytest.mark.django_db
def test_keyset_pages_hold_every_row_once_and_cost_the_same() -> None:
    Account.objects.bulk_create(Account(name=f"n{i % 3}") for i in range(25))
    seen: list[int] = []
    after = None
    while True:
        page = keyset_page(Account.objects.all(), fields=["-name", "id"], after=after, limit=10)
        seen += [a.pk for a in page.items]
        after = page.next_after
        if after is None:
            break
    assert seen == list(Account.objects.order_by("-name", "id").values_list("pk", flat=True))


@pytest.mark.django_db
@pytest.mark.parametrize("after", ["x", "!!", "W10", "WzEsMiwzXQ", "eyJhIjoxfQ", "W251bGwsIG51bGxd"])
def test_a_forged_cursor_is_refused_in_words(after: str) -> None:
    with pytest.raises(BadCursor):
        keyset_page(Account.objects.all(), fields=["-name", "id"], after=after)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "values"),
    [
        (["id"], ["x"]),
        (["id"], [{"t": "2026-11-30T09:00:00Z"}]),
        (["-created_at", "id"], ["x", 1]),
        (["-created_at", "id"], [1, 1]),
        (["name", "id"], ["n", "x"]),
    ],
)
def test_a_cursor_of_another_list_is_refused_in_words(fields: list[str], values: list[Any]) -> None:
    after = base64.urlsafe_b64encode(json.dumps(values).encode()).decode()
    with pytest.raises(BadCursor):
        keyset_page(Account.objects.all(), fields=fields, after=after)


@pytest.mark.django_db(transaction=True)
def test_locks_need_a_transaction() -> None:
    from hubclone.lib.locks import LockSpace, transaction_lock

    assert not connection.in_atomic_block
    with pytest.raises(RuntimeError, match="transaction"):
        transaction_lock(LockSpace.HOST, [1])
