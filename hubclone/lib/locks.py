"""PostgreSQL advisory locks, taken in one place and always in ascending order, so that no two holders can cross."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from enum import IntEnum

from django.db import connection


class LockSpace(IntEnum):
    """What a lock guards. The number is part of the lock's key: never reuse one."""

    HOST = 1
    TOKEN_REFRESH = 2
    CALENDAR_SYNC = 3
    IDENTITY = 4
    SCHEMA = 5
    EVENT_LOG = 8
    CHAT_MESSAGE = 9
    MEETING_EVENT = 10
    PUSH_CHANNEL = 11


PUBLISHER_LOCK = 42
_ID_BITS = 48


def lock_key(space: LockSpace, id_: int) -> int:
    """The 64-bit key of one thing in one space; ids wrap at 2**48, which could only make two wait for each other."""
    return (int(space) << _ID_BITS) | (id_ & ((1 << _ID_BITS) - 1))


def transaction_lock(space: LockSpace, ids: Iterable[int]) -> None:
    """Hold the locks of ``ids`` until the transaction ends; waits for other holders. Must run inside ``atomic``."""
    keys = sorted({lock_key(space, id_) for id_ in ids})
    if not keys:
        return
    if not connection.in_atomic_block:
        raise RuntimeError("transaction_lock needs a transaction, or the lock is gone at once")
    with connection.cursor() as cursor:
        cursor.execute(
            "select pg_advisory_xact_lock(k) from unnest(%s::bigint[]) with ordinality u(k, n) order by n",
            [keys],
        )


def transaction_lock_shared(space: LockSpace, id_: int) -> None:
    """Hold the lock together with others until the transaction ends, while no ``transaction_lock`` holds it."""
    if not connection.in_atomic_block:
        raise RuntimeError("transaction_lock_shared needs a transaction, or the lock is gone at once")
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock_shared(%s)", [lock_key(space, id_)])


@contextmanager
def session_lock_try(space: LockSpace, id_: int) -> Iterator[bool]:
    """Hold the lock across transactions if it is free now, and say whether it was; a lost connection frees it.

    For work that talks to the outside between its transactions. It must not be nested with another one.
    """
    key = lock_key(space, id_)
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_lock(%s)", [key])
        held = bool(cursor.fetchone()[0])
    try:
        yield held
    finally:
        if held and connection.connection is not None and not connection.connection.closed:
            with connection.cursor() as cursor:
                cursor.execute("select pg_advisory_unlock(%s)", [key])
