"""Celery tasks of calendars."""

from __future__ import annotations

from celery import shared_task

from calendars.services.poll import calendars_poll
from hubclone.lib.celery_base import HubTask


@shared_task(base=HubTask, name="calendars.poll")
def poll() -> None:
    """Every minute: enqueue syncs, lists and channel renewals that are due."""
    calendars_poll()
