"""A record's timeline (A19): entries, and what changed in its properties, as one list with the newest first."""

from __future__ import annotations

import base64
import datetime as dt
import json
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q, QuerySet

from crm.models import PropertyChange, Record, TimelineEntry
from crm.registries import PROPERTY_CHANGE, TIMELINE_KINDS, TimelineKind
from crm.selectors.merges import history_ids
from hubclone.lib.paging import BadCursor

PAGE = 25
_CHANGES, _ENTRY = 0, 1
_GONE = Q(data={}, about__archived_at__isnull=False)
"""An entry that only shows a record which is deleted."""
UNKNOWN_KIND = TimelineKind("", "", "info", "crm/timeline/_plain.html")


@dataclass(slots=True)
class TimelineItem:
    """One entry, or all values that one write changed: ``version`` is then that of ``record_id`` after the write, which
    is another record where it was merged into the one shown."""

    kind: TimelineKind
    occurred_at: dt.datetime
    id: int
    entry: TimelineEntry | None = None
    version: int = 0
    record_id: int = 0
    changes: list[PropertyChange] = field(default_factory=list)

    @property
    def source(self) -> TimelineEntry | PropertyChange:
        """The row that says who did it."""
        return self.entry or self.changes[0]


@dataclass(frozen=True, slots=True)
class TimelinePage:
    """Items of one page; ``next_after`` is None on the last."""

    items: list[TimelineItem]
    next_after: str | None


@dataclass(frozen=True, slots=True)
class _Cursor:
    """The last item seen: its time, whether it was an entry, its id (or the version of the changes, and whose)."""

    at: dt.datetime
    rank: int
    id: int
    record_id: int

    def beyond(self, rank: int, time_field: str, id_field: str) -> Q:
        """What follows in the order (time, rank, id, record), descending."""
        earlier, same = Q(**{f"{time_field}__lt": self.at}), Q(**{time_field: self.at})
        if rank < self.rank:
            return earlier | same
        if rank > self.rank:
            return earlier
        lower = Q(**{f"{id_field}__lt": self.id})
        twin = Q(**{id_field: self.id}, record_id__lt=self.record_id) if rank == _CHANGES else Q(pk__in=[])
        return earlier | (same & (lower | twin))


def timeline_page(
    *, account_id: int, record_id: int, kind: str = "", after: str | None = None, limit: int = PAGE
) -> TimelinePage:
    """A page of the timeline, of one kind when ``kind`` is given; what was merged in is read with it. At most four
    queries, and one for each kind that loads more. Raises BadCursor."""
    cursor = _decode(after) if after else None
    items: list[TimelineItem] = []
    if kind != PROPERTY_CHANGE:
        items += _entries(account_id, record_id, kind, cursor, limit + 1)
    if kind in ("", PROPERTY_CHANGE):
        items += _changes(account_id, record_id, cursor, limit + 1)
    items.sort(key=_key, reverse=True)
    page = items[:limit]
    _changes_fill(account_id, page)
    _entries_load(page)
    return TimelinePage(page, _encode(page[-1]) if len(items) > limit else None)


def _entries(account_id: int, record_id: int, kind: str, cursor: _Cursor | None, limit: int) -> list[TimelineItem]:
    rows = TimelineEntry.objects.filter(account_id=account_id, record_id=record_id).select_related("about")
    rows = rows.defer("about__search").exclude(_GONE)
    if kind:
        rows = rows.filter(kind=kind)
    if cursor:
        rows = rows.filter(cursor.beyond(_ENTRY, "occurred_at", "id"))
    return [
        TimelineItem(TIMELINE_KINDS.get(row.kind) or UNKNOWN_KIND, row.occurred_at, row.pk, entry=row)
        for row in rows.order_by("-occurred_at", "-id")[:limit]
    ]


def _changes(account_id: int, record_id: int, cursor: _Cursor | None, limit: int) -> list[TimelineItem]:
    """One item for each version; a record's times never go back, so the order of versions is that of times."""
    ids = history_ids(account_id=account_id, record_id=record_id)
    parts = [_versions(account_id, id_, cursor, limit) for id_ in ids]
    if not parts:
        return []
    versions = parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]
    kind = TIMELINE_KINDS[PROPERTY_CHANGE]
    return [TimelineItem(kind, at, version, version=version, record_id=of) for of, version, at in versions]


def _versions(account_id: int, record_id: int, cursor: _Cursor | None, limit: int) -> QuerySet[Any, Any]:
    rows = PropertyChange.objects.filter(account_id=account_id, record_id=record_id)
    if cursor:
        rows = rows.filter(cursor.beyond(_CHANGES, "changed_at", "version"))
    return rows.order_by("-version").values_list("record_id", "version", "changed_at").distinct()[:limit]


def _changes_fill(account_id: int, items: list[TimelineItem]) -> None:
    wanted = {(item.record_id, item.version): item for item in items if item.version}
    if not wanted:
        return
    records, versions = {record for record, _version in wanted}, {version for _record, version in wanted}
    rows = PropertyChange.objects.filter(account_id=account_id, record_id__in=records, version__in=versions)
    for row in rows.order_by("id"):
        if item := wanted.get((row.record_id, row.version)):
            item.changes.append(row)


def _entries_load(items: list[TimelineItem]) -> None:
    for kind in {item.kind.key: item.kind for item in items}.values():
        entries = [item.entry for item in items if item.entry and item.kind is kind]
        if kind.load and entries:
            kind.load(entries)


def _key(item: TimelineItem) -> tuple[dt.datetime, int, int, int]:
    return item.occurred_at, _ENTRY if item.entry else _CHANGES, item.id, item.record_id


def _encode(item: TimelineItem) -> str:
    at, *rest = _key(item)
    return base64.urlsafe_b64encode(json.dumps([at.isoformat(), *rest]).encode()).decode().rstrip("=")


def _decode(after: str) -> _Cursor:
    try:
        at, rank, id_, record_id = json.loads(base64.urlsafe_b64decode(after + "=" * (-len(after) % 4)))
        moment = dt.datetime.fromisoformat(at)
        if (
            moment.tzinfo is None
            or rank not in (_CHANGES, _ENTRY)
            or not isinstance(id_, int)
            or not isinstance(record_id, int)
        ):
            raise ValueError(after)
    except (ValueError, TypeError) as error:
        raise BadCursor from error
    return _Cursor(moment, rank, id_, record_id)


def activity_get(*, account_id: int, record_id: int, activity_id: int) -> Record | None:
    """An activity that was logged on the record's timeline and is still there."""
    entries = TimelineEntry.objects.filter(account_id=account_id, record_id=record_id, about_id=activity_id, data={})
    found = entries.filter(about__archived_at=None).select_related("about").first()
    return found.about if found else None
