"""The Celery side of leased jobs: a hint to run a table's due jobs, the sweep that finds what no hint reached, and the
end of what was done long ago."""

from __future__ import annotations

import time

import redis
import structlog
from celery import shared_task
from django.apps import apps
from django.db.models import Q
from django.db.models.functions import Now
from kombu.exceptions import OperationalError

from hubclone.lib.celery_base import HubTask
from hubclone.lib.jobs.choices import JobQueue, JobState
from hubclone.lib.jobs.registry import job_models
from hubclone.lib.jobs.services import TRIM_ROWS, jobs_lost_end, jobs_run_due, jobs_trim

log = structlog.get_logger(__name__)
BROKER_REST_SECONDS = 5.0
_broker_down_until = 0.0


@shared_task(base=HubTask, name="hubclone.jobs.run")
def run(label: str, queue: str) -> None:
    """Run the due jobs of one table and queue."""
    jobs_run_due(apps.get_model(label), queue=queue)


@shared_task(base=HubTask, name="hubclone.jobs.sweep")
def sweep() -> None:
    """Send a hint for each table and queue that holds a due job or one whose lease has ended."""
    for model in job_models():
        jobs_lost_end(model)
        due = Q(state=JobState.QUEUED, not_before__lte=Now()) | Q(state=JobState.RUNNING, lease_until__lt=Now())
        for queue in JobQueue.values:
            if model._default_manager.filter(due, queue=queue).exists():
                run_send(model._meta.label_lower, queue)


@shared_task(base=HubTask, name="hubclone.jobs.trim")
def trim() -> None:
    """Every hour: remove what was done long ago."""
    for model in job_models():
        while jobs_trim(model) == TRIM_ROWS:
            continue


def run_send(label: str, queue: str) -> None:
    """Send the hint. After a refusal none is tried for a few seconds: requests must not wait for a dead Redis."""
    global _broker_down_until
    if time.monotonic() < _broker_down_until:
        return
    try:
        run.apply_async((label, queue), queue=queue, expires=60, retry=False)
    except (OSError, OperationalError, redis.RedisError) as error:
        _broker_down_until = time.monotonic() + BROKER_REST_SECONDS
        log.warning("broker.unreachable", error=type(error).__name__)
