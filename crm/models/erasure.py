"""What keeps an address from becoming a contact (A24)."""

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


class ExcludedDomain(models.Model):
    """A domain, in lower case, that with its subdomains is closed to integrations: they make no contacts there."""

    account = models.ForeignKey("accounts.Account", on_delete=models.CASCADE, related_name="+")
    domain = models.CharField(max_length=253)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "domain"], name="excluded_domain_once")]

    def __str__(self) -> str:
        return self.domain
