"""The contact's properties that a page asks for: inputs ``<name>`` (a property each, in their order),
``<name>-required`` and ``<name>-hidden``. A hidden one is never shown: its value comes with the page's address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from crm.choices import ObjectType
from crm.models import PropertyDefinition

FIELDS_MOST = 20
ALWAYS_ASKED = ("firstname", "lastname", "email")


@dataclass(frozen=True, slots=True)
class AskedField:
    """A property that the form asks for."""

    name: str
    label: str
    required: bool
    hidden: bool


class ContactFieldsInput(forms.Widget):
    """Reads the inputs; the editor's template draws them. What ``<name>-add`` names is added at the end."""

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> list[dict[str, Any]]:
        """The properties in their order, each once, with whether they are required."""
        if not isinstance(data, MultiValueDict):
            return []
        required, hidden = set(data.getlist(f"{name}-required")), set(data.getlist(f"{name}-hidden"))
        names = dict.fromkeys([*data.getlist(name), *filter(None, [data.get(f"{name}-add")])])
        return [{"name": item, "required": item in required, "hidden": item in hidden} for item in names]

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        """No property at all sends nothing and is meant."""
        return False

    def use_required_attribute(self, initial: Any) -> bool:
        """No property at all is no mistake."""
        return False


class ContactFieldsField(forms.Field):
    """Cleans to what a page keeps: ``[{"name", "label", "required", "hidden"}]``; ``definitions`` are set by the form.

    What is hidden is never required, for nobody could mend it.
    """

    widget = ContactFieldsInput
    definitions: dict[str, PropertyDefinition]

    def clean(self, value: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Raises ValidationError for a property that contacts of the account do not have."""
        if len(value) > FIELDS_MOST:
            raise ValidationError(_("Please keep to %(count)s fields.") % {"count": FIELDS_MOST})
        if any(item["name"] not in self.definitions for item in value):
            raise ValidationError(_("One of these fields does not exist any more. Please remove it."))
        return [
            {
                "name": item["name"],
                "label": self.definitions[item["name"]].label,
                "required": bool(item["required"]) and not item["hidden"],
                "hidden": bool(item["hidden"]),
            }
            for item in value
        ]


def definitions_askable(account_id: int) -> QuerySet[PropertyDefinition]:
    """The properties that a visitor can be asked for."""
    return (
        PropertyDefinition.objects.filter(
            account_id=account_id, object_type=ObjectType.CONTACT, archived_at=None, is_read_only=False
        )
        .exclude(name__in=ALWAYS_ASKED)
        .exclude(field_type="owner")
        .order_by("label", "id")
    )


def asked_fields(value: Sequence[Mapping[str, Any]], definitions: Mapping[str, PropertyDefinition]) -> list[AskedField]:
    """For the template; a property that is gone shows by its name and can be removed."""
    found = []
    for item in value:
        name = str(item["name"])[:100]
        label = _(definitions[name].label) if name in definitions else name
        found.append(AskedField(name, label, bool(item.get("required")), bool(item.get("hidden"))))
    return found
