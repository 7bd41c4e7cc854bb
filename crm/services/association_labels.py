"""Association labels of an account's own, always as a pair: what each side is to the other (A18)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from django.db import models, transaction
from django.utils.translation import gettext as _

from accounts.actor import Actor
from accounts.services.audit import audit_write
from crm.choices import AssociationCategory
from crm.exceptions import RecordError
from crm.models import Association, AssociationType, Schema
from crm.selectors.definitions import label_pairs
from crm.services.changes import AssociationChange, RecordChange
from crm.services.definitions import schema_touch
from crm.services.records import records_write
from crm.services.writing.schema import schema_take
from hubclone.lib.text import clean_line, slugify

LABEL_LENGTH_MOST = 100
BATCH = 500


class LabelRefused(RecordError):
    """A label cannot be made or changed. ``field`` is ``label`` or ``inverse_label``, the text says why."""

    code = "LABEL_REFUSED"

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field


@transaction.atomic
def association_label_create(
    *, actor: Actor, from_type: str, to_type: str, label: str, inverse_label: str = ""
) -> AssociationType:
    """Add a pair: ``label`` is what a record of ``to_type`` is to one of ``from_type``, ``inverse_label`` the other way
    round, the same when it is empty. Numbers start at 10,000 and are never given again. Raises LabelRefused."""
    schema_touch(account_id=actor.account_id)
    if (from_type, to_type) not in label_pairs():
        raise LabelRefused("label", _("Links between these kinds of record have no labels."))
    label, inverse_label = clean_line(label), clean_line(inverse_label) or clean_line(label)
    _free(actor, from_type, to_type, label, "label")
    _free(actor, to_type, from_type, inverse_label, "inverse_label")
    is_one = from_type == to_type and label == inverse_label
    first = _number(actor.account_id, 1 if is_one else 2)
    second = first if is_one else first + 1
    created = _make(actor, from_type, to_type, (first, second), label)
    if not is_one:
        _make(actor, to_type, from_type, (second, first), inverse_label)
    _audit(actor, "association_label.created", created)
    return created


@transaction.atomic
def association_label_rename(*, actor: Actor, label_id: int, label: str, inverse_label: str = "") -> None:
    """Give both sides other words; what one word said both ways goes on doing so. Raises LabelRefused."""
    schema_touch(account_id=actor.account_id)
    mine, other = _pair(actor, label_id)
    for row, words, field in ((mine, label, "label"), (other, inverse_label or label, "inverse_label")):
        if row.pk == mine.pk and field == "inverse_label":
            continue
        row.label = clean_line(words)
        _free(actor, row.from_type, row.to_type, row.label, field, but=(mine.type_id, other.type_id))
        row.save(update_fields=["label"])
    _audit(actor, "association_label.renamed", mine)


@transaction.atomic
def association_label_delete(*, actor: Actor, label_id: int) -> int:
    """Take a pair out of use and off every link that carries it, each told in the log; answer how many. The links
    themselves stay, without it. Raises LabelRefused."""
    schema_take(account_id=actor.account_id)
    mine, other = _pair(actor, label_id)
    count = 0
    for batch in _batches(_links(actor.account_id, mine)):
        records_write(actor=actor, changes=batch)
        count += len(batch)
    numbers = [mine.type_id, other.type_id]
    Association.objects.filter(account_id=actor.account_id, type_id__in=numbers).delete()
    schema_touch(account_id=actor.account_id)
    _audit(actor, "association_label.deleted", mine)
    AssociationType.objects.filter(account_id=actor.account_id, type_id__in=numbers).delete()
    return count


def _links(account_id: int, label: AssociationType) -> Iterator[RecordChange]:
    """The removal of the label from each link between records that are there."""
    links = Association.objects.filter(
        account_id=account_id, type_id=label.type_id, from_record__archived_at=None, to_record__archived_at=None
    )
    if label.type_id == label.inverse_type_id:
        links = links.filter(from_record__lt=models.F("to_record"))
    for from_id, to_id in list(links.order_by("from_record", "to_record").values_list("from_record", "to_record")):
        removed = AssociationChange(label.type_id, to_record_id=to_id, remove=True)
        yield RecordChange(label.from_type, record_id=from_id, associations=[removed])


def _batches(changes: Iterator[RecordChange]) -> Iterator[list[RecordChange]]:
    while batch := list(islice(changes, BATCH)):
        yield batch


def _pair(actor: Actor, label_id: int) -> tuple[AssociationType, AssociationType]:
    own = AssociationType.objects.filter(account_id=actor.account_id, category=AssociationCategory.CUSTOM)
    mine = own.filter(pk=label_id).first()
    other = mine and own.filter(type_id=mine.inverse_type_id, from_type=mine.to_type).first()
    if mine is None or other is None:
        raise LabelRefused("label", _("This label is no longer here."))
    return mine, other


def _free(actor: Actor, from_type: str, to_type: str, label: str, field: str, but: tuple[int, ...] = ()) -> None:
    if not label or len(label) > LABEL_LENGTH_MOST:
        raise LabelRefused(field, _("Give it a label of at most %(most)s characters.") % {"most": LABEL_LENGTH_MOST})
    others = AssociationType.objects.filter(account_id=actor.account_id, from_type=from_type, to_type=to_type)
    if others.exclude(type_id__in=but).filter(label__iexact=label).exists():
        raise LabelRefused(field, _("There is a label of this name between these kinds of record already."))


def _number(account_id: int, count: int) -> int:
    """The next ``count`` numbers; the row is locked by ``schema_touch``."""
    first = Schema.objects.get(account_id=account_id).next_type_id
    Schema.objects.filter(account_id=account_id).update(next_type_id=first + count)
    return first


def _make(actor: Actor, from_type: str, to_type: str, numbers: tuple[int, int], label: str) -> AssociationType:
    words = slugify(label).replace("-", "_") or "label"
    return AssociationType.objects.create(
        account_id=actor.account_id,
        from_type=from_type,
        to_type=to_type,
        type_id=numbers[0],
        inverse_type_id=numbers[1],
        category=AssociationCategory.CUSTOM,
        name=f"{words}_{from_type}_to_{to_type}"[:100],
        label=label,
    )


def _audit(actor: Actor, action: str, label: AssociationType) -> None:
    audit_write(
        actor=actor,
        action=action,
        target_kind="association_label",
        target_id=label.type_id,
        target_label=f"{label.from_type} → {label.to_type}: {label.label}",
    )
