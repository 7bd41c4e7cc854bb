"""Private app tokens."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from accounts.models.account import Account
from accounts.models.user import User


class AccessToken(models.Model):
    """A bearer token of a private app. Only its SHA-256 is kept; ``hint`` shows its last four characters."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="access_tokens")
    name = models.CharField(max_length=100)
    digest = models.CharField(max_length=64, db_index=True)
    hint = models.CharField(max_length=8)
    scopes = ArrayField(models.CharField(max_length=100), default=list)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "digest"], name="access_token_once")]

    def __str__(self) -> str:
        return f"{self.name} (…{self.hint})"
