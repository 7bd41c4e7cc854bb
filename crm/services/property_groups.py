"""The groups under which properties are shown."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.actor import Actor
from accounts.services.audit import audit_write
from crm.exceptions import RecordError
from crm.models import PropertyGroup
from crm.services.definitions import schema_touch
from hubclone.lib.text import clean_line, slugify

LABEL_LENGTH_MOST = 200


class GroupRefused(RecordError):
    """A group cannot be made, renamed or deleted. The text says why."""

    code = "GROUP_REFUSED"


@transaction.atomic
def group_create(*, actor: Actor, object_type: str, label: str) -> PropertyGroup:
    """Add a group after the others. Raises GroupRefused when there is one of this label."""
    schema_touch(account_id=actor.account_id)
    groups = PropertyGroup.objects.filter(account_id=actor.account_id, object_type=object_type)
    label = _label(actor, object_type, label)
    last = groups.aggregate(last=Max("position"))["last"]
    names = set(groups.values_list("name", flat=True))
    group = PropertyGroup.objects.create(
        account_id=actor.account_id,
        object_type=object_type,
        name=_name(label, names),
        label=label,
        position=0 if last is None else last + 1,
    )
    _audit(actor, "property_group.created", group)
    return group


@transaction.atomic
def group_rename(*, actor: Actor, group_id: int, label: str) -> None:
    """Give a group another label; its name in the API stays. Raises GroupRefused."""
    group = _get(actor, group_id)
    group.label = _label(actor, group.object_type, label, but=group.pk)
    group.save(update_fields=["label"])
    _audit(actor, "property_group.renamed", group)


@transaction.atomic
def group_move(*, actor: Actor, group_id: int, up: bool) -> None:
    """Let a group change places with its neighbour; at the end it stays where it is. Raises GroupRefused."""
    moved = _get(actor, group_id)
    groups = list(
        PropertyGroup.objects.filter(account_id=actor.account_id, object_type=moved.object_type).order_by(
            "position", "id"
        )
    )
    at = groups.index(moved)
    to = at - 1 if up else at + 1
    if not 0 <= to < len(groups):
        return
    groups[at], groups[to] = groups[to], groups[at]
    for position, group in enumerate(groups):
        group.position = position
    PropertyGroup.objects.bulk_update(groups, ["position"])
    _audit(actor, "property_group.moved", moved)


@transaction.atomic
def group_delete(*, actor: Actor, group_id: int) -> None:
    """Remove an empty group. Raises GroupRefused while properties, archived ones included, are in it."""
    group = _get(actor, group_id)
    if group.definitions.exists():
        raise GroupRefused(_("Properties are in this group still. Move them to another one first."))
    _audit(actor, "property_group.deleted", group)
    group.delete()


def _get(actor: Actor, group_id: int) -> PropertyGroup:
    schema_touch(account_id=actor.account_id)
    group = PropertyGroup.objects.filter(account_id=actor.account_id, pk=group_id).first()
    if group is None:
        raise GroupRefused(_("This group is no longer here."))
    return group


def _label(actor: Actor, object_type: str, label: str, but: int = 0) -> str:
    label = clean_line(label)[:LABEL_LENGTH_MOST]
    if not label:
        raise GroupRefused(_("Give it a label."))
    others = PropertyGroup.objects.filter(account_id=actor.account_id, object_type=object_type).exclude(pk=but)
    if others.filter(label__iexact=label).exists():
        raise GroupRefused(_("There is a group of this label already."))
    return label


def _name(label: str, taken: set[str]) -> str:
    """A name for the API that is free."""
    base = slugify(label).replace("-", "_")[:80] or "group"
    number, name = 1, base
    while name in taken:
        number += 1
        name = f"{base}_{number}"
    return name


def _audit(actor: Actor, action: str, group: PropertyGroup) -> None:
    audit_write(
        actor=actor,
        action=action,
        target_kind="property_group",
        target_id=group.pk,
        target_label=f"{group.object_type}: {group.label}",
    )
