"""Settings → Activity → Failed jobs: the dead letters of every table of jobs, with Retry."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.choices import Right
from accounts.registries import JOB_WORDS
from accounts.selectors import failed_job_get, failed_jobs_list
from accounts.services.dead_letters import failed_job_retry
from accounts.web import AccountRequest, account_view


@require_safe
@account_view(Right.EDIT_ACCOUNT_SETTINGS)
def failed_jobs(request: AccountRequest, account_id: int) -> HttpResponse:
    """What could not be done and why."""
    jobs = [
        {"job": job, "label": job._meta.label_lower, "words": JOB_WORDS.get(job.kind) or job.kind}
        for job in failed_jobs_list(account_id=account_id)
    ]
    return render(request, "accounts/failed_jobs.html", {"jobs": jobs})


@account_view(Right.EDIT_ACCOUNT_SETTINGS)
@require_POST
def job_retry(request: AccountRequest, account_id: int, label: str, job_id: int) -> HttpResponse:
    """Queue a failed job again."""
    job = failed_job_get(account_id=account_id, label=label, job_id=job_id)
    if job is None:
        raise Http404
    if failed_job_retry(actor=request.actor, job=job):
        messages.success(request, _("The job is queued again."))
    return redirect("accounts:failed_jobs", account_id)
