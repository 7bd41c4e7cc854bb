"""What happened with a record, newest first (A19)."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from accounts.choices import ActorKind


class TimelineEntry(models.Model):
    """One thing on one record's timeline. ``kind`` is in the registry TIMELINE_KINDS, which knows how to show ``data``.

    ``key`` makes writing idempotent: the same kind and key come once on a record.
    """

    account = models.ForeignKey("accounts.Account", on_delete=models.CASCADE, related_name="+")
    record = models.ForeignKey("crm.Record", on_delete=models.CASCADE, related_name="timeline")
    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=200)
    occurred_at = models.DateTimeField()
    data = models.JSONField(default=dict)
    about = models.ForeignKey("crm.Record", null=True, on_delete=models.CASCADE, related_name="+")
    source_kind = models.CharField(max_length=20, choices=ActorKind)
    source_id = models.CharField(max_length=40, blank=True)
    source_label = models.CharField(max_length=254, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "record", "kind", "key"], name="timeline_once")]
        indexes = [models.Index(fields=["record", "-occurred_at", "-id"], name="timeline_newest")]

    def __str__(self) -> str:
        return f"{self.kind} on {self.record_id}"
