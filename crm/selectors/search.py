"""Finding records of any type by the beginnings of words."""

from __future__ import annotations

from django.contrib.postgres.search import SearchQuery
from django.db.models import Value

from crm.choices import IdentityKind
from crm.models import Record, RecordIdentity
from hubclone.lib.text import email_normalise, words

WORDS_MOST = 8


def prefix_query(q: str) -> SearchQuery | None:
    """Every word of ``q`` (at most WORDS_MOST) begins one of the record's; None when it has none."""
    parts = words(q)[:WORDS_MOST]
    return SearchQuery(" & ".join(f"{part}:*" for part in parts), config="simple", search_type="raw") if parts else None


def records_search(*, account_id: int, q: str, limit: int) -> list[Record]:
    """Records of any type that are there: who has exactly this address first, then the newest. One query; a record
    comes with what names it and its properties."""
    query = prefix_query(q)
    if query is None:
        return []
    there = Record.objects.filter(account_id=account_id, archived_at=None)
    shown = there.only("account_id", "object_type", "display_name", "properties")
    found = shown.filter(search=query).annotate(rank=Value(1)).order_by("-id")[:limit]
    if "@" not in q:
        return list(found)
    held = RecordIdentity.objects.filter(account_id=account_id, kind=IdentityKind.EMAIL, value=email_normalise(q))
    holders = shown.filter(pk__in=held.values("record_id")).annotate(rank=Value(0))
    rows = holders.union(found, all=True).order_by("rank", "-id")
    once: dict[int, Record] = {record.pk: record for record in rows}
    return list(once.values())[:limit]
