"""Forms made from property definitions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext as _

from crm.form_fields import initial_value, property_field
from crm.models import PropertyDefinition, Record

VERSION = "version"


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
        self.properties = properties
        super().__init__(data, initial={d.name: initial_value(d, properties.get(d.name)) for d in self.definitions})
        for definition in self.definitions:
            self.fields[definition.name] = property_field(definition, owners, properties.get(definition.name))

    def changed(self) -> dict[str, Any]:
        """What was changed by name, as ``records_write`` takes it. The form must be valid."""
        return {name: self.cleaned_data[name] for name in self.changed_data}

    def given(self) -> dict[str, Any]:
        """Everything that has a value. The form must be valid."""
        return {name: value for name, value in self.cleaned_data.items() if value not in (None, "", [])}

    def groups(self, *, without: Iterable[str] = ()) -> list[tuple[str, list[forms.BoundField], bool]]:
        """(label, fields, whether one of them has an error) of each group, in order."""
        left_out, groups = set(without), dict[str, list[forms.BoundField]]()
        for definition in self.definitions:
            if definition.name not in left_out:
                groups.setdefault(_(definition.group.label), []).append(self[definition.name])
        return [(label, fields, any(field.errors for field in fields)) for label, fields in groups.items()]

    def shown_version(self) -> int | None:
        """The version of the record that the person saw; None when the form does not say."""
        text = str(self.data.get(VERSION, ""))
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None

    def conflicts(self) -> list[str]:
        """Names that the person changed and that somebody else has changed since the form was shown, otherwise."""
        return [name for name in self.changed_data if self._moved(name) and not self._same(name)]

    def conflict_show(self, name: str, words: str, who: str) -> None:
        """Say at the field what is there now and whose it is, and let the next save go over it."""
        field = self[name]
        data = self.data.copy()
        now = field.field.prepare_value(self.initial.get(name))
        hidden = field.field.hidden_widget()
        data.setlist(field.html_initial_name, _posted(hidden, now))
        self.data = data
        text = _("%(who)s has changed this to “%(value)s” meanwhile.") if words else _("%(who)s has cleared this meanwhile.")
        self.add_error(name, format_html("{} {}", text % {"who": who, "value": words}, _("Save again to keep yours.")))

    def version_set(self, record: Record) -> None:
        """Let the form go on from the record as it is now."""
        data = self.data.copy()
        data[VERSION] = str(record.version)
        self.data = data

    def _moved(self, name: str) -> bool:
        """Whether the value is another than the one that was shown."""
        field, bound = self.fields[name], self[name]
        hidden = field.hidden_widget()
        shown = hidden.value_from_datadict(self.data, self.files, bound.html_initial_name)
        return field.has_changed(self.initial.get(name), _typed(field, shown))

    def _same(self, name: str) -> bool:
        """Whether both have typed the same."""
        return not self.fields[name].has_changed(self.initial.get(name), self[name].data)


def _typed(field: forms.Field, shown: Any) -> Any:
    """A hidden first value as the field would get it from its own box."""
    return shown


def _posted(hidden: forms.Widget, value: Any) -> list[str]:
    """What a hidden field of this value would send."""
    if isinstance(value, (list, tuple)):
        return [str(part) for part in value]
    text = hidden.format_value(value)
    return ["" if text is None else str(text)]
