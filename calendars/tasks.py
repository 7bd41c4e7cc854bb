"""Celery tasks of calendars."""

from __future__ import annotations

from celery import shared_task

from calendars.services.meeting_events import changes_follow
from calendars.services.poll import calendars_poll
from hubclone.lib.celery_base import HubTask


@shared_task(base=HubTask, name="calendars.poll")
def poll() -> None:
    """Every minute: enqueue syncs, lists and channel renewals that are due."""
    calendars_poll()


@shared_task(base=HubTask, name="calendars.meetings_follow")
def meetings_follow() -> None:
    """Every few seconds: bring what was changed on meeting records to their calendars."""
    changes_follow()
