"""Links that people make and take away on a record's page (A18)."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.db import transaction

from accounts.actor import Actor
from crm.builtin_associations import ASSOCIATIONS, ONE_AT_MOST, unlabelled
from crm.exceptions import RecordError
from crm.models import Association, Record
from crm.services.records import AssociationChange, RecordChange, records_write
from hubclone.lib.errors import TransientError

ATTEMPTS_MOST = 10
_HERE: Mapping[int, int] = {type_id: type_id for type_id in ONE_AT_MOST}
_THERE: Mapping[int, int] = {s.type_id: s.inverse_type_id for s in ASSOCIATIONS if s.inverse_type_id in ONE_AT_MOST}
"""Types whose other direction leads to one record at most, with that direction's type."""


def association_add(*, actor: Actor, record: Record, other: Record, type_ids: Collection[int] = ()) -> None:
    """Link two records, with these labels besides what they have; without any label the plain link is made.

    A label that leads to one record at most (a primary company) is taken from the one that had it, which stays linked.
    Raises RecordNotFound, UnknownAssociationType, and RecordError for two kinds that are never linked."""
    plain = unlabelled(record.object_type, other.object_type)
    if plain is None:
        raise RecordError(f"A {record.object_type} is not linked with a {other.object_type}.")
    _apply(actor, record, other, set(type_ids) or {plain}, set())


def association_labels_set(*, actor: Actor, record: Record, other: Record, type_ids: Collection[int]) -> None:
    """Let the link between two linked records have these labels and no others; the plain link stays. Raises as
    ``association_add``."""
    had = set(_types(record, other))
    plain = {unlabelled(record.object_type, other.object_type)}
    if not had:
        raise RecordError("These records are not linked.")
    _apply(actor, record, other, set(type_ids) - had, had - set(type_ids) - plain)


def association_remove(*, actor: Actor, record: Record, other: Record) -> None:
    """Take away every link between two records. Raises RecordNotFound."""
    _apply(actor, record, other, set(), set(_types(record, other)))


def _apply(actor: Actor, record: Record, other: Record, add: set[int], remove: set[int]) -> None:
    """Anew when another record became the single one in that moment."""
    for attempt in range(1, ATTEMPTS_MOST + 1):
        try:
            return _apply_once(actor, record, other, add, remove)
        except TransientError:
            if attempt == ATTEMPTS_MOST:
                raise
    raise AssertionError("not reached")


@transaction.atomic
def _apply_once(actor: Actor, record: Record, other: Record, add: set[int], remove: set[int]) -> None:
    here, there = _yielding(record, other, add, _HERE), _yielding(other, record, add, _THERE)
    changes = [AssociationChange(type_id, to_record_id=other.pk) for type_id in sorted(add)]
    gone = [AssociationChange(type_id, to_record_id=other.pk, remove=True) for type_id in sorted(remove)]
    if not changes and not gone:
        return
    writes = [
        RecordChange(record.object_type, record_id=record.pk, associations=[*here, *gone, *changes]),
        *([RecordChange(other.object_type, record_id=other.pk, associations=there)] if there else []),
    ]
    records_write(actor=actor, changes=writes)
    if _yielding(record, other, add, _HERE) or _yielding(other, record, add, _THERE):
        raise TransientError("Another record became the primary one meanwhile.", code="PRIMARY_RACE", retry_after=1)


def _types(record: Record, other: Record) -> list[int]:
    links = Association.objects.filter(account_id=record.account_id, from_record=record, to_record=other)
    return list(links.values_list("type_id", flat=True))


def _yielding(one: Record, far: Record, add: set[int], singles: Mapping[int, int]) -> list[AssociationChange]:
    """The links from ``one`` to others than ``far`` that make way for what is added."""
    types = {single for type_id, single in singles.items() if type_id in add}
    if not types:
        return []
    found = Association.objects.filter(account_id=one.account_id, from_record=one, type_id__in=types)
    pairs = found.exclude(to_record=far).order_by("to_record").values_list("type_id", "to_record")
    return [AssociationChange(type_id, to_record_id=to, remove=True) for type_id, to in pairs]
