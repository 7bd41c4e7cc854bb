"""Counting what one client does in a window of time: in Redis, or in a local bucket while that is away."""

from __future__ import annotations

import time
from collections import OrderedDict
from threading import Lock

import redis
from django.conf import settings

from hubclone.lib.client_ip import counted_as
from hubclone.lib.crypto import keyed_digest
from hubclone.lib.health import redis_client

LOCAL_KEYS_MOST = 10_000
_local: OrderedDict[str, int] = OrderedDict()
_guard = Lock()


def limit_exceeded(*, name: str, who: str, most: int, seconds: int) -> bool:
    """Count one more ``name`` by ``who`` (an address or id, kept as a digest) and say whether it is too many.

    Addresses of IPv6 are counted by their /64.
    """
    window = int(time.time()) // seconds
    digest = keyed_digest(counted_as(who), purpose="limit")[:32]
    key = f"{settings.REDIS_PREFIX}limit:{name}:{window}:{digest}"
    try:
        pipe = redis_client().pipeline()
        pipe.incr(key)
        pipe.expire(key, seconds + 1)
        count = int(pipe.execute()[0])
    except redis.RedisError:
        count = _count_locally(key)
    return count > most


def _count_locally(key: str) -> int:
    with _guard:
        _local[key] = _local.get(key, 0) + 1
        _local.move_to_end(key)
        while len(_local) > LOCAL_KEYS_MOST:
            _local.popitem(last=False)
        return _local[key]
