"""What merging left behind: a merged record keeps its own history, which is read together with that of its winner."""

from __future__ import annotations

from django.db.models import Q

from crm.models import Record

ALIKE = 5


def history_ids(*, account_id: int, record_id: int) -> list[int]:
    """The record, and every record that was merged into it."""
    found = Record.objects.filter(Q(pk=record_id) | Q(merged_into=record_id), account_id=account_id)
    return sorted(found.values_list("pk", flat=True))


def alike(*, record: Record, limit: int = ALIKE) -> list[Record]:
    """Others of its kind with the same name: perhaps the same twice."""
    if not record.sort_name:
        return []
    others = Record.objects.filter(
        account_id=record.account_id, object_type=record.object_type, sort_name=record.sort_name, archived_at=None
    )
    return list(others.exclude(pk=record.pk).defer("search").order_by("id")[:limit])
