"""Records and values as people read them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.choices import ActorKind
from crm.builtin_properties import MEETING_SOURCES
from crm.choices import ObjectType, PropertyType
from crm.labels import group_label, label_of, option_label
from crm.models import PropertyChange, PropertyDefinition, Record
from crm.objects import OBJECTS, OWNER
from crm.rich_text import html_shown, text_of
from crm.values import value_fits
from hubclone.lib.templatetags.hub import zone_name

MONEY = frozenset({"amount", "price", "hs_amount_billed", "hs_total_price", "annualrevenue"})
MONEY_DECIMALS = 2
_LINE_ENDS = re.compile(r"\s*\n\s*")
ICONS = {
    ObjectType.CONTACT: "contacts",
    ObjectType.COMPANY: "building",
    ObjectType.DEAL: "coin",
    ObjectType.TICKET: "ticket",
    ObjectType.PRODUCT: "product",
    ObjectType.LINE_ITEM: "product",
    ObjectType.ORDER: "cart",
    ObjectType.INVOICE: "receipt",
    ObjectType.MEETING: "calendar",
    ObjectType.CALL: "phone",
    ObjectType.EMAIL: "mail",
    ObjectType.NOTE: "note",
    ObjectType.TASK: "check-circle",
    ObjectType.MARKETING_EVENT: "webinar",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """One property with its value. ``moment`` is set for times, which templates show in the reader's zone."""

    name: str
    label: str
    text: str | SafeString = ""
    moment: dt.datetime | None = None
    link: str = ""


@dataclass(slots=True)
class ShownGroup:
    """The properties of one group that have a value; ``editable`` when people may change one of the group."""

    name: str
    label: str
    rows: list[Shown]
    editable: bool = False


def record_title(record: Record) -> str:
    """The record's name, or its kind and number when nothing names it."""
    return record.display_name or f"{ObjectType(record.object_type).label} {record.pk}"


def record_url(record: Record) -> str:
    """The page of a record."""
    return reverse("crm:record", args=[record.account_id, OBJECTS[record.object_type].plural, record.pk])


def objects_url(account_id: int, object_type: str) -> str:
    """The index of a kind of record. Meetings have theirs below the scheduling pages, which are at their place."""
    if object_type == ObjectType.MEETING:
        return reverse("crm:meetings", args=[account_id])
    return reverse("crm:index", args=[account_id, OBJECTS[object_type].plural])


def record_icon(object_type: str) -> str:
    """The icon of a kind of record."""
    return ICONS.get(ObjectType(object_type), "note")


def groups_shown(
    record: Record, definitions: Iterable[PropertyDefinition], owners: Mapping[str, str]
) -> list[ShownGroup]:
    """The values of a record by group, in the order of the definitions."""
    values = {
        **record.properties,
        "hs_object_id": record.pk,
        "createdate": record.created_at,
        "hs_lastmodifieddate": record.updated_at,
    }
    groups: dict[str, ShownGroup] = {}
    for definition in definitions:
        group = groups.get(definition.group.name)
        if group is None:
            group = groups[definition.group.name] = ShownGroup(definition.group.name, group_label(definition.group), [])
        group.editable = group.editable or not definition.is_read_only
        if definition.name in values:
            group.rows.append(value_shown(definition, values[definition.name], owners))
    return list(groups.values())


def changes_shown(
    changes: Sequence[PropertyChange], definitions: Mapping[str, PropertyDefinition], owners: Mapping[str, str]
) -> list[Shown]:
    """The values that one write set, each under its property's label; an empty text means that it was cleared."""
    return [
        value_shown(definition, change.value, owners)
        if (definition := definitions.get(change.name))
        else Shown(change.name, change.name, _plain(change.value))
        for change in changes
    ]


def value_shown(definition: PropertyDefinition, value: Any, owners: Mapping[str, str]) -> Shown:
    """One value for reading; one that a property of another type took before, as it is."""
    name, label = definition.name, label_of(definition)
    if value is None:
        return Shown(name, label)
    if not isinstance(value, dt.datetime) and not value_fits(definition.type, value):
        return Shown(name, label, _plain(value))
    if isinstance(value, dt.datetime) or definition.type == PropertyType.DATETIME:
        return Shown(name, label, moment=value if isinstance(value, dt.datetime) else dt.datetime.fromisoformat(value))
    return Shown(name, label, _text(definition, value, owners), link=_link(definition, value))


