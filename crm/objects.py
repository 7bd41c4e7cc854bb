"""The object types as data: names of the API, ids, and what names a record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crm.choices import IdentityKind, ObjectType


@dataclass(frozen=True, slots=True)
class ObjectInfo:
    """One object type. ``name`` lists groups of properties; the first group that has a value names the record.

    ``type_id`` is the public API's ("0-1"). ``identity`` says which property makes a record recognisable, and how;
    ``exclusive`` whether a second record with the same value is refused.
    """

    type: ObjectType
    plural: str
    type_id: str
    name: tuple[tuple[str, ...], ...]
    searched: tuple[str, ...] = ()
    identity: tuple[str, IdentityKind] | None = None
    exclusive: bool = False


def _activity(type_: ObjectType, plural: str, type_id: str, *name: str) -> ObjectInfo:
    return ObjectInfo(type_, plural, type_id, (name,) if name else ())


OBJECTS: dict[str, ObjectInfo] = {
    info.type.value: info
    for info in (
        ObjectInfo(
            ObjectType.CONTACT,
            "contacts",
            "0-1",
            (("firstname", "lastname"), ("email",), ("phone",)),
            ("company", "phone", "mobilephone"),
            ("email", IdentityKind.EMAIL),
            exclusive=True,
        ),
        ObjectInfo(
            ObjectType.COMPANY,
            "companies",
            "0-2",
            (("name",), ("domain",)),
            ("domain", "city"),
            ("domain", IdentityKind.DOMAIN),
        ),
        ObjectInfo(ObjectType.DEAL, "deals", "0-3", (("dealname",),)),
        ObjectInfo(ObjectType.TICKET, "tickets", "0-5", (("subject",),)),
        ObjectInfo(ObjectType.PRODUCT, "products", "0-7", (("name",),), ("hs_sku",)),
        ObjectInfo(ObjectType.LINE_ITEM, "line_items", "0-8", (("name",),), ("hs_sku",)),
        ObjectInfo(ObjectType.INVOICE, "invoices", "0-53", (("hs_number",), ("hs_title",))),
        ObjectInfo(ObjectType.ORDER, "orders", "0-123", (("hs_order_name",), ("hs_external_order_id",))),
        ObjectInfo(ObjectType.MARKETING_EVENT, "marketing_events", "0-54", (("hs_event_name",),)),
        _activity(ObjectType.CALL, "calls", "0-48", "hs_call_title"),
        _activity(ObjectType.EMAIL, "emails", "0-49", "hs_email_subject"),
        _activity(ObjectType.MEETING, "meetings", "0-47", "hs_meeting_title"),
        _activity(ObjectType.NOTE, "notes", "0-46"),
        _activity(ObjectType.TASK, "tasks", "0-27", "hs_task_subject"),
    )
}

ACTIVITIES = frozenset({ObjectType.CALL, ObjectType.EMAIL, ObjectType.MEETING, ObjectType.NOTE, ObjectType.TASK})
"""What is done with people, and told on their timelines."""

OWNER = "hubspot_owner_id"
"""The property that names the owner: the user's number as text."""

_BY_PATH = {key: info for info in OBJECTS.values() for key in (info.type.value, info.plural, info.type_id)}


def object_find(path: str) -> ObjectInfo | None:
    """The object type that the API's plural, our singular or the "0-1" form names; None for anything else."""
    return _BY_PATH.get(path)


def display_name(object_type: str, properties: Mapping[str, Any]) -> str:
    """What people call the record, at most 400 characters; empty when nothing names it."""
    for group in OBJECTS[object_type].name:
        if text := " ".join(str(properties[name]) for name in group if properties.get(name)):
            return text[:400]
    return ""


def search_text(object_type: str, properties: Mapping[str, Any]) -> str:
    """Everything by which a record is found in search."""
    info = OBJECTS[object_type]
    names = [*(name for group in info.name for name in group), *info.searched]
    return " ".join(str(properties[name]) for name in dict.fromkeys(names) if properties.get(name))
