"""The cache on Redis. Everything in it can be rebuilt, so a Redis that is down means a miss, never an error."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import redis
from django.core.cache.backends.redis import RedisCache


class FailOpenRedisCache(RedisCache):
    """Django's Redis cache whose refusals are misses."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        options = {"socket_connect_timeout": 1, "socket_timeout": 1, **params.get("OPTIONS", {})}
        super().__init__(server, {**params, "OPTIONS": options})

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        """The value, or ``default`` when it is missing or Redis is."""
        try:
            return super().get(key, default, version)
        except redis.RedisError:
            return default

    def set(self, key: Any, value: Any, timeout: Any = 300, version: int | None = None) -> None:
        """Keep a value, if Redis is there."""
        try:
            super().set(key, value, timeout, version)
        except redis.RedisError:
            return

    def add(self, key: Any, value: Any, timeout: Any = 300, version: int | None = None) -> bool:
        """Keep a value that was not there; True when Redis is away, so that nobody is locked out."""
        try:
            return bool(super().add(key, value, timeout, version))
        except redis.RedisError:
            return True

    def delete(self, key: Any, version: int | None = None) -> bool:
        """Forget a value."""
        try:
            return bool(super().delete(key, version))
        except redis.RedisError:
            return False

    def clear(self) -> None:
        """Forget what is kept here and nothing else: the broker's queues are in the same Redis."""
        client = self._cache.get_client(None, write=True)
        with suppress(redis.RedisError):
            for key in client.scan_iter(f"{self.key_prefix}:*", count=1000):
                client.delete(key)
