"""A10: one authorised link to an outside account."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from connections.choices import ConnectionState
from hubclone.lib.crypto import EncryptedJSONField


class ConnectionManager(models.Manager["Connection"]):
    """Leaves the secrets in the database until somebody asks for them."""

    def get_queryset(self) -> models.QuerySet[Connection]:
        """All connections, their credentials deferred."""
        return super().get_queryset().defer("credentials")


class Connection(models.Model):
    """Whose it is, what it may do, and how it fares. ``provider`` is a key of the registry PROVIDERS.

    ``credentials`` is {"access_token", "refresh_token"} for OAuth, and ``expires_at`` the access token's end; for
    Exchange it is {"user_name", "password", "url", "version", "auth_type"}. Only ``connections.services`` reads or
    writes them, and no other query loads or decrypts them. ``owner`` null means that it belongs to the account.
    """

    account = models.ForeignKey("accounts.Account", on_delete=models.CASCADE, related_name="connections")
    owner = models.ForeignKey("accounts.User", null=True, on_delete=models.CASCADE, related_name="connections")
    provider = models.CharField(max_length=40)
    purpose = models.CharField(max_length=40, help_text="A key of the registry PURPOSES: what it is for.")
    external_id = models.CharField(max_length=200, help_text="The outside account's stable id (the OpenID subject).")
    identity = models.CharField(max_length=254, help_text="What people know it by, mostly an e-mail address.")
    scopes = ArrayField(models.CharField(max_length=200), default=list)
    credentials = EncryptedJSONField()
    expires_at = models.DateTimeField(null=True)
    label = models.CharField(max_length=100, blank=True, help_text="What tells several of a kind apart.")
    brand = models.ForeignKey("accounts.Brand", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    state = models.CharField(max_length=20, choices=ConnectionState, default=ConnectionState.ACTIVE)
    last_success_at = models.DateTimeField(null=True)
    last_error_at = models.DateTimeField(null=True)
    last_error_code = models.CharField(
        max_length=60, blank=True, help_text="A key of the provider's error guide: words and steps."
    )
    alerted_at = models.DateTimeField(null=True, help_text="When the owner was told of the present trouble; once each.")
    created_at = models.DateTimeField(db_default=Now())

    objects: ClassVar[ConnectionManager] = ConnectionManager()

    class Meta:
        base_manager_name = "objects"
        constraints = [
            models.UniqueConstraint(
                fields=["account", "owner", "provider", "external_id"],
                name="connection_once",
                condition=~Q(state="disconnected"),
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"{self.provider} connection {self.pk}"
