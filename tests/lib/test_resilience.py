"""What the library does while Redis is away, and which language it speaks."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from hubclone.lib.cache import FailOpenRedisCache

DEAD = "redis://127.0.0.1:1/0"


def test_a_cache_without_its_redis_misses_and_never_fails() -> None:
    cache = FailOpenRedisCache(DEAD, {})
    cache.set("a", 1)
    assert cache.get("a", "default") == "default"
    assert cache.add("a", 1) is True
    assert cache.delete("a") is False
    cache.clear()


def test_clearing_a_cache_leaves_alone_what_others_keep_in_the_same_redis(settings: Settings) -> None:
    first, second = (FailOpenRedisCache(settings.REDIS_URL, {"KEY_PREFIX": name}) for name in ("first:", "second:"))
    for cache in (first, second):
        cache.set("a", 1)
    first.clear()
    assert (first.get("a"), second.get("a")) == (None, 1)
    second.clear()


def test_a_hint_without_a_broker_is_dropped_and_the_next_ones_do_not_wait() -> None:
    code = """
import time, django; django.setup()
from hubclone.lib.jobs import tasks
tasks.run_send("calendars.calendarjob", "default")
assert tasks._broker_down_until > time.monotonic(), "it noticed"
started = time.monotonic()
for _ in range(100):
    tasks.run_send("calendars.calendarjob", "default")
assert time.monotonic() - started < 1, "a rest, not a hundred attempts"
"""
    environment = {**os.environ, "REDIS_URL": DEAD, "DJANGO_SETTINGS_MODULE": "hubclone.settings"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert "broker.unreachable" in done.stderr + done.stdout


@pytest.mark.django_db
@pytest.mark.spec("A9")
@pytest.mark.parametrize(("asked", "given"), [("pl,en;q=0.5", "pl"), ("de", "en"), ("", "en"), ("x" * 5000, "en")])
def test_a_visitors_page_speaks_the_browsers_language(asked: str, given: str, settings: Settings) -> None:
    answer = Client().get("/accounts/login/", HTTP_ACCEPT_LANGUAGE=asked)
    assert answer["Content-Language"] == given
    assert "Accept-Language" in answer["Vary"]
