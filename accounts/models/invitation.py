"""Invitations into an account (A2)."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounts.choices import Right, SeatKind, Tier
from accounts.models.account import Account
from accounts.models.user import User


class Invitation(models.Model):
    """One e-mail address asked into an account, with the rights and seat that it will have there.

    Only the SHA-256 of the link's secret is kept; sending again makes a new secret, and the old link is void. It is
    open while neither ``accepted_at`` nor ``revoked_at`` is set and ``expires_at`` lies ahead.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField(max_length=254, help_text="In lower case.")
    rights = ArrayField(models.CharField(max_length=40, choices=Right), default=list, blank=True)
    seat = models.CharField(max_length=20, choices=SeatKind, default=SeatKind.NONE)
    seat_tier = models.CharField(max_length=20, choices=Tier, default=Tier.NONE, blank=True)
    language = models.CharField(max_length=8, default="en", help_text="Of its e-mails.")
    digest = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    sent_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "email"],
                name="invitation_one_open",
                condition=Q(accepted_at=None, revoked_at=None),
            )
        ]

    def __str__(self) -> str:
        return f"invitation {self.pk}"