def value_text(definition: PropertyDefinition, value: Any, owners: Mapping[str, str]) -> str:
    """One value as plain text on one line; empty for none."""
    shown = value_shown(definition, value, owners)
    if shown.moment is not None:
        local = timezone.localtime(shown.moment)
        return f"{date_format(local, 'DATETIME_FORMAT')} {zone_name(local)}"
    text = text_of(str(value)) if definition.field_type == "html" and value else str(shown.text)
    return _LINE_ENDS.sub(" ", text)


def _plain(value: Any) -> str:
    """A value without its definition; empty for none."""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)


def _text(definition: PropertyDefinition, value: Any, owners: Mapping[str, str]) -> str | SafeString:
    if definition.name == OWNER:
        return owners.get(str(value), _("A user who has left"))
    if definition.field_type == "html":
        return html_shown(str(value))
    if definition.type == PropertyType.DATE:
        return date_format(dt.date.fromisoformat(value), "DATE_FORMAT")
    if definition.type == PropertyType.BOOL:
        return _("Yes") if value else _("No")
    if definition.type == PropertyType.NUMBER:
        return _number(definition.name, value)
    if definition.name == "hs_meeting_source" and definition.is_built_in:
        return _(MEETING_SOURCES[value]) if value in MEETING_SOURCES else str(value)
    if definition.options:
        chosen = value if isinstance(value, list) else [value]
        return ", ".join(option_label(definition, str(part)) for part in chosen)
    return str(value)


def _number(name: str, value: Any) -> str:
    """As the reader's language writes it, money to the hundredth at least; a record's number is no quantity."""
    if name == "hs_object_id":
        return str(value)
    finer = name not in MONEY or -Decimal(str(value)).as_tuple().exponent > MONEY_DECIMALS  # type: ignore[operator]
    return number_format(value, None if finer else MONEY_DECIMALS, use_l10n=True, force_grouping=True)


def _link(definition: PropertyDefinition, value: Any) -> str:
    """Where a value leads: addresses, phone numbers, web addresses."""
    text = str(value)
    if definition.name == "email":
        return f"mailto:{text}"
    if definition.field_type == "phonenumber":
        return "tel:" + "".join(c for c in text if c in "+0123456789")
    return text if text.startswith(("https://", "http://")) and definition.type == PropertyType.STRING else ""


def source_words(kind: str, label: str) -> str:
    """Who or what changed something: a name, with its kind before it unless it is a person's or the product's own."""
    words = str(ActorKind(kind).label)
    if label and kind not in (ActorKind.USER, ActorKind.SYSTEM):
        return _("%(kind)s: %(name)s") % {"kind": words, "name": label}
    return label or words


def plural_label(object_type: str) -> str:
    """The kind in the plural, as headings say it."""
    return str(_PLURALS[ObjectType(object_type)])


def plural_words(object_type: str) -> Promise:
    """The same, translated where it is shown."""
    return _PLURALS[ObjectType(object_type)]


_PLURALS: dict[ObjectType, Promise] = {
    ObjectType.CONTACT: gettext_lazy("Contacts"),
    ObjectType.COMPANY: gettext_lazy("Companies"),
    ObjectType.DEAL: gettext_lazy("Deals"),
    ObjectType.TICKET: gettext_lazy("Tickets"),
    ObjectType.PRODUCT: gettext_lazy("Products"),
    ObjectType.LINE_ITEM: gettext_lazy("Line items"),
    ObjectType.INVOICE: gettext_lazy("Invoices"),
    ObjectType.ORDER: gettext_lazy("Orders"),
    ObjectType.MARKETING_EVENT: gettext_lazy("Marketing events"),
    ObjectType.CALL: gettext_lazy("Calls"),
    ObjectType.EMAIL: gettext_lazy("Emails"),
    ObjectType.MEETING: gettext_lazy("Meetings"),
    ObjectType.NOTE: gettext_lazy("Notes"),
    ObjectType.TASK: gettext_lazy("Tasks"),
}
