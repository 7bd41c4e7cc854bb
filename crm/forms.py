"""Forms made from property definitions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _

from crm.form_fields import initial_value, property_field
from crm.labels import group_label
from crm.models import PropertyDefinition, Record

VERSION = "version"
_Groups = dict[str, list[forms.BoundField]]


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
        super().__init__(data)
        self.properties_set(properties)
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
        left_out, groups = set(without), _Groups()
        for definition in self.definitions:
            if definition.name not in left_out:
                groups.setdefault(group_label(definition.group), []).append(self[definition.name])
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
        now = field.field.prepare_value(self.initial.get(name))
        self._put(field.html_initial_name, _posted(field.field.hidden_widget(), now))
        changed = _("%(who)s has changed this to “%(value)s” meanwhile.")
        text = (changed if words else _("%(who)s has cleared this meanwhile.")) % {"who": who, "value": words}
        self.add_error(name, " ".join((text, _("Save again to keep yours."))))

    def properties_set(self, properties: Mapping[str, Any]) -> None:
        """What the record has now."""
        self.initial = {d.name: initial_value(d, properties.get(d.name)) for d in self.definitions}

    def version_set(self, record: Record) -> None:
        """Let the form go on from the record as it is now."""
        self._put(VERSION, [str(record.version)])

    def _put(self, name: str, values: list[str]) -> None:
        """Send ``values`` with the next save."""
        assert isinstance(self.data, QueryDict)
        data = self.data.copy()
        data.setlist(name, values)
        self.data = data

    def _moved(self, name: str) -> bool:
        """Whether the value is another than the one that was shown."""
        hidden = self.fields[name].hidden_widget()
        return self._differs(name, hidden.value_from_datadict(self.data, self.files, self[name].html_initial_name))

    def _same(self, name: str) -> bool:
        """Whether both have typed the same."""
        return not self._differs(name, self[name].data)

    def _differs(self, name: str, typed: Any) -> bool:
        """Whether ``typed`` is something else than what the record has now. Browsers send line ends as CR LF."""
        plain = typed.replace("\r\n", "\n") if isinstance(typed, str) else typed
        return self.fields[name].has_changed(self.initial.get(name), plain)


def _posted(hidden: forms.Widget, value: Any) -> list[str]:
    """What a hidden field of this value would send."""
    if isinstance(value, (list, tuple)):
        return [str(part) for part in value]
    text = hidden.format_value(value)
    return ["" if text is None else str(text)]
