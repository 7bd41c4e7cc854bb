"""Reads of the property settings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet
from django.db.models.fields.json import KeyTransform

from crm.builtin_associations import ASSOCIATIONS
from crm.choices import AssociationCategory
from crm.conversion import value_convert
from crm.models import Association, AssociationType, PropertyDefinition, PropertyGroup, Record
from crm.objects import ACTIVITIES
from crm.values import BadValue, Definition

EXAMPLES = 5
CHUNK = 2000


@dataclass(frozen=True, slots=True)
class Misfits:
    """How many of ``total`` values would be lost by a change, with a few of them."""

    total: int
    count: int
    examples: tuple[Any, ...]


def groups_list(*, account_id: int, object_type: str) -> list[PropertyGroup]:
    """The groups in their order, each with ``used``: how many definitions it holds, archived ones included."""
    groups = PropertyGroup.objects.filter(account_id=account_id, object_type=object_type)
    return list(groups.annotate(used=Count("definitions")).order_by("position", "id"))


def definitions_found(*, account_id: int, object_type: str, archived: bool = False) -> QuerySet[PropertyDefinition]:
    """Definitions by group and position, in use or archived."""
    found = PropertyDefinition.objects.filter(
        account_id=account_id, object_type=object_type, archived_at__isnull=not archived
    )
    return found.select_related("group").order_by("group__position", "group_id", "position", "id")


def misfits_find(*, account_id: int, object_type: str, wanted: Definition) -> Misfits:
    """What would be lost if the property of this name were as ``wanted``. Reads every value, archived records' too."""
    total, count = 0, 0
    examples: list[Any] = []
    for _id, value in values_kept(account_id=account_id, object_type=object_type, name=wanted.name):
        total += 1
        try:
            value_convert(wanted, value)
        except BadValue:
            count += 1
            if len(examples) < EXAMPLES:
                examples.append(value)
    return Misfits(total, count, tuple(examples))


def values_kept(*, account_id: int, object_type: str, name: str) -> Iterator[tuple[int, Any]]:
    """Every value of a property with its record's id, ascending."""
    rows = Record.objects.filter(account_id=account_id, object_type=object_type, properties__has_key=name)
    kept = rows.order_by("pk").annotate(kept=KeyTransform(name, "properties"))
    return kept.values_list("pk", "kept").iterator(chunk_size=CHUNK)


def label_pairs() -> list[tuple[str, str]]:
    """The kinds of record whose links can have labels of one's own."""
    plain = ((spec.from_type, spec.to_type) for spec in ASSOCIATIONS if not spec.label)
    pairs = (pair for pair in plain if not ACTIVITIES.intersection(pair))
    seen: list[tuple[str, str]] = []
    for pair in pairs:
        if pair not in seen and pair[::-1] not in seen:
            seen.append(pair)
    return seen


def labels_list(*, account_id: int) -> list[AssociationType]:
    """The account's own labels, the side that was named first of each pair, with ``other`` and ``used``."""
    own = list(
        AssociationType.objects.filter(account_id=account_id, category=AssociationCategory.CUSTOM).order_by("type_id")
    )
    by_id = {label.type_id: label for label in own}
    used = dict(
        Association.objects.filter(account_id=account_id, type_id__in=by_id)
        .order_by()
        .values("type_id")
        .annotate(n=Count("id"))
        .values_list("type_id", "n")
    )
    first = [label for label in own if label.type_id <= label.inverse_type_id]
    for label in first:
        label.other = by_id.get(label.inverse_type_id, label)  # type: ignore[attr-defined]
        label.used = used.get(label.type_id, 0)  # type: ignore[attr-defined]
    return first
