"""What a visitor fills in. Every error stands at its field, and what was typed is shown again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from calendars.consent_texts import consent_digest
from calendars.models import SchedulingPage
from calendars.selectors.pages import fields_asked
from calendars.services.booking_form import ANSWER_LENGTH_MOST, EMAIL_LENGTH_MOST, NAME_LENGTH_MOST
from crm.choices import ObjectType, PropertyType
from crm.form_fields import moment_field
from crm.labels import label_of, option_labels
from crm.models import PropertyDefinition
from crm.values import datetime_text
from hubclone.lib.names import LINK_REFUSED, link_in
from hubclone.lib.text import clean, clean_line

ANSWER_PREFIX = "answer-"
HONEYPOT = "website"
SHOWN_AGAIN_MOST = 5000
KEY_LENGTH_MOST = 400
YEARS_TYPED = range(1800, 2300)


TOO_LONG: dict[str, Any] = {"max_length": _("This is too long: at most %(limit_value)d characters.")}


class LineField(forms.CharField):
    """One line: control characters are dropped, white space is single."""

    default_error_messages = TOO_LONG

    def to_python(self, value: Any) -> str:
        """The cleaned line; far too long a text is left for the length check as it is."""
        text = super().to_python(value) or ""
        return clean_line(text) if len(text) <= SHOWN_AGAIN_MOST else text


class NameField(LineField):
    """A part of a person's name: never a link, for it stands in e-mails to others."""

    def validate(self, value: Any) -> None:
        """Raises ValidationError for a web address."""
        super().validate(value)
        if link_in(value):
            raise forms.ValidationError(LINK_REFUSED)


class TextField(forms.CharField):
    """Several lines, without control characters."""

    default_error_messages = TOO_LONG
    widget = forms.Textarea(attrs={"rows": 4})

    def to_python(self, value: Any) -> str:
        """The cleaned text; far too long a text is left for the length check as it is."""
        text = super().to_python(value) or ""
        return clean(text) if len(text) <= SHOWN_AGAIN_MOST else text


class VisitorForm(forms.Form):
    """Names, e-mail and the page's own fields; ``key`` names the form that was shown, so that it books once."""

    key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=KEY_LENGTH_MOST)
    first_name = NameField(
        label=_("First name"), max_length=NAME_LENGTH_MOST, widget=forms.TextInput({"autocomplete": "given-name"})
    )
    last_name = NameField(
        label=_("Last name"),
        max_length=NAME_LENGTH_MOST,
        required=False,
        widget=forms.TextInput({"autocomplete": "family-name"}),
    )
    email = forms.EmailField(
        label=_("Email"),
        max_length=EMAIL_LENGTH_MOST,
        error_messages=TOO_LONG,
        widget=forms.EmailInput({"autocomplete": "email"}),
    )
    website = forms.CharField(required=False, widget=forms.TextInput({"tabindex": "-1", "autocomplete": "off"}))

    def __init__(
        self, page: SchedulingPage, data: MultiValueDict[str, str] | None = None, *, zone: str = "", **kwargs: Any
    ) -> None:
        """``zone`` is the visitor's (IANA), in which times are typed; empty: the page's own."""
        self.page, self.zone = page, zone or page.time_zone
        with timezone.override(self.zone):
            asked = {ANSWER_PREFIX + name: field for name, field in answer_fields(page)}
        lists = {name for name, field in asked.items() if isinstance(field, forms.MultipleChoiceField)}
        super().__init__(_shortened(data, lists) if data is not None else None, **kwargs)
        self.fields |= asked
        if page.consent_text:
            self.fields["consent"] = forms.CharField(error_messages={"required": _("Please tick this box.")})

    def full_clean(self) -> None:
        """Times are the visitor's."""
        with timezone.override(self.zone):
            super().full_clean()

    @property
    def is_robot(self) -> bool:
        """Whether the trap was filled in, which no person sees."""
        return bool(self.data.get(HONEYPOT))

    @property
    def answers(self) -> dict[str, str]:
        """The page's own fields as text, by the names of the contact's properties."""
        found = {}
        for name, value in self.cleaned_data.items():
            if name.startswith(ANSWER_PREFIX) and value not in (None, "", []):
                found[name.removeprefix(ANSWER_PREFIX)] = _text(value)
        return found

    @property
    def answer_bound_fields(self) -> list[forms.BoundField]:
        """The page's own fields, to be shown."""
        return [field for field in self._answers_bound if not field.is_hidden]

    @property
    def answers_hidden(self) -> list[forms.BoundField]:
        """The page's fields that take their values from its address."""
        return [field for field in self._answers_bound if field.is_hidden]

    @property
    def _answers_bound(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith(ANSWER_PREFIX)]

    @property
    def consent_value(self) -> str:
        """What the box of the consent sends."""
        return consent_digest(self.page.consent_text)

    @property
    def is_consent_ticked(self) -> bool:
        """Whether the present words were agreed to."""
        return bool(self.page.consent_text) and self.data.get("consent") == self.consent_value

    def clean_consent(self) -> str:
        """The words that were agreed to, which are the page's own."""
        if self.cleaned_data["consent"] != self.consent_value:
            raise forms.ValidationError(_("These words have changed since. Please read them and tick the box again."))
        return self.page.consent_text

    def key_renew(self, key: str) -> None:
        """Carry another token from now on."""
        self.data = {**self.data, "key": key}

    def errors_add(self, errors: Mapping[str, str]) -> None:
        """Put each sentence at its field; those of fields that are not shown stand above the form."""
        for name, sentence in errors.items():
            known = next((key for key in (name, ANSWER_PREFIX + name) if key in self.fields), None)
            self.add_error(known if known and not self[known].is_hidden else None, sentence)


