"""``manage.py publisher``: the process that gives events their order."""

from __future__ import annotations

import signal
from threading import Event
from typing import Any

import structlog
from django.core.management.base import BaseCommand

from crm.services.publisher import publisher_run

log = structlog.get_logger(__name__)


class Command(BaseCommand):
    """Runs until SIGTERM or SIGINT, then ends with 0. A second one only waits its turn."""

    help = "Number committed events, so that webhooks, workflows, segments and syncs read them in order."

    def handle(self, *args: Any, **options: Any) -> None:
        """Publish until told to stop."""
        stop = Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        log.info("publisher.started")
        publisher_run(stop=stop)
        log.info("publisher.stopped")
