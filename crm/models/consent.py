"""What people agreed to."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from accounts.choices import ActorKind
from crm.choices import ConsentState


class Consent(models.Model):
    """One statement of a person about one purpose, append-only: the newest for a purpose holds.

    ``text`` is what they read and agreed to, word for word; ``proof`` says where (a form's address, a call).
    """

    account = models.ForeignKey("accounts.Account", on_delete=models.CASCADE, related_name="+")
    record = models.ForeignKey("crm.Record", on_delete=models.CASCADE, related_name="consents")
    purpose = models.CharField(max_length=100)
    state = models.CharField(max_length=12, choices=ConsentState)
    text = models.TextField(blank=True)
    proof = models.CharField(max_length=400, blank=True)
    key = models.CharField(max_length=200, blank=True, help_text="Not empty: the same statement is kept once.")
    source_kind = models.CharField(max_length=20, choices=ActorKind)
    source_id = models.CharField(max_length=40, blank=True)
    source_label = models.CharField(max_length=254, blank=True)
    stated_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "record", "key"], name="consent_once", condition=~models.Q(key="")
            )
        ]
        indexes = [models.Index(fields=["record", "-id"], name="consent_newest")]

    def __str__(self) -> str:
        return f"{self.purpose} of record {self.record_id}: {self.state}"
