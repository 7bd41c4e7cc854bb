"""Periodic work of the platform."""

from __future__ import annotations

from celery import shared_task

from accounts.services.dead_letters import failed_jobs_tell
from accounts.services.domains import domains_recheck as recheck
from accounts.services.notification_inbox import TRIM_ROWS
from accounts.services.notification_inbox import notifications_trim as trim
from accounts.services.sessions import sessions_trim as sessions_end
from hubclone.lib.celery_base import HubTask


@shared_task(base=HubTask, name="accounts.domains_recheck")
def domains_recheck() -> None:
    """Every few minutes: look at connected domains whose proof nobody looked at for a day."""
    recheck()


@shared_task(base=HubTask, name="accounts.notifications_trim")
def notifications_trim() -> None:
    """Every hour: delete notifications of long ago."""
    while trim() == TRIM_ROWS:
        continue


@shared_task(base=HubTask, name="accounts.sessions_trim")
def sessions_trim() -> None:
    """Every hour: remove sessions that have run out."""
    sessions_end()


@shared_task(base=HubTask, name="accounts.failed_jobs_tell")
def failed_jobs_tell_task() -> None:
    """Every few minutes: tell those in charge that work has failed for good."""
    failed_jobs_tell()
