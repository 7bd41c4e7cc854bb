"""The audit log (A8)."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from accounts.choices import ActorKind
from accounts.models.account import Account


class AuditEntry(models.Model):
    """Who did what to what, when, from where. Append-only, written in the transaction of the change itself."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="audit_entries")
    actor_kind = models.CharField(max_length=20, choices=ActorKind)
    actor_id = models.CharField(max_length=40, blank=True)
    actor_label = models.CharField(max_length=254, blank=True)
    ip = models.GenericIPAddressField(null=True)
    action = models.CharField(max_length=80, help_text="entity.verb, as in connection.reconnected")
    target_kind = models.CharField(max_length=40)
    target_id = models.CharField(max_length=64, blank=True)
    target_label = models.CharField(max_length=254, blank=True)
    detail = models.JSONField(default=dict, help_text="What changed, without secrets.")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["account", "-id"], name="audit_newest")]

    def __str__(self) -> str:
        return f"{self.action} {self.target_kind} {self.target_id}"
