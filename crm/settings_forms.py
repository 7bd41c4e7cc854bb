"""What people fill in under Settings → Objects."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.choices import ObjectType, PropertyType
from crm.currencies import CURRENCY_PROPERTIES, currency_words
from crm.labels import built_in_options, group_label, label_of, label_typed, option_labels
from crm.models import AssociationType, PropertyDefinition, PropertyGroup
from crm.objects import OBJECTS, OWNER
from crm.presentation import plural_label
from crm.selectors.definitions import label_pairs
from crm.services.definitions import LISTS, NAME
from hubclone.lib.text import clean_line, fold, slugify

KINDS: dict[str, Any] = {
    "string:text": _("Text on one line"),
    "string:textarea": _("Text on several lines"),
    "string:phonenumber": _("Phone number"),
    "number:number": pgettext_lazy("kind of property", "Number"),
    "bool:booleancheckbox": _("Yes or no"),
    "date:date": _("Date"),
    "datetime:date": _("Date and time"),
    "enumeration:select": _("One of a list"),
    "multi_enumeration:checkbox": _("Several of a list"),
}
OPTIONS_MOST = 500
OPTIONS_AT_ONCE = 25
"""More of them are not listed for change one below the other: they are found by their words."""
LABEL_LENGTH_MOST = 200
BUILT_IN_HELP = _(
    "Shown in each reader's language. Your own words are shown in every language; empty brings ours back."
)


def kind_of(definition: PropertyDefinition) -> str:
    """The entry of KINDS that a definition is; "" when a built-in one is of no such kind."""
    exact = f"{definition.type}:{definition.field_type}"
    alike = next((kind for kind in KINDS if kind.partition(":")[0] == definition.type), "")
    return exact if exact in KINDS else "" if definition.is_built_in else alike


def kind_words(definition: PropertyDefinition) -> str | Promise:
    """What its values are, in words; an owner is text only to the API."""
    if definition.name == OWNER:
        return _("A user")
    return KINDS.get(kind_of(definition)) or PropertyType(definition.type).label


class PropertyForm(forms.Form):
    """A property of an account's own: its words, where it is shown, and what its values are. A draft, which was sent by
    a button of the options (``do``), is shown again as it is and not judged."""

    label = forms.CharField(label=_("Label"), max_length=LABEL_LENGTH_MOST)
    group = forms.TypedChoiceField(label=_("Group"), coerce=int)
    description = forms.CharField(
        label=_("Description"),
        required=False,
        max_length=2000,
        help_text=_("What people who fill it in should know."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    kind = forms.ChoiceField(label=_("Kind of value"), choices=list(KINDS.items()))
    name = forms.CharField(
        label=_("Name in the API"),
        required=False,
        max_length=100,
        help_text=_(
            "Lower-case letters, digits and underscores. Made from the label when it is empty; it cannot be changed."
        ),
    )

    def __init__(
        self, data: Any = None, *, groups: Sequence[PropertyGroup], definition: PropertyDefinition | None = None
    ) -> None:
        draft = data if data is not None and wish_of(data) else None
        super().__init__(None if draft is not None else data, initial=draft.dict() if draft else _start(definition))
        self.fields["group"].choices = [(group.pk, group_label(group)) for group in groups]  # type: ignore[attr-defined]
        if definition is not None:
            del self.fields["name"]
            if definition.is_built_in:
                del self.fields["kind"]
                self.fields["label"].required = False
                self.fields["label"].help_text = BUILT_IN_HELP

    def clean_name(self) -> str:
        """As it was typed, or made from the label."""
        name = str(self.cleaned_data.get("name") or "")
        if not name:
            name = slugify(self.cleaned_data.get("label", "")).replace("-", "_")[:100]
            name = name if name[:1].isalpha() else f"own_{name}".strip("_")
        if not NAME.fullmatch(name):
            raise forms.ValidationError(_("Use lower-case letters, digits and underscores, a letter first."))
        return name


def _start(definition: PropertyDefinition | None) -> dict[str, Any]:
    if definition is None:
        return {"kind": "string:text"}
    return {
        "label": label_of(definition),
        "group": definition.group_id,
        "description": definition.description,
        "kind": kind_of(definition),
    }


@dataclass(slots=True)
class OptionRows:
    """The options as they stand in the editor: each (value, label). Buttons change the rows and save nothing."""

    rows: list[tuple[str, str]] = field(default_factory=list)
    built_in: Mapping[str, str] = field(default_factory=dict)
    is_money: bool = False
    sought: str = ""

    @classmethod
    def posted(cls, data: QueryDict, definition: PropertyDefinition | None = None) -> OptionRows:
        """What was sent: as many values as labels, in their order."""
        pairs = zip(data.getlist("option-value"), data.getlist("option-label"), strict=False)
        rows = [(value, clean_line(label)) for value, label in pairs][:OPTIONS_MOST]
        return cls(rows, _built_in(definition), _is_money(definition), _sought(data))

    @classmethod
    def kept(cls, definition: PropertyDefinition) -> OptionRows:
        """Those of a property."""
        return cls(list(option_labels(definition).items()), _built_in(definition), _is_money(definition))

    @property
    def is_long(self) -> bool:
        """Too many to be listed for change one below the other."""
        return len(self.rows) > OPTIONS_AT_ONCE

    def act(self, wish: str) -> None:
        """Do what a button says: ``add``, ``remove:2``, ``up:2``, ``down:2``, ``top:2``; anything else does nothing."""
        verb, _colon, at = wish.partition(":")
        index = int(at) if at.isascii() and at.isdigit() and len(at) < 5 else -1
        if verb == "add" and len(self.rows) < OPTIONS_MOST:
            self.rows.append(("", ""))
        elif verb == "remove" and 0 <= index < len(self.rows) and self.rows[index][0] not in self.built_in:
            del self.rows[index]
        elif verb in {"up", "down"} and 0 <= index < len(self.rows):
            to = index - 1 if verb == "up" else index + 1
            if 0 <= to < len(self.rows):
                self.rows[index], self.rows[to] = self.rows[to], self.rows[index]
        elif verb == "top" and 0 <= index < len(self.rows):
            self.rows.insert(0, self.rows.pop(index))

    def shown(self) -> list[dict[str, Any]]:
        """For the template; ``open`` are those to be changed, the others of a long list go along unseen."""
        last, is_open = len(self.rows) - 1, self._open()
        return [
            {
                "value": value,
                "label": label,
                "words": self._words(value, label),
                "fixed": value in self.built_in,
                "open": (value, label) in is_open,
                "first": at == 0,
                "last": at == last,
            }
            for at, (value, label) in enumerate(self.rows)
        ]

    def _open(self) -> Collection[tuple[str, str]]:
        """Of a long list those that are new and the first that hold the words which are sought."""
        if not self.is_long:
            return self.rows
        new = [row for row in self.rows if not row[0]]
        words = fold(self.sought).split()
        found = [
            row
            for row in self.rows
            if words and all(word in fold(" ".join((*row, self._words(*row)))) for word in words)
        ]
        return {*new, *found[:OPTIONS_AT_ONCE]}

    def _words(self, value: str, label: str) -> str:
        return currency_words(value) if self.is_money and label == value else label

    def options(self, type_: str) -> list[dict[str, str]]:
        """What the property gets: a built-in option without a label has its first one back, other rows without one are
        left out, and a new one's value is made from its label; none for a type that is not a list."""
        if type_ not in LISTS:
            return []
        taken = {value for value, _label in self.rows if value}
        made = []
        for value, typed in self.rows:
            label = label_typed(typed, self.built_in.get(value, ""))
            if not label:
                continue
            if not value:
                value = _free(slugify(label).replace("-", "_") or "option", taken)
                taken.add(value)
            made.append({"value": value, "label": label})
        return made


