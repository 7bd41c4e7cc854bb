"""The row behind every piece of work that must not be lost. Each app that needs one has a table of its own."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from hubclone.lib.jobs.choices import JobQueue, JobState


class LeasedJob(models.Model):
    """A job is a row first and a Celery message second: the message is a hint, the sweep of due rows is the recovery.

    ``payload`` holds primary keys only. ``unique_key`` keeps at most one *queued* job of that key in an account, so
    that a burst of hints becomes one run. All times are PostgreSQL's clock. What is done is removed ``KEPT_DAYS``
    later; None keeps it, where the row says more than that work was done.
    """

    KEPT_DAYS: ClassVar[int | None] = 30

    account = models.ForeignKey("accounts.Account", on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=60)
    queue = models.CharField(max_length=12, choices=JobQueue, default=JobQueue.DEFAULT)
    payload = models.JSONField(default=dict)
    unique_key = models.CharField(max_length=200, blank=True, default="")
    state = models.CharField(max_length=12, choices=JobState, default=JobState.QUEUED)
    not_before = models.DateTimeField(db_default=Now())
    attempts = models.PositiveIntegerField(default=0)
    max_attempts = models.PositiveIntegerField(default=12)
    lease_token = models.UUIDField(null=True, editable=False)
    lease_until = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True, default="")
    last_error_code = models.CharField(max_length=60, blank=True, default="")
    created_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True
        indexes = [
            models.Index(
                fields=["queue", "not_before", "id"], name="%(class)s_due", condition=Q(state=JobState.QUEUED)
            ),
            models.Index(fields=["lease_until"], name="%(class)s_leased", condition=Q(state=JobState.RUNNING)),
            models.Index(fields=["account", "-id"], name="%(class)s_dead", condition=Q(state=JobState.DEAD)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "kind", "unique_key"],
                name="%(class)s_one_queued",
                condition=Q(state=JobState.QUEUED) & ~Q(unique_key=""),
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk} ({self.state})"
