"""Form fields for the kinds of property: each takes what people type in their language."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.formats import get_format, localize_input
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.choices import PropertyType
from crm.currencies import CURRENCY_PROPERTIES, currency_words
from crm.labels import label_of, option_labels
from crm.models import PropertyDefinition
from crm.objects import OWNER
from crm.rich_text import html_of, is_formatted, text_of
from crm.values import EXPONENT_MOST, TEXT_LENGTH_MOST

SHORT_LENGTH_MOST = 1000
NUMBER_LENGTH_MOST = 40
CHOICES_PLAIN_MOST = 20
"""Longer lists are searched."""
_INPUT_TYPES = {"phonenumber": "tel"}
_SPACES = re.compile(r"[\s\u00a0\u202f']+")


class NumberField(forms.CharField):
    """A number as the reader's language writes it: ``1,234.5`` in English, ``1 234,5`` in Polish; a plain dot always
    divides. Answers text that ``Decimal`` takes, or the empty string."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "decimal"})
        super().__init__(max_length=NUMBER_LENGTH_MOST, widget=widget, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """As it is typed in this language; text that was typed stays."""
        return localize_input(value) if isinstance(value, (int, float, Decimal)) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether the two are different numbers, however they are written."""
        try:
            return self.to_python(self.prepare_value(initial)) != self.to_python(data)
        except forms.ValidationError:
            return True

    def to_python(self, value: Any) -> str:
        """Raises ValidationError for what is no number."""
        text = _SPACES.sub("", str(value if value is not None else ""))
        if not text:
            return ""
        try:
            number = Decimal(_plain(text))
        except InvalidOperation as error:
            raise forms.ValidationError(_("This must be a number.")) from error
        if not number.is_finite() or (number and abs(number.adjusted()) >= EXPONENT_MOST):
            raise forms.ValidationError(_("This must be a number."))
        return _plainest(number)


class RichTextField(forms.CharField):
    """HTML in a plain text box. Answers HTML; formatting stays as long as the text is not touched."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=TEXT_LENGTH_MOST, widget=forms.Textarea(attrs={"rows": 4}), **kwargs)

    def to_python(self, value: Any) -> str:
        """The text with plain line ends."""
        return str(super().to_python(value)).replace("\r\n", "\n")

    def clean(self, value: Any) -> str:
        """Paragraphs and lines as HTML."""
        return html_of(super().clean(value))


def property_field(definition: PropertyDefinition, owners: Sequence[tuple[str, str]], value: Any) -> forms.Field:
    """The field of one property; it shows what it began with beside what is typed."""
    common: dict[str, Any] = {"label": label_of(definition), "required": False, "show_hidden_initial": True}
    if definition.description:
        common["help_text"] = definition.description
    if definition.name == OWNER:
        owner = forms.Select(attrs={"data-combobox": ""})
        return forms.ChoiceField(choices=[("", _("Nobody")), *owners], widget=owner, **common)
    if definition.type == PropertyType.NUMBER:
        return NumberField(**common)
    if definition.type == PropertyType.DATE:
        return forms.DateField(widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), **common)
    if definition.type == PropertyType.DATETIME:
        return moment_field(**common)
    if definition.type == PropertyType.BOOL:
        return forms.ChoiceField(choices=[("", "—"), ("true", _("Yes")), ("false", _("No"))], **common)
    if definition.type == PropertyType.MULTI_ENUMERATION:
        widget = forms.CheckboxSelectMultiple
        return forms.MultipleChoiceField(choices=_choices(definition, value), widget=widget, **common)
    if definition.options:
        choices = [("", "—"), *_choices(definition, value)]
        select = forms.Select(attrs={"data-combobox": ""} if len(choices) > CHOICES_PLAIN_MOST else None)
        return forms.ChoiceField(choices=choices, widget=select, **common)
    return _text_field(definition, common, value)


def moment_field(**common: Any) -> forms.DateTimeField:
    """A day and a time in the reader's own zone, which its help names."""
    zone = timezone.get_current_timezone_name().replace("_", " ")
    widget = forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})
    common.setdefault("help_text", _("Time zone: %(zone)s") % {"zone": zone})
    return forms.DateTimeField(widget=widget, **common)


def initial_value(definition: PropertyDefinition, value: Any) -> Any:
    """A kept value as its field shows it; times to the minute, which is what the field can hold."""
    if value is None:
        return [] if definition.type == PropertyType.MULTI_ENUMERATION else None
    if definition.type == PropertyType.DATETIME:
        return dt.datetime.fromisoformat(value).replace(second=0, microsecond=0)
    if definition.type == PropertyType.DATE:
        return dt.date.fromisoformat(value)
    if definition.type == PropertyType.BOOL:
        return "true" if value else "false"
    return text_of(str(value)) if definition.field_type == "html" else value


def _text_field(definition: PropertyDefinition, common: dict[str, Any], value: Any) -> forms.Field:
    if definition.field_type == "html":
        if value and is_formatted(str(value)):
            common["help_text"] = gettext_lazy("This text has formatting, which goes when you change it.")
        return RichTextField(**common)
    if definition.field_type == "textarea":
        return forms.CharField(max_length=TEXT_LENGTH_MOST, widget=forms.Textarea(attrs={"rows": 4}), **common)
    if definition.name == "email":
        return forms.EmailField(max_length=254, **common)
    kind = _INPUT_TYPES.get(definition.field_type, "text")
    return forms.CharField(max_length=SHORT_LENGTH_MOST, widget=forms.TextInput(attrs={"type": kind}), **common)


def _choices(definition: PropertyDefinition, value: Any) -> list[tuple[str, str]]:
    """The options; one that the record has and that is no longer offered stays, so that saving does not lose it."""
    offered = option_labels(definition)
    if definition.is_built_in and definition.name in CURRENCY_PROPERTIES:
        offered = {code: currency_words(code) if label == code else label for code, label in offered.items()}
    kept = value if isinstance(value, list) else [value] if value else []
    return [*offered.items(), *((str(key), str(key)) for key in kept if str(key) not in offered)]


def _plainest(number: Decimal) -> str:
    """With every digit that counts and none that does not: ``normalize`` would round to the context's 28."""
    if not number:
        return "0"
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _plain(text: str) -> str:
    """A number with a dot: groups of the language go when they are where groups belong."""
    group, decimal = str(get_format("THOUSAND_SEPARATOR")), str(get_format("DECIMAL_SEPARATOR"))
    if group.strip() and re.fullmatch(rf"-?\d{{1,3}}(?:{re.escape(group)}\d{{3}})+(?:{re.escape(decimal)}\d*)?", text):
        text = text.replace(group, "")
    return text.replace(decimal, ".")
