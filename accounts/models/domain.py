"""Host names of one's own (A5)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower, Now

from accounts.choices import DomainProof, DomainState
from accounts.domain_names import host_shown
from accounts.models.account import Account
from accounts.models.brand import Brand


class Domain(models.Model):
    """A host name that an account claims, in lower case and without a port; once connected, requests to it are the
    account's.

    Several accounts may claim a name, and one of them can prove that it is theirs: ``token`` stands in a TXT record or
    in a file of the host. ``checked_at``, ``last_error_code`` and ``last_found`` (what was there instead) tell of the
    last look; ``robots_txt`` is served as is.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="domains")
    brand = models.ForeignKey(Brand, null=True, blank=True, on_delete=models.SET_NULL, related_name="domains")
    host = models.CharField(max_length=253)
    state = models.CharField(max_length=12, choices=DomainState, default=DomainState.PENDING)
    proof = models.CharField(max_length=8, choices=DomainProof, default=DomainProof.TXT)
    token = models.CharField(max_length=64)
    robots_txt = models.TextField(max_length=10_000, blank=True)
    checked_at = models.DateTimeField(null=True)
    last_error_code = models.CharField(max_length=60, blank=True)
    last_found = models.CharField(max_length=300, blank=True, default="", db_default="")
    connected_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "host"], name="domain_once"),
            models.UniqueConstraint(
                fields=["host"], name="domain_connected_once", condition=Q(state=DomainState.CONNECTED)
            ),
            models.CheckConstraint(condition=Q(host=Lower(F("host"))), name="domain_host_lower_case"),
        ]

    def __str__(self) -> str:
        return self.shown

    @property
    def shown(self) -> str:
        """The name in its own letters."""
        return host_shown(self.host)
