"""What a record can be linked with, and how a link is labelled."""

from __future__ import annotations

from crm.builtin_associations import ASSOCIATIONS, unlabelled
from crm.models import Association, AssociationType, Record
from crm.objects import ACTIVITIES, OBJECTS
from crm.selectors.records import records_page

OFFERED = 20
_ORDER = list(OBJECTS)


def linkable_types(object_type: str) -> list[str]:
    """The kinds of record, activities aside, that one of this kind can be linked with; its own kind comes last."""
    found = {str(spec.to_type) for spec in ASSOCIATIONS if spec.from_type == object_type}
    return sorted((t for t in found if t not in ACTIVITIES), key=lambda t: (t == object_type, _ORDER.index(t)))


def labels_between(*, account_id: int, from_type: str, to_type: str) -> list[AssociationType]:
    """The labels that a link can have, seen from the first side: built-in ones first."""
    types = AssociationType.objects.filter(account_id=account_id, from_type=from_type, to_type=to_type)
    return list(types.exclude(label="").order_by("type_id"))


def link_types(*, account_id: int, record: Record, other_id: int) -> list[int]:
    """The types of the links from the record to another; empty when they are not linked."""
    links = Association.objects.filter(account_id=account_id, from_record=record, to_record_id=other_id)
    return list(links.order_by("type_id").values_list("type_id", flat=True))


def link_candidates(*, account_id: int, record: Record, to_type: str, q: str, limit: int = OFFERED) -> list[Record]:
    """Records of a kind that can be linked and are not yet, the newest or those that ``q`` finds. Two queries."""
    page = records_page(account_id=account_id, object_type=to_type, q=q, limit=limit * 2)
    plain = unlabelled(record.object_type, to_type) or 0
    links = Association.objects.filter(account_id=account_id, from_record=record, type_id=plain)
    linked = set(links.filter(to_record__in=[found.pk for found in page.items]).values_list("to_record_id", flat=True))
    return [found for found in page.items if found.pk not in linked and found.pk != record.pk][:limit]
