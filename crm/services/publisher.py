"""The loop of the publisher process: numbers events as they are committed, and outlives a PostgreSQL that goes away."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Event as Flag

import structlog
from django.db import InterfaceError, OperationalError, connection

from crm.services.events import BATCH, publish_once
from hubclone.lib.health import beat

log = structlog.get_logger(__name__)

BUSY_SECONDS = 0.02
IDLE_SECONDS = 0.2
BEAT_SECONDS = 5.0
RECONNECT_SECONDS = 1.0


def publisher_run(*, stop: Flag, sign: Callable[[str], None] = beat) -> None:
    """Publish until ``stop`` is set. Polls every 20 ms while there is something, slowing to 200 ms when idle."""
    wait, next_beat = IDLE_SECONDS, 0.0
    while not stop.is_set():
        published = _publish()
        if published is None:
            stop.wait(RECONNECT_SECONDS)
            continue
        if time.monotonic() >= next_beat:
            sign("publisher")
            next_beat = time.monotonic() + BEAT_SECONDS
        wait = BUSY_SECONDS if published else min(wait * 1.5, IDLE_SECONDS)
        if published < BATCH:
            stop.wait(wait)


def _publish() -> int | None:
    """How many were published; None when PostgreSQL does not answer, which closes the connection for a new try."""
    try:
        return publish_once()
    except (OperationalError, InterfaceError) as error:
        log.warning("publisher.database_away", error=type(error).__name__)
        connection.close()
        return None
