"""Putting jobs in, claiming them, and saying how they ended."""

from __future__ import annotations

import datetime as dt
import random
import time
import uuid
from collections.abc import Mapping
from typing import Any, TypeVar

import structlog
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.db.models.functions import Now

from hubclone.lib.errors import HubError, PermanentError, TransientError
from hubclone.lib.jobs.choices import JobQueue, JobState
from hubclone.lib.jobs.models import LeasedJob
from hubclone.lib.jobs.registry import JOB_HANDLERS, job_models

log = structlog.get_logger(__name__)
J = TypeVar("J", bound=LeasedJob)

LEASE_SECONDS = 90
RUN_SECONDS = 30
BACKOFF_FIRST_SECONDS = 2
BACKOFF_MOST_SECONDS = 3600
TRIM_ROWS = 5000


def job_enqueue(
    model: type[J],
    *,
    account_id: int,
    kind: str,
    payload: Mapping[str, Any] | None = None,
    queue: JobQueue = JobQueue.DEFAULT,
    unique_key: str = "",
    delay_seconds: float = 0,
    **fields: Any,
) -> None:
    """Add a job in the caller's transaction and hint a worker when it commits.

    With a ``unique_key`` that is queued already, nothing is added. ``fields`` are columns of the app's own table.
    """
    job = model(
        account_id=account_id,
        kind=kind,
        payload=dict(payload or {}),
        queue=queue,
        unique_key=unique_key,
        not_before=Now() + dt.timedelta(seconds=delay_seconds),
        **fields,
    )
    model._default_manager.bulk_create([job], ignore_conflicts=bool(unique_key))
    if delay_seconds <= 0:
        hint(model, queue)


def hint(model: type[LeasedJob], queue: str) -> None:
    """Tell a worker, once this transaction commits, that work is there. If Redis is down, the sweep finds it."""
    from hubclone.lib.jobs.tasks import run_send

    label = model._meta.label_lower
    transaction.on_commit(lambda: run_send(label, queue), robust=True)


def job_claim(model: type[J], *, queue: str | None = None, account_id: int | None = None) -> J | None:
    """Lease a running job whose lease has ended, or else the queued one whose time came first.

    One whose lease ended as often as it may be tried is left to ``jobs_lost_end``.
    """
    table = connection.ops.quote_name(model._meta.db_table)
    narrow = ("and queue = %(queue)s " if queue else "") + ("and account_id = %(account)s " if account_id else "")
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            update {table} j set state = 'running', lease_token = %(token)s, attempts = attempts + 1,
                   lease_until = clock_timestamp() + make_interval(secs => %(lease)s)
            where id = coalesce(
                (select id from {table} where state = 'running' and lease_until < clock_timestamp()
                        and attempts < max_attempts {narrow}
                 order by lease_until limit 1 for update skip locked),
                (select id from {table} where state = 'queued' and not_before <= clock_timestamp() {narrow}
                 order by not_before, id limit 1 for update skip locked))
            returning id
            """,  # noqa: S608 - a table name of our own, quoted
            {"token": uuid.uuid4(), "lease": LEASE_SECONDS, "queue": queue, "account": account_id},
        )
        row = cursor.fetchone()
    return model._default_manager.get(pk=row[0]) if row else None


def job_extend(job: LeasedJob) -> None:
    """Keep the lease while long work goes on. Raises TransientError when another worker has taken the job over."""
    changed = _own(job).update(lease_until=Now() + dt.timedelta(seconds=LEASE_SECONDS))
    if not changed:
        raise TransientError("The lease of this job was lost.", code="LEASE_LOST")


def job_run(job: LeasedJob) -> JobState:
    """Run one claimed job and write down how it ended. Only errors of our own kinds and crashes are told apart here."""
    try:
        JOB_HANDLERS[job.kind](job)
    except HubError as error:
        return _fail(job, error)
    except Exception as error:  # noqa: BLE001 - the outer boundary of a job: a bug must not lose the row
        log.exception("job.crashed", kind=job.kind, job_id=job.pk)
        return _fail(job, TransientError(f"{type(error).__name__}", code="CRASHED"))
    _own(job).update(
        state=JobState.DONE,
        finished_at=Now(),
        lease_token=None,
        lease_until=None,
        last_error="",
        last_error_code="",
    )
    return JobState.DONE


def jobs_run_due(model: type[LeasedJob], *, queue: str | None = None, seconds: float = RUN_SECONDS) -> int:
    """Run due jobs one after another until none is left or the time is up; return how many ran."""
    until, count = time.monotonic() + seconds, 0
    while time.monotonic() < until and (job := job_claim(model, queue=queue)):
        job_run(job)
        count += 1
    return count


def run_jobs(*, rounds: int = 50) -> int:
    """Run everything that is due in every table until nothing is left; for tests and the demo's first load."""
    total = 0
    for _ in range(rounds):
        ran = sum(jobs_run_due(model) for model in job_models())
        if not ran:
            break
        total += ran
    return total


