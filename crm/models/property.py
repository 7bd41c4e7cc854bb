"""Typed property definitions for each account, their groups, and the history of every value."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models.functions import Now

from accounts.choices import ActorKind
from crm.choices import ObjectType, PropertyType

OWN_TYPES_FROM = 10_000
"""Association types of an account's own are numbered from here; a number is never given twice."""


class Schema(models.Model):
    """Names the state of an account's definitions and association types, anew with each change of them, so that a
    process knows whether what it has cached still holds. Random: a state that was rolled back never comes again."""

    account = models.OneToOneField("accounts.Account", on_delete=models.CASCADE, primary_key=True, related_name="+")
    version = models.UUIDField(default=uuid.uuid4)
    next_type_id = models.PositiveIntegerField(
        default=OWN_TYPES_FROM, db_default=OWN_TYPES_FROM, help_text="The next id of an association label of its own."
    )

    def __str__(self) -> str:
        return f"schema of account {self.account_id}"


class PropertyGroup(models.Model):
    """Where definitions are shown together."""

    account = models.ForeignKey("accounts.Account", on_delete=models.CASCADE, related_name="+")
    object_type = models.CharField(max_length=20, choices=ObjectType)
    name = models.CharField(max_length=100)
    label = models.CharField(max_length=200)
    position = models.IntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "object_type", "name"], name="property_group_once")]

    def __str__(self) -> str:
        return self.label


class PropertyDefinition(models.Model):
    """One property of one object type. ``options`` is a list of {value, label} for the enumerations."""

    account = models.ForeignKey("accounts.Account", on_delete=models.CASCADE, related_name="+")
    object_type = models.CharField(max_length=20, choices=ObjectType)
    group = models.ForeignKey(PropertyGroup, on_delete=models.PROTECT, related_name="definitions")
    name = models.CharField(max_length=100)
    label = models.CharField(max_length=200)
    description = models.TextField(blank=True, default="", db_default="")
    type = models.CharField(max_length=20, choices=PropertyType)
    field_type = models.CharField(max_length=30, default="text")
    options = models.JSONField(default=list)
    is_built_in = models.BooleanField(default=False)
    is_read_only = models.BooleanField(default=False)
    position = models.IntegerField(default=0)
    archived_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "object_type", "name"], name="property_definition_once")
        ]

    def __str__(self) -> str:
        return f"{self.object_type}.{self.name}"


class PropertyChange(models.Model):
    """One value that a property took, append-only (A17). ``value`` null means that it was cleared."""

    account = models.ForeignKey("accounts.Account", on_delete=models.CASCADE, related_name="+")
    record = models.ForeignKey("crm.Record", on_delete=models.CASCADE, related_name="history")
    name = models.CharField(max_length=100)
    value = models.JSONField(null=True)
    version = models.PositiveIntegerField(help_text="The record's version that this change made.")
    source_kind = models.CharField(max_length=20, choices=ActorKind)
    source_id = models.CharField(max_length=40, blank=True)
    source_label = models.CharField(max_length=254, blank=True)
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            models.Index(fields=["record", "name", "-id"], name="property_change_newest"),
            models.Index(fields=["record", "-version"], name="property_change_by_version"),
        ]

    def __str__(self) -> str:
        return f"{self.name} of {self.record_id} at version {self.version}"
