"""Tasks of the library, where Celery's autodiscovery looks for them."""

from __future__ import annotations

from celery import shared_task

from hubclone.lib.celery_base import HubTask
from hubclone.lib.health import beat
from hubclone.lib.jobs.tasks import run, sweep, trim

__all__ = ["heartbeat", "run", "sweep", "trim"]


@shared_task(base=HubTask, name="hubclone.heartbeat")
def heartbeat() -> None:
    """Beat sent it and a worker ran it, so both are alive."""
    beat("beat")
    beat("worker")