def jobs_lost_end(model: type[LeasedJob]) -> int:
    """Send to the dead letters what has lost its worker in the last of its attempts; return how many.

    Without this a job that kills its worker would be given to one worker after the other, for good.
    """
    lost = model._default_manager.filter(
        state=JobState.RUNNING, lease_until__lt=Now(), attempts__gte=F("max_attempts")
    ).update(
        state=JobState.DEAD,
        finished_at=Now(),
        lease_token=None,
        lease_until=None,
        last_error="Its worker was lost before it came to an end.",
        last_error_code="WORKER_LOST",
    )
    if lost:
        log.warning("job.worker_lost", table=model._meta.label_lower, jobs=lost)
    return lost


def jobs_trim(model: type[LeasedJob], *, rows: int = TRIM_ROWS) -> int:
    """Remove up to ``rows`` jobs that were done more than ``KEPT_DAYS`` ago; return how many."""
    if model.KEPT_DAYS is None:
        return 0
    done = model._default_manager.filter(
        state=JobState.DONE, finished_at__lt=Now() - dt.timedelta(days=model.KEPT_DAYS)
    ).order_by("pk")
    return model._default_manager.filter(pk__in=list(done.values_list("pk", flat=True)[:rows])).delete()[0]


def job_retry(job: LeasedJob) -> bool:
    """Queue a dead job again with its attempts forgotten; False when it is not dead any more.

    Where a job of its key is queued already, that one does the work and this one counts as done.
    """
    dead = type(job)._default_manager.filter(pk=job.pk, state=JobState.DEAD)
    try:
        with transaction.atomic():
            changed = dead.update(state=JobState.QUEUED, attempts=0, not_before=Now(), finished_at=None)
    except IntegrityError:
        changed = dead.update(state=JobState.DONE, finished_at=Now())
    if changed:
        hint(type(job), job.queue)
    return bool(changed)


def backoff_seconds(attempts: int, retry_after: float | None = None) -> float:
    """How long to wait after the n-th failed attempt: doubling, with jitter, and never less than Retry-After."""
    ceiling = min(BACKOFF_MOST_SECONDS, BACKOFF_FIRST_SECONDS * 2 ** min(attempts, 20))
    wait: float = ceiling / 2 + random.uniform(0, ceiling / 2)  # noqa: S311 - jitter, not a secret
    return wait if retry_after is None else max(wait, retry_after + random.uniform(0, BACKOFF_FIRST_SECONDS))  # noqa: S311


def _own(job: LeasedJob) -> Any:
    return type(job)._default_manager.filter(pk=job.pk, state=JobState.RUNNING, lease_token=job.lease_token)


def _fail(job: LeasedJob, error: HubError) -> JobState:
    told = {
        "last_error": str(error)[:2000],
        "last_error_code": error.code,
        "lease_token": None,
        "lease_until": None,
    }
    log.warning("job.failed", kind=job.kind, job_id=job.pk, code=error.code, attempts=job.attempts)
    if isinstance(error, TransientError) and not isinstance(error, PermanentError) and job.attempts < job.max_attempts:
        wait = backoff_seconds(job.attempts, error.retry_after)
        _requeue(job, told, wait)
        return JobState.QUEUED
    _own(job).update(state=JobState.DEAD, finished_at=Now(), **told)
    return JobState.DEAD


def _requeue(job: LeasedJob, told: Mapping[str, Any], wait: float) -> None:
    """Queue it again, unless a job of the same key was queued meanwhile: that one will do the work."""
    manager = type(job)._default_manager
    twin = manager.filter(account_id=job.account_id, kind=job.kind, unique_key=job.unique_key, state=JobState.QUEUED)
    with transaction.atomic():
        if job.unique_key and twin.select_for_update().exclude(pk=job.pk).exists():
            twin.filter(attempts=0).update(
                attempts=F("attempts") + job.attempts, not_before=Now() + dt.timedelta(seconds=wait)
            )
            _own(job).update(state=JobState.DONE, finished_at=Now(), **told)
            return
        _own(job).update(state=JobState.QUEUED, not_before=Now() + dt.timedelta(seconds=wait), **told)
