"""Records that were deleted and can be restored still."""

from __future__ import annotations

import datetime as dt

from django.contrib.postgres.search import SearchQuery
from django.db.models import QuerySet
from django.utils import timezone

from crm.models import Record
from crm.objects import OBJECTS
from hubclone.lib.paging import Page, keyset_page
from hubclone.lib.text import words

PAGE = 50
KEPT_DAYS = 90
WORDS_MOST = 8


def deleted_page(
    *, account_id: int, object_type: str = "", q: str = "", after: str | None = None, limit: int = PAGE
) -> Page[Record]:
    """A page of deleted records, the last deleted first; ``q`` matches beginnings of words. Raises BadCursor."""
    records = Record.objects.filter(account_id=account_id, archived_at__isnull=False, merged_into=None)
    if object_type in OBJECTS:
        records = records.filter(object_type=object_type)
    if q.strip():
        records = _found(records, q)
    return keyset_page(records.defer("search"), fields=["-archived_at", "-id"], after=after, limit=limit)


def deleted_get(*, account_id: int, record_id: int) -> Record | None:
    """One deleted record."""
    records = Record.objects.filter(account_id=account_id, archived_at__isnull=False, merged_into=None)
    return records.filter(pk=record_id).first()


def restorable_until(record: Record) -> dt.datetime | None:
    """When a deleted record goes for good; None for one that is there."""
    return record.archived_at + dt.timedelta(days=KEPT_DAYS) if record.archived_at else None


def days_left(record: Record) -> int:
    """How many days a deleted record can be restored still, the one that has begun included; 0 when they are over."""
    until = restorable_until(record)
    if until is None:
        return KEPT_DAYS
    left = until - timezone.now()
    return max(0, left.days + (1 if left.seconds or left.microseconds else 0)) if left.days >= 0 else 0


def _found(records: QuerySet[Record], q: str) -> QuerySet[Record]:
    parts = words(q)[:WORDS_MOST]
    if not parts:
        return records.none()
    return records.filter(
        search=SearchQuery(" & ".join(f"{part}:*" for part in parts), config="simple", search_type="raw")
    )
