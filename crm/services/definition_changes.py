"""Changing a property that holds values already (A15).

Whoever writes values holds the account's definitions together with others (``schema_hold``); a change takes them for
itself, so that no value of the old kind can arrive after the values were looked at.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actor import Actor
from accounts.services.audit import audit_write
from crm.conversion import value_convert
from crm.exceptions import InvalidProperty, RecordError
from crm.labels import built_in_options
from crm.models import PropertyDefinition, PropertyGroup, Record
from crm.selectors.definitions import misfits_find, values_kept
from crm.services.definitions import options_check, schema_touch
from crm.services.writing import rows
from crm.services.writing.plan import Plan
from crm.services.writing.schema import AccountSchema, schema_take
from crm.services.writing.slots import Slot
from crm.values import BadValue, Definition

BATCH = 500


class ValuesWouldBeLost(RecordError):
    """``count`` values do not fit what the property is to be, and more than that was not agreed to."""

    code = "VALUES_WOULD_BE_LOST"

    def __init__(self, count: int) -> None:
        super().__init__(str(_("Values would be lost by this change.")))
        self.count = count


@dataclass(frozen=True, slots=True)
class DefinitionChange:
    """What a property is to be. ``options`` are {value, label} in their order."""

    label: str
    group_id: int
    type: str
    field_type: str
    description: str = ""
    options: Sequence[Mapping[str, str]] = ()

    def wanted(self, name: str) -> Definition:
        """What values must fit."""
        values = frozenset(option["value"] for option in self.options)
        return Definition(name, self.label, self.type, self.field_type, values)


@transaction.atomic
def definition_update(
    *, actor: Actor, definition_id: int, change: DefinitionChange, lost_most: int = 0
) -> PropertyDefinition:
    """Change a property in use. Values that fit are converted, each with its history; up to ``lost_most`` that do not
    fit are cleared, and more refuse the change as a whole.

    A built-in property keeps its type and its own options. Raises InvalidProperty, ValuesWouldBeLost, RecordError.
    """
    schema_take(account_id=actor.account_id)
    schema_touch(account_id=actor.account_id)
    definition = PropertyDefinition.objects.filter(
        account_id=actor.account_id, pk=definition_id, archived_at=None
    ).first()
    if definition is None:
        raise RecordError("There is no such property.")
    _check(definition, change)
    lost = _values_convert(actor, definition, change, lost_most)
    for name in ("label", "description", "group_id", "type", "field_type"):
        setattr(definition, name, getattr(change, name))
    definition.options = [dict(option) for option in change.options]
    definition.save()
    audit_write(
        actor=actor,
        action="property.changed",
        target_kind="property",
        target_id=definition.pk,
        target_label=f"{definition.object_type}.{definition.name}: {definition.label}",
        detail={"type": change.type, "values_cleared": lost},
    )
    return definition


def _check(definition: PropertyDefinition, change: DefinitionChange) -> None:
    name = definition.name
    groups = PropertyGroup.objects.filter(account_id=definition.account_id, object_type=definition.object_type)
    if not groups.filter(pk=change.group_id).exists():
        raise InvalidProperty("group", _("There is no such group."))
    if not change.label.strip():
        raise InvalidProperty("label", _("Give it a label."))
    if definition.is_built_in and (change.type, change.field_type) != (definition.type, definition.field_type):
        raise InvalidProperty(name, _("The type of a built-in property cannot be changed."))
    kept = {option["value"] for option in change.options}
    if definition.is_built_in and not built_in_options(definition).keys() <= kept:
        raise InvalidProperty("options", _("The options that this property came with have to stay."))
    if definition.options or not definition.is_built_in:
        options_check(change.type, change.options)
    elif change.options:
        raise InvalidProperty("options", _("This property has no options."))


def _values_convert(actor: Actor, definition: PropertyDefinition, change: DefinitionChange, lost_most: int) -> int:
    """Bring every value into the new shape; answer how many were cleared."""
    before = {option["value"] for option in definition.options}
    wanted = change.wanted(definition.name)
    is_same = (definition.type, definition.field_type) == (change.type, change.field_type)
    if is_same and (before <= wanted.options or not before):
        return 0
    misfits = misfits_find(account_id=actor.account_id, object_type=definition.object_type, wanted=wanted)
    if misfits.count > lost_most:
        raise ValuesWouldBeLost(misfits.count)
    kept = values_kept(account_id=actor.account_id, object_type=definition.object_type, name=definition.name)
    for changed in _batches(_changed(wanted, kept)):
        _write(actor, definition.object_type, definition.name, changed)
    return misfits.count


def _changed(wanted: Definition, kept: Iterator[tuple[int, Any]]) -> Iterator[tuple[int, Any]]:
    """The records whose value becomes another one, None where it does not fit."""
    for record_id, value in kept:
        try:
            converted = value_convert(wanted, value)
        except BadValue:
            converted = None
        if converted != value or isinstance(converted, bool) != isinstance(value, bool):
            yield record_id, converted


def _batches(items: Iterator[tuple[int, Any]]) -> Iterator[dict[int, Any]]:
    while batch := dict(islice(items, BATCH)):
        yield batch


def _write(actor: Actor, object_type: str, name: str, values: Mapping[int, Any]) -> None:
    """As the write path does it: a version, a row of history and one of the log for each record."""
    plan = Plan(actor, [], AccountSchema(None, {}, {}), {}, {}, dt.datetime.now(dt.UTC))
    rows.records_lock(actor.account_id, values)
    slots = []
    for record in Record.objects.filter(pk__in=values).order_by("pk"):
        slot = Slot(
            object_type,
            record.pk,
            before=record.properties,
            after=dict(record.properties),
            version=record.version,
            archived_at=record.archived_at,
            updated_at=record.updated_at,
        )
        slot.merge({name: values[record.pk]})
        slot.settle()
        slots.append(slot)
    rows.records_update(plan, slots)
    rows.events_insert(plan, slots, rows.history_insert(plan, slots), [])
