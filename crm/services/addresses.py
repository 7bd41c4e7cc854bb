"""The e-mail addresses of a contact: one main, any number of further ones (A16)."""

from __future__ import annotations

from django.db import transaction

from accounts.actor import Actor
from accounts.services.audit import audit_write
from crm.choices import ObjectType
from crm.models import Record
from crm.services.changes import RecordChange
from crm.services.records import records_write


@transaction.atomic
def address_add(*, actor: Actor, record_id: int, email: str) -> bool:
    """Give a contact a further address, or its main one where it has none; False when it has this one already.

    Raises InvalidProperty for what is none or was erased for good, IdentityTaken, RecordNotFound."""
    change = RecordChange(ObjectType.CONTACT, record_id=record_id, emails=[email])
    return _write_audited(actor, change, "record.address_added")


@transaction.atomic
def address_remove(*, actor: Actor, record_id: int, email: str) -> bool:
    """Let a further address go: another contact can have it from now on. False when the contact does not have it.

    Raises RecordError for the main address, RecordNotFound."""
    change = RecordChange(ObjectType.CONTACT, record_id=record_id, emails_removed=[email])
    return _write_audited(actor, change, "record.address_removed")


@transaction.atomic
def address_main_set(*, actor: Actor, record_id: int, email: str) -> None:
    """Make one of a contact's addresses the main one; the main one so far stays as a further one. Raises as
    ``address_add``."""
    records_write(actor=actor, changes=[RecordChange(ObjectType.CONTACT, {"email": email}, record_id=record_id)])


def _write_audited(actor: Actor, change: RecordChange, action: str) -> bool:
    """The addresses themselves are not in the audit log, which outlives them."""
    (result,) = records_write(actor=actor, changes=[change])
    if result.changed and result.record_id is not None:
        name = Record.objects.get(pk=result.record_id).display_name
        audit_write(actor=actor, action=action, target_kind="record", target_id=result.record_id, target_label=name)
    return result.changed
