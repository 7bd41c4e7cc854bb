"""Periodic work on records."""

from __future__ import annotations

from celery import shared_task

from crm.services.erasing import PURGE_ROWS
from crm.services.erasing import records_purge as purge
from crm.services.events import TRIM_ROWS
from crm.services.events import events_trim as trim
from hubclone.lib.celery_base import HubTask


@shared_task(base=HubTask, name="crm.events_trim")
def events_trim() -> None:
    """Let go of events that everybody has read and nobody will ask for any more."""
    while trim() == TRIM_ROWS:
        continue


@shared_task(base=HubTask, name="crm.records_purge")
def records_purge() -> None:
    """Remove the records whose 90 days after their deletion are over."""
    while purge() == PURGE_ROWS:
        continue
