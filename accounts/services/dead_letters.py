"""Trying failed jobs again."""

from __future__ import annotations

from django.db import transaction

from accounts.actor import Actor
from accounts.services.audit import audit_write
from hubclone.lib.jobs.models import LeasedJob
from hubclone.lib.jobs.services import job_retry


@transaction.atomic
def failed_job_retry(*, actor: Actor, job: LeasedJob) -> bool:
    """Queue a dead job of the actor's account again; False when somebody has done so already."""
    if job.account_id != actor.account_id or not job_retry(job):
        return False
    audit_write(actor=actor, action="job.retried", target_kind="job", target_id=job.pk, target_label=job.kind)
    return True
