"""What people are told (A7)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounts.models.account import Account
from accounts.models.user import User


class Notification(models.Model):
    """One thing told to one person, shown under the bell. ``kind`` is a key of NOTIFICATION_KINDS.

    ``key`` names it once and for all for its person: told again, it is not doubled. The words are in the person's
    language as of then; ``url`` is a path of ours, the page that mends it.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notifications")
    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=200)
    title = models.CharField(max_length=400)
    text = models.TextField(blank=True)
    url = models.CharField(max_length=400, blank=True)
    read_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "user", "key"], name="notification_once")]
        indexes = [
            models.Index(fields=["account", "user", "-id"], name="notification_newest"),
            models.Index(fields=["account", "user"], name="notification_unread", condition=Q(read_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} for user {self.user_id}"


class NotificationChoice(models.Model):
    """Where a person wants one kind of notification; without a row, where the kind itself says."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notification_choices")
    kind = models.CharField(max_length=40)
    in_app = models.BooleanField()
    by_email = models.BooleanField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "user", "kind"], name="notification_choice_once")]

    def __str__(self) -> str:
        return f"{self.kind} of user {self.user_id}"
