"""What keeps an erased address from coming back."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class ErasedAddress(models.Model):
    """The keyed digest of an address that was erased for good; the address itself is not kept."""

    account = models.ForeignKey("accounts.Account", on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64)
    erased_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "digest"], name="erased_address_once")]

    def __str__(self) -> str:
        return f"erased address {self.pk}"
