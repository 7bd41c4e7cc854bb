"""What a record is linked with."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db.models import Count, F, Window
from django.db.models.functions import RowNumber

from crm.models import Association, AssociationType, Record
from hubclone.lib.paging import Page, keyset_page

SHOWN = 10
LINKS_EACH = 4
PAGE = 50


@dataclass(slots=True)
class LinkedRecord:
    """A record at the other end, with the labels of its links as they are stored."""

    record: Record
    labels: list[str] = field(default_factory=list)


@dataclass(slots=True)
class LinkedGroup:
    """The newest linked records of one type, and how many there are in all."""

    object_type: str
    total: int
    items: list[LinkedRecord]


def associations_get(*, account_id: int, record: Record, shown: int = SHOWN) -> list[LinkedGroup]:
    """The records linked with ``record``, at most ``shown`` of each type. Three queries; two when there is none."""
    links = Association.objects.filter(account_id=account_id, from_record_id=record.pk, to_record__archived_at=None)
    totals = dict(
        links.order_by().values("to_type").annotate(n=Count("to_record_id", distinct=True)).values_list("to_type", "n")
    )
    if not totals:
        return []
    labels = _labels(account_id, record.object_type)
    groups = {object_type: LinkedGroup(object_type, total, []) for object_type, total in sorted(totals.items())}
    seen: dict[int, LinkedRecord] = {}
    rank = Window(RowNumber(), partition_by=[F("to_type")], order_by=F("id").desc())
    newest = links.select_related("to_record").defer("to_record__search", "to_record__properties").annotate(rank=rank)
    for link in newest.filter(rank__lte=LINKS_EACH * shown).order_by("-id"):
        group = groups[link.to_type]
        item = seen.get(link.to_record_id)
        if item is None and len(group.items) < shown:
            item = seen[link.to_record_id] = LinkedRecord(link.to_record)
            group.items.append(item)
        if item is not None and (label := labels.get((link.to_type, link.type_id))):
            item.labels.insert(0, label)
    return list(groups.values())


def linked_page(
    *, account_id: int, record: Record, to_type: str, after: str | None = None, limit: int = PAGE
) -> Page[Record]:
    """A page of all linked records of one type, the newest first, each with its ``labels`` as they are stored. Three
    queries. Raises BadCursor."""
    links = Association.objects.filter(account_id=account_id, from_record_id=record.pk, to_type=to_type)
    records = Record.objects.filter(account_id=account_id, pk__in=links.values("to_record_id"), archived_at=None)
    page = keyset_page(records.defer("search"), fields=["-id"], after=after, limit=limit)
    known, found = _labels(account_id, record.object_type), {item.pk: item for item in page.items}
    for item in page.items:
        item.labels = []  # type: ignore[attr-defined]
    shown = links.filter(to_record__in=found).order_by("id").values_list("to_record_id", "type_id")
    for other_id, type_id in shown:
        if label := known.get((to_type, type_id)):
            found[other_id].labels.append(label)  # type: ignore[attr-defined]
    return page


def _labels(account_id: int, from_type: str) -> dict[tuple[str, int], str]:
    types = AssociationType.objects.filter(account_id=account_id, from_type=from_type).exclude(label="")
    return {(to_type, type_id): label for to_type, type_id, label in types.values_list("to_type", "type_id", "label")}
