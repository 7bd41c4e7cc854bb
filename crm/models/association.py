"""Links between records, kept both ways round (A18)."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from crm.choices import AssociationCategory, ObjectType


class AssociationType(models.Model):
    """A directed kind of link; ``inverse_type_id`` names the kind of the same link seen from the other side.

    Built-in type ids are the public API's (279 contact→company, 1 primary); an account's own begin at 10,000.
    """

    account = models.ForeignKey("accounts.Account", on_delete=models.CASCADE, related_name="+")
    from_type = models.CharField(max_length=20, choices=ObjectType)
    to_type = models.CharField(max_length=20, choices=ObjectType)
    type_id = models.PositiveIntegerField()
    inverse_type_id = models.PositiveIntegerField()
    category = models.CharField(max_length=20, choices=AssociationCategory, default=AssociationCategory.BUILT_IN)
    name = models.CharField(max_length=100)
    label = models.CharField(max_length=100, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "from_type", "to_type", "type_id"], name="association_type_once")
        ]

    def __str__(self) -> str:
        return self.name


class Association(models.Model):
    """One direction of a link. The write path always makes and removes both rows of a pair."""

    account = models.ForeignKey("accounts.Account", on_delete=models.CASCADE, related_name="+")
    from_record = models.ForeignKey("crm.Record", on_delete=models.CASCADE, related_name="associations")
    to_record = models.ForeignKey("crm.Record", on_delete=models.CASCADE, related_name="associated_by")
    to_type = models.CharField(max_length=20, choices=ObjectType)
    type_id = models.PositiveIntegerField()
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "from_record", "to_record", "type_id"], name="association_once")
        ]
        indexes = [models.Index(fields=["from_record", "to_type", "id"], name="association_from")]

    def __str__(self) -> str:
        return f"{self.from_record_id} → {self.to_record_id} ({self.type_id})"
