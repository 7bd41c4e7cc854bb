"""Leased jobs: each runs once at a time, none is lost, and what fails says so."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.db import connection, transaction
from django.db.models.functions import Now

from accounts.models import Account, OutgoingEmail
from accounts.services.mail import email_enqueue
from calendars.models import CalendarJob
from hubclone.lib.errors import NeedsUserError, PermanentError, TransientError
from hubclone.lib.jobs.choices import JobState
from hubclone.lib.jobs.registry import JOB_HANDLERS
from hubclone.lib.jobs.services import (
    LEASE_SECONDS,
    backoff_seconds,
    job_claim,
    job_enqueue,
    job_extend,
    job_retry,
    job_run,
    jobs_run_due,
    jobs_trim,
)
from hubclone.lib.jobs.tasks import sweep

ran: list[int] = []
failures: list[Exception] = []


def handler(job: CalendarJob) -> None:
    """Note the run, and fail as the test has asked."""
    ran.append(job.pk)
    if failures:
        raise failures.pop(0)


@pytest.fixture(autouse=True)
def clean_slate() -> None:
    ran.clear()
    failures.clear()
    if "test.note" not in JOB_HANDLERS:
        JOB_HANDLERS.register("test.note", handler)


@pytest.fixture
def account(db: None) -> Account:
    return Account.objects.create(name="Jobs")


def enqueue(account: Account, **more: object) -> None:
    job_enqueue(CalendarJob, account_id=account.pk, kind="test.note", **more)  # type: ignore[arg-type]


def test_a_due_job_runs_once_and_is_done(account: Account) -> None:
    enqueue(account)
    assert jobs_run_due(CalendarJob) == 1
    assert jobs_run_due(CalendarJob) == 0
    assert CalendarJob.objects.get().state == JobState.DONE


def test_a_job_waits_for_its_time(account: Account) -> None:
    enqueue(account, delay_seconds=60)
    assert jobs_run_due(CalendarJob) == 0


def test_a_burst_under_one_key_becomes_one_job_until_it_runs(account: Account) -> None:
    for _ in range(5):
        enqueue(account, unique_key="calendar:1")
    assert CalendarJob.objects.count() == 1
    job = job_claim(CalendarJob)
    enqueue(account, unique_key="calendar:1")
    assert job
    assert CalendarJob.objects.filter(state=JobState.QUEUED).count() == 1, "what comes while it runs is not swallowed"


def test_a_lost_lease_is_claimed_again_and_the_first_worker_cannot_end_the_job(account: Account) -> None:
    enqueue(account)
    first = job_claim(CalendarJob)
    assert first
    assert job_claim(CalendarJob) is None, "a leased job is nobody else's"
    CalendarJob.objects.update(lease_until=Now() - dt.timedelta(seconds=1))
    second = job_claim(CalendarJob)
    assert second
    assert second.pk == first.pk
    job_run(first)
    assert CalendarJob.objects.get().state == JobState.RUNNING, "only the holder of the lease says how it ended"
    with pytest.raises(TransientError):
        job_extend(first)
    job_extend(second)
    assert job_run(second) == JobState.DONE


def test_a_transient_failure_is_tried_again_later_and_not_before_retry_after(account: Account) -> None:
    enqueue(account)
    failures.append(TransientError("busy", retry_after=300))
    assert jobs_run_due(CalendarJob) == 1
    job = CalendarJob.objects.annotate(now=Now()).get()
    assert job.state == JobState.QUEUED
    assert (job.not_before - job.now).total_seconds() > 290
    assert job.last_error == "busy"


@pytest.mark.parametrize("error", [PermanentError("no"), NeedsUserError("ask Anna")])
def test_what_cannot_succeed_goes_to_the_dead_letters_and_comes_back_by_retry(
    account: Account, error: Exception
) -> None:
    enqueue(account)
    failures.append(error)
    jobs_run_due(CalendarJob)
    job = CalendarJob.objects.get()
    assert (job.state, job.last_error) == (JobState.DEAD, str(error))
    assert job_retry(job)
    assert not job_retry(job), "a second click changes nothing"
    assert jobs_run_due(CalendarJob) == 1
    job.refresh_from_db()
    assert job.state == JobState.DONE


def test_a_retry_yields_to_a_job_of_its_key_that_is_queued_already(account: Account) -> None:
    enqueue(account, unique_key="k")
    failures.append(PermanentError("no"))
    jobs_run_due(CalendarJob)
    dead = CalendarJob.objects.get()
    enqueue(account, unique_key="k")
    assert job_retry(dead)
    assert sorted(CalendarJob.objects.values_list("state", flat=True)) == [JobState.DONE, JobState.QUEUED]


def test_a_bug_in_a_handler_keeps_the_row(account: Account) -> None:
    enqueue(account)
    failures.append(ZeroDivisionError())
    jobs_run_due(CalendarJob)
    job = CalendarJob.objects.get()
    assert (job.state, job.last_error_code) == (JobState.QUEUED, "CRASHED")


def test_attempts_end(account: Account) -> None:
    enqueue(account, max_attempts=2)
    failures.extend([TransientError("a"), TransientError("b")])
    jobs_run_due(CalendarJob)
    CalendarJob.objects.update(not_before=Now())
    jobs_run_due(CalendarJob)
    assert CalendarJob.objects.get().state == JobState.DEAD


def test_a_job_that_takes_its_worker_along_each_time_ends_in_the_dead_letters_and_comes_back_by_retry(
    account: Account,
) -> None:
    enqueue(account, max_attempts=2)
    for _ in range(2):
        assert job_claim(CalendarJob)
        sweep()
        assert CalendarJob.objects.get().state == JobState.RUNNING, "its lease has not ended"
        CalendarJob.objects.update(lease_until=Now() - dt.timedelta(seconds=1))
    assert job_claim(CalendarJob) is None, "a third worker is not lost to it"
    sweep()
    job = CalendarJob.objects.get()
    assert (job.state, job.last_error_code, job.lease_until) == (JobState.DEAD, "WORKER_LOST", None)
    assert job.finished_at is not None
    assert job_retry(job)
    assert jobs_run_due(CalendarJob) == 1


def test_what_was_done_long_ago_is_removed_and_nothing_else(account: Account) -> None:
    for state in JobState.values:
        for days in (29, 31):
            enqueue(account)
            when = {"finished_at": Now() - dt.timedelta(days=days), "created_at": Now() - dt.timedelta(days=days)}
            CalendarJob.objects.filter(finished_at=None).update(state=state, **when)
    assert [jobs_trim(CalendarJob, rows=1) for _ in range(2)] == [1, 0]
    left = CalendarJob.objects.values_list("state", flat=True)
    assert sorted(left) == sorted([*JobState.values, *set(JobState.values) - {JobState.DONE}])


def test_that_somebody_was_told_is_never_forgotten(account: Account) -> None:
    email_enqueue(account_id=account.pk, key="k", to="a@hubclone.test", subject="S", text="T")
    OutgoingEmail.objects.update(state=JobState.DONE, finished_at=Now() - dt.timedelta(days=400))
    assert jobs_trim(OutgoingEmail) == 0
    assert OutgoingEmail.objects.exists()


def test_a_failed_job_yields_to_one_of_its_key_that_was_queued_meanwhile(account: Account) -> None:
    enqueue(account, unique_key="k")
    job = job_claim(CalendarJob)
    assert job
    enqueue(account, unique_key="k")
    failures.append(TransientError("later", retry_after=100))
    job_run(job)
    states = sorted(CalendarJob.objects.values_list("state", flat=True))
    assert states == [JobState.DONE, JobState.QUEUED]


def test_a_job_of_a_rolled_back_change_never_was(account: Account) -> None:
    with transaction.atomic():
        enqueue(account)
        transaction.set_rollback(True)
    assert not CalendarJob.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_many_workers_share_the_jobs_and_run_each_once() -> None:
    account = Account.objects.create(name="Rush")
    for _ in range(60):
        enqueue(account)

    def work() -> None:
        jobs_run_due(CalendarJob)
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(ran) == 60
    assert len(set(ran)) == 60


def test_back_off_grows_and_has_an_end() -> None:
    assert backoff_seconds(1) < backoff_seconds(8)
    assert backoff_seconds(50) <= 3600
    assert backoff_seconds(8, retry_after=1) > backoff_seconds(1), "asked for a second each time"
    assert LEASE_SECONDS > 60
