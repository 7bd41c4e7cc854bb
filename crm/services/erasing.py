"""The end of a record: deleted for good, or erased because a person asked for it (A22).

A deletion removes the record and all that hangs on it; its addresses are free again. A privacy deletion also removes
activities that were about nobody else, takes addresses and names out of whatever stays, and keeps keyed digests of the
addresses, by which ``crm.services.creation`` knows them if they come again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from accounts.actor import Actor, system_actor
from accounts.services.audit import audit_write
from crm.choices import EventKind
from crm.exceptions import RecordNotFound
from crm.models import ErasedAddress, Event, Record
from crm.registries import PRIVACY_ERASERS, Erasure
from crm.selectors.deleted import KEPT_DAYS
from crm.services.creation import address_digest
from crm.services.writing.erasing import Person, person_find, person_redact, records_hold
from crm.services.writing.schema import schema_hold
from hubclone.lib.errors import TransientError

PURGE_ROWS = 200
ATTEMPTS_MOST = 5


@transaction.atomic
def record_erase(*, actor: Actor, record_id: int) -> int:
    """Erase a record, archived or not, for good; answer how many addresses can never come back.

    Raises RecordNotFound; TransientError when it keeps changing meanwhile.
    """
    schema_hold(account_id=actor.account_id)
    person = _hold(actor.account_id, record_id)
    digests = sorted({address_digest(address) for address in person.addresses})
    ErasedAddress.objects.bulk_create(
        (ErasedAddress(account_id=actor.account_id, digest=digest) for digest in digests), ignore_conflicts=True
    )
    person_redact(person)
    _remove(actor, person.record_ids)
    audit_write(
        actor=actor,
        action="record.erased",
        target_kind="record",
        target_id=person.record_id,
        detail={"addresses": len(digests), "records": len(person.record_ids)},
    )
    return len(digests)


@transaction.atomic
def record_delete(*, actor: Actor, record_id: int) -> None:
    """End the time in which an archived record can be restored. Raises RecordNotFound, also for one that is not
    archived."""
    found = _archived().filter(account_id=actor.account_id, pk=record_id).select_for_update().first()
    if found is None:
        raise RecordNotFound(record_id)
    _remove(actor, _with_merged([record_id]))
    audit_write(actor=actor, action="record.deleted", target_kind="record", target_id=record_id)


@transaction.atomic
def records_purge(*, rows: int = PURGE_ROWS) -> int:
    """Remove up to ``rows`` records whose 90 days are over, from whatever account; answer how many there were."""
    over = _archived().filter(archived_at__lt=Now() - dt.timedelta(days=KEPT_DAYS)).order_by("pk")
    found = list(over.select_for_update(skip_locked=True).values_list("account_id", "pk")[:rows])
    accounts = sorted({account_id for account_id, _pk in found})
    for account_id in accounts:
        actor, ids = system_actor(account_id), [pk for owner, pk in found if owner == account_id]
        _remove(actor, _with_merged(ids))
        audit_write(
            actor=actor, action="record.purged", target_kind="account", target_id=account_id, detail={"records": ids}
        )
    return len(found)


def _hold(account_id: int, record_id: int) -> Person:
    """The person with all of their records locked, and nothing of them left in the other apps.

    What is linked is only known for sure once it is locked, and locks are taken in order: so look, lock, look again.
    """
    for _attempt in range(ATTEMPTS_MOST):
        person = _find(account_id, record_id)
        _erasers_run(person)
        with transaction.atomic():
            records_hold(account_id, [*person.record_ids, *person.touched_ids])
            again = person_find(account_id=account_id, record_id=record_id)
            if again == person:
                _erasers_run(person)
                return person
            transaction.set_rollback(True)
    raise TransientError("The record is being changed.", code="ERASURE_RACE", retry_after=1)


def _find(account_id: int, record_id: int) -> Person:
    person = person_find(account_id=account_id, record_id=record_id)
    if person is None:
        raise RecordNotFound(record_id)
    return person


def _erasers_run(person: Person) -> None:
    erasure = Erasure(person.account_id, person.record_ids, person.addresses, person.names)
    for eraser in PRIVACY_ERASERS.values():
        eraser(erasure)


def _archived() -> QuerySet[Record]:
    return Record.objects.filter(archived_at__isnull=False, merged_into=None)


def _with_merged(ids: Sequence[int]) -> list[int]:
    found = Record.objects.filter(Q(pk__in=ids) | Q(merged_into__in=ids)).order_by("pk")
    return list(found.select_for_update().values_list("pk", flat=True))


def _remove(actor: Actor, ids: Iterable[int]) -> None:
    """The rows go, and the log says so while they are locked; what refers to them goes or is emptied with them."""
    records = Record.objects.filter(account_id=actor.account_id, pk__in=list(ids))
    gone = records.order_by("pk").values_list("pk", "object_type", "version")
    Event.objects.bulk_create(
        Event(
            account_id=actor.account_id,
            kind=EventKind.RECORD_ERASED,
            object_type=object_type,
            record_id=pk,
            version=version + 1,
            source_kind=actor.kind,
            source_id=actor.id,
        )
        for pk, object_type, version in gone
    )
    records.delete()
