"""The tenant and what it subscribes to."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from accounts.choices import Hub, Tier


class Account(models.Model):
    """Holds everything; its primary key is the portal id (``hub_id`` in the API)."""

    name = models.CharField(max_length=200)
    time_zone = models.CharField(max_length=64, default="UTC")
    language = models.CharField(max_length=8, default="en")
    created_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.name


class Subscription(models.Model):
    """One hub at one tier; no row means that the account is on the free plan of that hub."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="subscriptions")
    hub = models.CharField(max_length=20, choices=Hub)
    tier = models.CharField(max_length=20, choices=Tier)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "hub"], name="subscription_once")]

    def __str__(self) -> str:
        return f"{self.hub} {self.tier}"
