"""Brands, also called business units (A4)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Now

from accounts.models.account import Account


class Brand(models.Model):
    """A business under whose name an account works. Each account has one primary brand, made with the account."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="brands")
    name = models.CharField(max_length=200)
    is_primary = models.BooleanField(default=False)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint("account", Lower("name"), name="brand_name_once"),
            models.UniqueConstraint(fields=["account"], name="brand_one_primary", condition=Q(is_primary=True)),
        ]

    def __str__(self) -> str:
        return self.name