def answer_fields(page: SchedulingPage) -> Iterable[tuple[str, forms.Field]]:
    """A field for each property that the page asks for and that still exists: one query, none without them."""
    wanted = {str(item["name"]): item for item in fields_asked(page)}
    if not wanted:
        return
    definitions = PropertyDefinition.objects.filter(
        account_id=page.account_id, object_type=ObjectType.CONTACT, archived_at=None, name__in=wanted
    )
    found = {definition.name: definition for definition in definitions}
    for name, item in wanted.items():
        if name in found and item.get("hidden"):
            yield name, forms.CharField(required=False, widget=forms.HiddenInput)
        elif name in found:
            yield name, _field(found[name], bool(item.get("required")))


def _field(definition: PropertyDefinition, required: bool) -> forms.Field:
    label, options = label_of(definition), list(option_labels(definition).items())
    if definition.type == PropertyType.ENUMERATION:
        return forms.ChoiceField(label=label, required=required, choices=[("", "—"), *options])
    if definition.type == PropertyType.MULTI_ENUMERATION:
        widget = forms.CheckboxSelectMultiple
        return forms.MultipleChoiceField(label=label, required=required, choices=options, widget=widget)
    if definition.type == PropertyType.DATETIME:
        return moment_field(label=label, required=required, validators=[_moment_check])
    if definition.type == PropertyType.BOOL:
        return forms.ChoiceField(
            label=label, required=required, choices=[("", "—"), ("true", _("Yes")), ("false", _("No"))]
        )
    if definition.type == PropertyType.NUMBER:
        return forms.DecimalField(label=label, required=required, max_digits=20)
    if definition.type == PropertyType.DATE:
        return forms.DateField(label=label, required=required, widget=forms.DateInput({"type": "date"}))
    if definition.field_type == "textarea":
        return TextField(label=label, required=required, max_length=ANSWER_LENGTH_MOST)
    return LineField(label=label, required=required, max_length=ANSWER_LENGTH_MOST)


def _moment_check(moment: dt.datetime) -> None:
    """Raises ValidationError for a year that nobody means and that not every zone has."""
    if moment.year not in YEARS_TYPED:
        raise forms.ValidationError(_("Please check the year."))


def _text(value: Any) -> str:
    """An answer as the write path reads it: times with their zone, the chosen ones of a list with semicolons."""
    if isinstance(value, list):
        return ";".join(value)
    return datetime_text(value) if isinstance(value, dt.datetime) else str(value)


def _shortened(data: MultiValueDict[str, str], lists: Collection[str]) -> dict[str, str | list[str]]:
    """What came in, each text cut where it is far too long anyway, so that it is refused and can be shown again."""
    most = SHOWN_AGAIN_MOST + 1
    texts: dict[str, str | list[str]] = {name: str(data[name])[:most] for name in data if name not in lists}
    return texts | {name: [value[:most] for value in data.getlist(name)] for name in lists}
