"""The record store and the identities that find a record again."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from crm.choices import IdentityKind, ObjectType


class Record(models.Model):
    """One record of any type. Written only by ``crm.services.records_write``.

    ``properties`` maps property names to values as ``PropertyType`` says; a property without a value has no key.
    ``display_name`` and ``sort_name`` (folded) are derived on every write. ``version`` grows by one with each.
    ``merged_into`` is always a record that is there itself; a merged record is archived, too, and keeps its history.
    ``archived_by`` is the label of who deleted it, empty while it is there.
    """

    account = models.ForeignKey("accounts.Account", on_delete=models.CASCADE, related_name="+")
    object_type = models.CharField(max_length=20, choices=ObjectType)
    properties = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=1)
    display_name = models.CharField(max_length=400, blank=True)
    sort_name = models.CharField(max_length=400, blank=True)
    search = SearchVectorField(null=True)
    owner = models.ForeignKey("accounts.User", null=True, on_delete=models.SET_NULL, related_name="+")
    merged_into = models.ForeignKey("self", null=True, on_delete=models.CASCADE, related_name="merged_from")
    archived_at = models.DateTimeField(null=True)
    archived_by = models.CharField(max_length=254, blank=True, default="", db_default="")
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            models.Index(fields=["account", "object_type", "-id"], name="record_newest", condition=Q(archived_at=None)),
            models.Index(
                fields=["account", "object_type", "sort_name", "id"],
                name="record_by_name",
                condition=Q(archived_at=None),
            ),
            models.Index(fields=["account", "object_type", "updated_at", "id"], name="record_by_update"),
            models.Index(
                fields=["account", "object_type", "-archived_at", "-id"],
                name="record_deleted",
                condition=Q(archived_at__isnull=False, merged_into=None),
            ),
            models.Index(
                fields=["archived_at"],
                name="record_to_purge",
                condition=Q(archived_at__isnull=False, merged_into=None),
            ),
            GinIndex(fields=["search"], name="record_search"),
            GinIndex(fields=["properties"], name="record_equality", opclasses=["jsonb_path_ops"]),
        ]

    def __str__(self) -> str:
        return f"{self.object_type} {self.pk}"


class RecordIdentity(models.Model):
    """An address, domain or outside id that belongs to one record (A16). ``value`` is in lower case."""

    account = models.ForeignKey("accounts.Account", on_delete=models.CASCADE, related_name="+")
    object_type = models.CharField(max_length=20, choices=ObjectType)
    record = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="identities")
    kind = models.CharField(max_length=12, choices=IdentityKind)
    namespace = models.CharField(max_length=100, blank=True, help_text="Whose outside id it is; empty for addresses.")
    value = models.CharField(max_length=400)
    is_primary = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "object_type", "kind", "namespace", "value"], name="identity_once"
            ),
            models.UniqueConstraint(
                fields=["account", "record", "kind"], name="identity_one_primary", condition=Q(is_primary=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.record_id}"
