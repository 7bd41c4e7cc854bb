"""The event log (A23): one row for every committed change, read by cursors in the order of ``seq``."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounts.choices import ActorKind
from crm.choices import EventKind, ObjectType


class Event(models.Model):
    """Ids, kind and version, never personal data. Inserted while the record's row lock is held; the publisher
    gives ``seq`` to committed rows, so readers of ``seq > cursor`` miss nothing and see each record in order."""

    account = models.ForeignKey("accounts.Account", on_delete=models.CASCADE, related_name="+")
    seq = models.BigIntegerField(null=True)
    kind = models.CharField(max_length=30, choices=EventKind)
    object_type = models.CharField(max_length=20, choices=ObjectType)
    record_id = models.BigIntegerField()
    version = models.PositiveIntegerField()
    change_ids = ArrayField(models.BigIntegerField(), default=list, help_text="Rows of PropertyChange.")
    other_record_id = models.BigIntegerField(
        null=True, help_text="The far end of an association, or what was merged in."
    )
    association_type_id = models.PositiveIntegerField(null=True)
    source_kind = models.CharField(max_length=20, choices=ActorKind)
    source_id = models.CharField(max_length=40, blank=True)
    occurred_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "crm_event"
        constraints = [models.UniqueConstraint(fields=["seq"], name="event_seq_once", condition=Q(seq__isnull=False))]
        indexes = [models.Index(fields=["id"], name="event_unpublished", condition=Q(seq=None))]

    def __str__(self) -> str:
        return f"{self.kind} {self.record_id}"


class EventCursor(models.Model):
    """How far a consumer has read. One for the installation, so it has no account: the log is read across accounts."""

    consumer = models.CharField(max_length=60, unique=True)
    seq = models.BigIntegerField(default=0)
    moved_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"{self.consumer} at {self.seq}"
