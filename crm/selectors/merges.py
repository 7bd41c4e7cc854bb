"""What merging left behind: a merged record keeps its own history, which is read together with that of its winner."""

from __future__ import annotations

from django.db.models import Q

from crm.models import Record


def history_ids(*, account_id: int, record_id: int) -> list[int]:
    """The record, and every record that was merged into it."""
    found = Record.objects.filter(Q(pk=record_id) | Q(merged_into=record_id), account_id=account_id)
    return sorted(found.values_list("pk", flat=True))