class LabelForm(forms.Form):
    """A pair of labels; without ``pair`` for one that is there."""

    pair = forms.ChoiceField(label=_("Between"))
    label = forms.CharField(label=_("Label"), max_length=100)
    inverse_label = forms.CharField(
        label=_("Seen from the other side"),
        required=False,
        max_length=100,
        help_text=_("The same when it is empty."),
    )

    def __init__(self, data: Any = None, *, label: AssociationType | None = None) -> None:
        other = getattr(label, "other", None)
        start = {"label": label.label, "inverse_label": other.label if other else ""} if label else {}
        super().__init__(data, initial=start)
        if label is not None:
            del self.fields["pair"]
            return
        self.fields["pair"].choices = [  # type: ignore[attr-defined]
            (f"{a}:{b}", f"{plural_label(a)} – {plural_label(b)}") for a, b in label_pairs()
        ]


def wish_of(data: QueryDict) -> str:
    """What a button of the options asks for (OptionRows.act); ``find`` also after Enter in the field for it."""
    return data.get("do", "") or ("find" if _sought(data) != clean_line(data.get("option-found", "")) else "")


def object_choices() -> list[tuple[str, str]]:
    """Every kind of record by its address, in words."""
    return [(info.plural, plural_label(ObjectType(info.type))) for info in OBJECTS.values()]


def _built_in(definition: PropertyDefinition | None) -> Mapping[str, str]:
    return built_in_options(definition) if definition else {}


def _is_money(definition: PropertyDefinition | None) -> bool:
    return definition is not None and definition.is_built_in and definition.name in CURRENCY_PROPERTIES


def _sought(data: QueryDict) -> str:
    return clean_line(data.get("option-find", ""))[:LABEL_LENGTH_MOST]


def _free(base: str, taken: set[str]) -> str:
    number, value = 1, base
    while value in taken:
        number += 1
        value = f"{base}_{number}"
    return value
