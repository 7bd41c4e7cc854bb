"""Property definitions and association types of an account."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.db.models.functions import Now
from django.utils.translation import gettext

from accounts.actor import Actor
from accounts.models import Account
from accounts.services.audit import audit_write
from crm.builtin_associations import ASSOCIATIONS
from crm.builtin_properties import BUILT_IN, GroupSpec
from crm.choices import AssociationCategory, PropertyType
from crm.exceptions import InvalidProperty, RecordError
from crm.models import AssociationType, PropertyDefinition, PropertyGroup, Schema

NAME = re.compile(r"[a-z][a-z0-9_]{0,99}")
LISTS = frozenset({PropertyType.ENUMERATION, PropertyType.MULTI_ENUMERATION})


def definitions_initialise(account: Account, actor: Actor) -> None:
    """Give a new account the built-in groups, definitions and association types."""
    Schema.objects.create(account=account)
    groups = {(group.object_type, group.name): group for group in _groups(account)}
    PropertyGroup.objects.bulk_create(groups.values())
    PropertyDefinition.objects.bulk_create(
        definition
        for object_type, specs in BUILT_IN.items()
        for spec in specs
        for definition in _definitions(groups[object_type, spec.name], spec)
    )
    AssociationType.objects.bulk_create(
        AssociationType(
            account=account,
            from_type=spec.from_type,
            to_type=spec.to_type,
            type_id=spec.type_id,
            inverse_type_id=spec.inverse_type_id,
            category=AssociationCategory.BUILT_IN,
            name=spec.name,
            label=spec.label,
        )
        for spec in ASSOCIATIONS
    )


@transaction.atomic
def definition_create(
    *,
    actor: Actor,
    object_type: str,
    group_name: str,
    name: str,
    label: str,
    type: PropertyType,
    field_type: str = "text",
    options: Sequence[Mapping[str, Any]] = (),
    description: str = "",
) -> PropertyDefinition:
    """Add a custom property; ``options`` are {value, label}. Raises InvalidProperty: a name that is taken or is none,
    or options that cannot be."""
    if not NAME.fullmatch(name):
        raise InvalidProperty("name", gettext("Use lower-case letters, digits and underscores, a letter first."))
    options_check(type, options)
    schema_touch(account_id=actor.account_id)
    group = PropertyGroup.objects.filter(account_id=actor.account_id, object_type=object_type, name=group_name).first()
    if group is None:
        raise RecordError(f"There is no property group {group_name!r}.")
    definition, created = PropertyDefinition.objects.get_or_create(
        account_id=actor.account_id,
        object_type=object_type,
        name=name,
        defaults={
            "group": group,
            "label": label,
            "type": type,
            "field_type": field_type,
            "options": [dict(option) for option in options],
            "description": description,
            "position": 1 + (group.definitions.aggregate(last=Max("position"))["last"] or 0),
        },
    )
    if not created:
        raise InvalidProperty("name", gettext("There is a property of this name already."))
    _audit(actor, "property.created", definition)
    return definition


@transaction.atomic
def definition_archive(*, actor: Actor, object_type: str, name: str) -> None:
    """Take a custom property out of use; its values and their history stay. Raises InvalidProperty."""
    schema_touch(account_id=actor.account_id)
    definition = PropertyDefinition.objects.filter(
        account_id=actor.account_id, object_type=object_type, name=name
    ).first()
    if definition is None or definition.is_built_in:
        raise InvalidProperty(name, "There is no such custom property.")
    PropertyDefinition.objects.filter(pk=definition.pk).update(archived_at=Now())
    _audit(actor, "property.archived", definition)


@transaction.atomic
def definition_restore(*, actor: Actor, object_type: str, name: str) -> None:
    """Bring an archived property back, with the values that it had. Raises InvalidProperty."""
    schema_touch(account_id=actor.account_id)
    definition = PropertyDefinition.objects.filter(
        account_id=actor.account_id, object_type=object_type, name=name, archived_at__isnull=False
    ).first()
    if definition is None:
        raise InvalidProperty(name, "There is no such archived property.")
    PropertyDefinition.objects.filter(pk=definition.pk).update(archived_at=None)
    _audit(actor, "property.restored", definition)


def options_check(type: str, options: Sequence[Mapping[str, Any]]) -> None:
    """Lists have options, each once; nothing else has any. Raises InvalidProperty."""
    if type not in LISTS:
        if options:
            raise InvalidProperty("options", gettext("Only lists have options."))
        return
    if not options:
        raise InvalidProperty("options", gettext("Give it at least one option."))
    for part in ("value", "label"):
        given = [str(option.get(part, "")).strip() for option in options]
        if not all(given):
            raise InvalidProperty("options", gettext("Every option needs a label."))
        if len({text.casefold() for text in given}) < len(given):
            raise InvalidProperty("options", gettext("Two options are the same."))
        if part == "value" and any(";" in text for text in given):
            raise InvalidProperty("options", gettext("The value of an option cannot hold a semicolon."))


def schema_touch(*, account_id: int) -> None:
    """Say that definitions or association types change in this transaction, which then has them to itself."""
    changed = Schema.objects.filter(account_id=account_id).update(version=uuid.uuid4())
    if not changed:
        raise RecordError(f"account {account_id} has no definitions")


def _groups(account: Account) -> Iterator[PropertyGroup]:
    for object_type, specs in BUILT_IN.items():
        for position, spec in enumerate(specs):
            yield PropertyGroup(
                account=account, object_type=object_type, name=spec.name, label=spec.label, position=position
            )


def _definitions(group: PropertyGroup, spec: GroupSpec) -> Iterator[PropertyDefinition]:
    for position, item in enumerate(spec.properties):
        yield PropertyDefinition(
            account_id=group.account_id,
            object_type=group.object_type,
            group=group,
            name=item.name,
            label=item.label,
            type=item.type,
            field_type=item.field_type,
            options=[{"value": value, "label": label} for value, label in item.options],
            is_built_in=True,
            is_read_only=item.read_only,
            position=position,
        )


def _audit(actor: Actor, action: str, definition: PropertyDefinition) -> None:
    audit_write(
        actor=actor,
        action=action,
        target_kind="property",
        target_id=definition.pk,
        target_label=f"{definition.object_type}.{definition.name}: {definition.label}",
    )
