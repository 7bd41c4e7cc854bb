"""The values that a property has had."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet

from crm.models import PropertyChange
from crm.selectors.merges import history_ids
from hubclone.lib.paging import Page, keyset_page

PAGE = 50


def history_page(
    *, account_id: int, record_id: int, name: str = "", after: str | None = None, limit: int = PAGE
) -> Page[PropertyChange]:
    """A page of the history of a record and of what was merged into it, the newest first; of one property with
    ``name``. Raises BadCursor."""
    changes = _changes(account_id, record_id)
    if name:
        changes = changes.filter(name=name)
    return keyset_page(changes, fields=["-id"], after=after, limit=limit)


def history_names(*, account_id: int, record_id: int) -> set[str]:
    """The properties that have a history, what was merged in included."""
    return set(_changes(account_id, record_id).order_by().values_list("name", flat=True).distinct())


def history_latest(*, account_id: int, record_id: int, names: Iterable[str]) -> dict[str, PropertyChange]:
    """The newest change of each of these properties, by name."""
    changes = PropertyChange.objects.filter(account_id=account_id, record_id=record_id, name__in=list(names))
    return {change.name: change for change in changes.order_by("name", "-id").distinct("name")}


def _changes(account_id: int, record_id: int) -> QuerySet[PropertyChange]:
    ids = history_ids(account_id=account_id, record_id=record_id)
    return PropertyChange.objects.filter(account_id=account_id, record_id__in=ids)
