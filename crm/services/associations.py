"""Links that people make and take away on a record's page (A18)."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction

from accounts.actor import Actor
from crm.builtin_associations import unlabelled
from crm.exceptions import RecordError
from crm.models import Association, Record
from crm.services.records import AssociationChange, RecordChange, records_write
from hubclone.lib.errors import TransientError

ATTEMPTS_MOST = 10


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
    made = [AssociationChange(type_id, to_record_id=other.pk) for type_id in sorted(add)]
    gone = [AssociationChange(type_id, to_record_id=other.pk, remove=True) for type_id in sorted(remove)]
    if made or gone:
        change = RecordChange(record.object_type, record_id=record.pk, associations=[*gone, *made])
        records_write(actor=actor, changes=[change])


def _types(record: Record, other: Record) -> list[int]:
    links = Association.objects.filter(account_id=record.account_id, from_record=record, to_record=other)
    return list(links.values_list("type_id", flat=True))
