"""Periodic work of the platform."""

from __future__ import annotations

from celery import shared_task

from accounts.services.domains import domains_recheck as recheck
from hubclone.lib.celery_base import HubTask


@shared_task(base=HubTask, name="accounts.domains_recheck")
def domains_recheck() -> None:
    """Every few minutes: look at connected domains whose proof nobody looked at for a day."""
    recheck()
