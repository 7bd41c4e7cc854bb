"""Forms made from property definitions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.choices import PropertyType
from crm.models import PropertyDefinition
from crm.objects import OWNER
from crm.presentation import label_of
from crm.values import TEXT_LENGTH_MOST

SHORT_LENGTH_MOST = 1000
_INPUT_TYPES = {"phonenumber": "tel"}
CREATE_FIELDS = (
    "email",
    "firstname",
    "lastname",
    "phone",
    "company",
    "jobtitle",
    "lifecyclestage",
    OWNER,
)


class RecordForm(forms.Form):
    """One field for each definition. Fields carry what they showed at first, so that only what the person has changed
    is written, and another's change of another field meanwhile stays."""

    def __init__(
        self,
        data: Any = None,
        *,
        definitions: Iterable[PropertyDefinition],
        owners: Sequence[tuple[str, str]],
        properties: Mapping[str, Any],
    ) -> None:
        self.definitions = [definition for definition in definitions if not definition.is_read_only]
        super().__init__(data, initial={d.name: _initial(d, properties.get(d.name)) for d in self.definitions})
        for definition in self.definitions:
            self.fields[definition.name] = _field(definition, owners)

    def changed(self) -> dict[str, Any]:
        """What was changed by name, as ``records_write`` takes it. The form must be valid."""
        return {name: self.cleaned_data[name] for name in self.changed_data}


def _field(definition: PropertyDefinition, owners: Sequence[tuple[str, str]]) -> forms.Field:
    common: dict[str, Any] = {"label": label_of(definition), "required": False, "show_hidden_initial": True}
    if definition.name == OWNER:
        return forms.ChoiceField(choices=[("", _("Nobody")), *owners], **common)
    if definition.type == PropertyType.NUMBER:
        return forms.CharField(max_length=40, widget=forms.TextInput(attrs={"inputmode": "decimal"}), **common)
    if definition.type == PropertyType.DATE:
        return forms.DateField(widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), **common)
    if definition.type == PropertyType.DATETIME:
        widget = forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})
        return forms.DateTimeField(widget=widget, help_text=_("In your own time zone."), **common)
    if definition.type == PropertyType.BOOL:
        return forms.ChoiceField(choices=[("", "—"), ("true", _("Yes")), ("false", _("No"))], **common)
    if definition.type == PropertyType.MULTI_ENUMERATION:
        return forms.MultipleChoiceField(choices=_choices(definition), widget=forms.CheckboxSelectMultiple, **common)
    if definition.options:
        return forms.ChoiceField(choices=[("", "—"), *_choices(definition)], **common)
    return _text_field(definition, common)


def _text_field(definition: PropertyDefinition, common: dict[str, Any]) -> forms.Field:
    if definition.field_type in {"textarea", "html"}:
        return forms.CharField(max_length=TEXT_LENGTH_MOST, widget=forms.Textarea(attrs={"rows": 4}), **common)
    if definition.name == "email":
        return forms.EmailField(max_length=254, **common)
    kind = _INPUT_TYPES.get(definition.field_type, "text")
    return forms.CharField(max_length=SHORT_LENGTH_MOST, widget=forms.TextInput(attrs={"type": kind}), **common)


def _choices(definition: PropertyDefinition) -> list[tuple[str, Any]]:
    label = _ if definition.is_built_in else str
    return [(option["value"], label(option["label"])) for option in definition.options]


def _initial(definition: PropertyDefinition, value: Any) -> Any:
    """A kept value as its field shows it; times to the minute, which is what the field can hold."""
    if value is None:
        return [] if definition.type == PropertyType.MULTI_ENUMERATION else None
    if definition.type == PropertyType.DATETIME:
        return dt.datetime.fromisoformat(value).replace(second=0, microsecond=0)
    if definition.type == PropertyType.DATE:
        return dt.date.fromisoformat(value)
    if definition.type == PropertyType.BOOL:
        return "true" if value else "false"
    return value
