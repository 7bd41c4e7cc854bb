"""Signs of life: each process writes one to Redis, /healthz reads them. They can be lost; nothing depends on them."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import lru_cache

import redis
from django.conf import settings
from django.db import DatabaseError, connection

from hubclone.lib.registry import Registry

STALE_AFTER_SECONDS = 30
HEALTH_CHECKS: Registry[str, Callable[[], str]] = Registry("health checks")
"""Each answers "" when its part is up, or a sentence without secrets that says what is wrong."""


@lru_cache(maxsize=1)
def redis_client() -> redis.Redis:
    """The process's Redis client; it connects when it is used, with a time-out of two seconds."""
    return redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=2, socket_timeout=2)


def beat(process: str) -> None:
    """Write that ``process`` is alive now. A Redis that is down is no error here: the check will say so."""
    try:
        redis_client().set(f"{settings.REDIS_PREFIX}alive:{process}", int(time.time()), ex=STALE_AFTER_SECONDS)
    except redis.RedisError:
        return


def alive(process: str) -> str:
    """The check of one process: "" when it wrote a sign of life lately."""
    try:
        seen = redis_client().exists(f"{settings.REDIS_PREFIX}alive:{process}")
    except redis.RedisError:
        return "Redis does not answer"
    return "" if seen else f"no sign of life from {process} in {STALE_AFTER_SECONDS} s"


def parts_ailing() -> dict[str, str]:
    """A sentence for each part that is not well, by its key in HEALTH_CHECKS; empty when all is."""
    return {name: said for name, check in HEALTH_CHECKS.items() if (said := check())}


@HEALTH_CHECKS.registered("database")
def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("select 1")
    except DatabaseError as error:
        return f"PostgreSQL does not answer ({type(error).__name__})"
    return ""


for _name in ("worker", "background", "beat", "publisher"):
    HEALTH_CHECKS.register(_name, lambda name=_name: alive(name))  # type: ignore[misc]
