"""Failed jobs: telling of them, and trying them again."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actor import Actor
from accounts.choices import Right
from accounts.notification_kinds import JOB_FAILED
from accounts.selectors import people_with
from accounts.services.audit import audit_write
from accounts.services.notifications import NotificationWords, notifications_send
from hubclone.lib.jobs.choices import JobState
from hubclone.lib.jobs.models import LeasedJob
from hubclone.lib.jobs.registry import job_models
from hubclone.lib.jobs.services import job_retry

FRESH = dt.timedelta(hours=1)


def failed_jobs_tell() -> None:
    """Tell those in charge of each account with a job that failed for good lately; once a day, whatever fails more."""
    since = timezone.now() - FRESH
    accounts: set[int] = set()
    for model in job_models():
        dead = model._default_manager.filter(state=JobState.DEAD, finished_at__gte=since)
        accounts.update(dead.values_list("account_id", flat=True).distinct())
    for account_id in sorted(accounts):
        with transaction.atomic():
            _tell(account_id)


def _tell(account_id: int) -> None:
    notifications_send(
        account_id=account_id,
        kind=JOB_FAILED,
        key=f"jobs:{timezone.now():%Y-%m-%d}",
        people=people_with(account_id=account_id, right=Right.EDIT_ACCOUNT_SETTINGS),
        words=lambda: NotificationWords(
            title=_("Some work has failed"),
            text=_("It was tried as often as it makes sense. See what went wrong, mend it, and try again."),
        ),
        url=reverse("accounts:failed_jobs", args=[account_id]),
    )


@transaction.atomic
def failed_job_retry(*, actor: Actor, job: LeasedJob) -> bool:
    """Queue a dead job of the actor's account again; False when somebody has done so already."""
    if job.account_id != actor.account_id or not job_retry(job):
        return False
    audit_write(actor=actor, action="job.retried", target_kind="job", target_id=job.pk, target_label=job.kind)
    return True
