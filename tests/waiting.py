"""Waiting for what another thread is about to do in the test's database."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.db import connection

SECONDS = 30.0
"""As long as a loaded machine may take."""


def until(holds: Callable[[], Any]) -> None:
    """Until ``holds`` answers something true."""
    end = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)


def rows(sql: str, *params: int) -> list[tuple[Any, ...]]:
    """What the database answers."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())


def waiting() -> int:
    """How many of this database's backends wait for a lock of another one."""
    rows("select pg_stat_clear_snapshot()")  # in a transaction the first answer would be kept
    sql = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
    return int(rows(sql)[0][0])


def in_thread(work: Callable[[], Any]) -> Any:
    """For a thread of its own: ``work`` with a database connection that ends with it."""
    try:
        return work()
    finally:
        connection.close()
