"""Finding records and what their values must fit."""

from __future__ import annotations

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce

from accounts.models import Membership
from crm.choices import IdentityKind
from crm.models import PropertyDefinition, Record, RecordIdentity
from crm.selectors.search import prefix_query
from hubclone.lib.paging import Page, keyset_page
from hubclone.lib.text import email_normalise

PAGE = 50
SORTS: dict[str, tuple[str, ...]] = {
    "-created": ("-id",),
    "created": ("id",),
    "name": ("sort_name", "id"),
    "-name": ("-sort_name", "-id"),
}
DEFAULT_SORT = "-created"


def record_get(
    *, account_id: int, record_id: int, object_type: str | None = None, archived: bool = False
) -> Record | None:
    """The record of this id, or the one that it was merged into; None for what is not there, of another type, archived
    (unless ``archived``) or another account's. One query."""
    target = Record.objects.filter(account_id=account_id, pk=record_id).values(to=Coalesce(F("merged_into"), F("pk")))
    records = Record.objects.filter(account_id=account_id, pk__in=target).select_related("owner")
    if object_type is not None:
        records = records.filter(object_type=object_type)
    return (records if archived else records.filter(archived_at=None)).first()


def records_page(
    *,
    account_id: int,
    object_type: str,
    q: str = "",
    sort: str = DEFAULT_SORT,
    after: str | None = None,
    limit: int = PAGE,
) -> Page[Record]:
    """A page of the records that are there, each with its owner. Raises BadCursor.

    ``q`` matches the beginnings of words of name, address, phone and the like, and any whole e-mail address. An unknown
    ``sort`` is the default."""
    records = Record.objects.filter(account_id=account_id, object_type=object_type, archived_at=None)
    if q.strip():
        records = _found(records, account_id, object_type, q)
    fields = SORTS.get(sort, SORTS[DEFAULT_SORT])
    return keyset_page(records.select_related("owner").defer("search"), fields=fields, after=after, limit=limit)


def definitions_list(*, account_id: int, object_type: str, archived: bool = False) -> list[PropertyDefinition]:
    """The definitions in use, with ``archived`` also those taken out of it, in the order of their groups."""
    found = PropertyDefinition.objects.filter(account_id=account_id, object_type=object_type)
    found = found if archived else found.filter(archived_at=None)
    return list(found.select_related("group").order_by("group__position", "group_id", "position", "id"))


def owners_list(*, account_id: int) -> list[tuple[str, str]]:
    """Who can own a record: (number as text, name), by name."""
    members = Membership.objects.filter(account_id=account_id).select_related("user")
    return sorted(((str(m.user_id), str(m.user)) for m in members), key=lambda owner: owner[1].casefold())


def _found(records: QuerySet[Record], account_id: int, object_type: str, q: str) -> QuerySet[Record]:
    """Every word must be the beginning of one of the record's."""
    query = prefix_query(q)
    if query is None:
        return records.none()
    condition = Q(search=query)
    if "@" in q:
        holder = RecordIdentity.objects.filter(
            account_id=account_id, object_type=object_type, kind=IdentityKind.EMAIL, value=email_normalise(q)
        )
        condition |= Q(pk__in=list(holder.values_list("record_id", flat=True)[:1]))
    return records.filter(condition)
