"""The forms with which people log activities on a record, and change them. Field names are those of the properties."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.builtin_properties import BUILT_IN
from crm.choices import ObjectType, PropertyType
from crm.form_fields import RichTextField, moment_field
from crm.models import Record
from crm.objects import OWNER
from crm.rich_text import text_of

SUBJECT_LENGTH_MOST = 400
MINUTES_MOST = 24 * 60
_SPECS = {spec.name: spec for groups in BUILT_IN.values() for group in groups for spec in group.properties}


class ActivityForm(forms.Form):
    """What all kinds share. ``body`` and ``subject`` name properties; ``moment`` is when it happens or happened.
    ``note`` says what happens when it is sent, where that depends on more than the kind."""

    activity_type: ClassVar[ObjectType]
    subject: ClassVar[str] = ""
    body: ClassVar[str]
    body_label: ClassVar[Any] = gettext_lazy("Notes")
    choices: ClassVar[tuple[str, ...]] = ()
    moment_label: ClassVar[Any] = gettext_lazy("Date and time")
    has_minutes: ClassVar[bool] = False
    minutes_least: ClassVar[int] = 0
    note: str = ""

    def __init__(
        self,
        data: Any = None,
        *,
        record: Record,
        owners: Sequence[tuple[str, str]],
        user_id: str,
        properties: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(data, auto_id=f"{self.activity_type}-%s")
        self.record, self.user_id, self.kept = record, user_id, properties
        self._build(owners)
        self.initial = self._start(user_id) if properties is None else self._shown(properties)

    def properties(self) -> dict[str, Any]:
        """What the activity is to hold. The form must be valid."""
        return {name: value for name, value in self.cleaned_data.items() if name != "minutes"}

    def occurred_at(self) -> dt.datetime:
        """Where it stands on the timeline."""
        return self.cleaned_data.get("hs_timestamp") or timezone.now()

    def _build(self, owners: Sequence[tuple[str, str]]) -> None:
        if self.subject:
            self.fields[self.subject] = forms.CharField(label=_("Subject"), max_length=SUBJECT_LENGTH_MOST)
        self.fields[self.body] = RichTextField(label=str(self.body_label), required=not self.subject)
        for name in self.choices:
            self.fields[name] = forms.ChoiceField(
                label=_(_SPECS[name].label), required=False, choices=self._options(name)
            )
        if self.moment_label:
            self.fields["hs_timestamp"] = moment_field(label=str(self.moment_label), required=self.is_dated())
        if self.has_minutes:
            minutes = forms.NumberInput(attrs={"inputmode": "numeric"})
            self.fields["minutes"] = forms.IntegerField(
                label=_("Duration in minutes"),
                required=self.minutes_least > 0,
                min_value=self.minutes_least,
                max_value=MINUTES_MOST,
                widget=minutes,
            )

    def is_dated(self) -> bool:
        """Whether it cannot do without its time."""
        return True

    def _start(self, user_id: str) -> dict[str, Any]:
        """What an empty form proposes."""
        return {"hs_timestamp": timezone.now().replace(second=0, microsecond=0)}

    def _shown(self, properties: Mapping[str, Any]) -> dict[str, Any]:
        """An activity's own values."""
        return {name: _field_value(name, properties[name]) for name in self.fields if properties.get(name)}

    def _options(self, name: str) -> list[tuple[str, str]]:
        options = [(value, _(label)) for value, label in _SPECS[name].options]
        kept = str((self.kept or {}).get(name, ""))
        return [("", "—"), *options, *([(kept, kept)] if kept and kept not in dict(options) else [])]


class NoteForm(ActivityForm):
    """Free text."""

    activity_type = ObjectType.NOTE
    body = "hs_note_body"
    body_label = gettext_lazy("Note")
    moment_label = ""

    def properties(self) -> dict[str, Any]:
        """A note has the time when it was first written."""
        values = super().properties()
        return values if self.kept is not None else {**values, "hs_timestamp": timezone.now()}

    def occurred_at(self) -> dt.datetime:
        """A note keeps its place."""
        kept = (self.kept or {}).get("hs_timestamp")
        return dt.datetime.fromisoformat(kept) if kept else timezone.now()


class TaskForm(ActivityForm):
    """What is to be done, by when and by whom; it stands where it was written, not at its due date."""

    activity_type = ObjectType.TASK
    subject, body = "hs_task_subject", "hs_task_body"
    choices = ("hs_task_priority",)
    moment_label = gettext_lazy("Due")

    def properties(self) -> dict[str, Any]:
        """A new task is not started."""
        values = super().properties()
        return values if self.kept is not None else {**values, "hs_task_status": "NOT_STARTED"}

    def occurred_at(self) -> dt.datetime:
        """Now; a change leaves it where it is."""
        return timezone.now()

    def is_dated(self) -> bool:
        """A task may wait without a date."""
        return False

    def _build(self, owners: Sequence[tuple[str, str]]) -> None:
        super()._build(owners)
        owner = forms.Select(attrs={"data-combobox": ""})
        choices = [("", _("Nobody")), *owners]
        self.fields[OWNER] = forms.ChoiceField(label=_("Assigned to"), required=False, choices=choices, widget=owner)

    def _start(self, user_id: str) -> dict[str, Any]:
        return {OWNER: user_id}


class CallForm(ActivityForm):
    """A call that was made."""

    activity_type = ObjectType.CALL
    subject, body = "hs_call_title", "hs_call_body"
    choices = ("hs_call_direction",)
    has_minutes = True

    def properties(self) -> dict[str, Any]:
        """The duration is kept in milliseconds."""
        minutes = self.cleaned_data["minutes"]
        return {**super().properties(), "hs_call_duration": None if minutes is None else minutes * 60_000}

    def _start(self, user_id: str) -> dict[str, Any]:
        return {**super()._start(user_id), "hs_call_direction": "OUTBOUND"}

    def _shown(self, properties: Mapping[str, Any]) -> dict[str, Any]:
        milliseconds = properties.get("hs_call_duration")
        minutes = {} if milliseconds is None else {"minutes": round(milliseconds / 60_000)}
        return {**super()._shown(properties), **minutes}


class EmailForm(ActivityForm):
    """An e-mail that was sent or received elsewhere."""

    activity_type = ObjectType.EMAIL
    subject, body = "hs_email_subject", "hs_email_html"
    body_label = gettext_lazy("Text")
    choices = ("hs_email_direction",)

    def properties(self) -> dict[str, Any]:
        """The text, too, which is what is searched and sent on."""
        values = super().properties()
        return {**values, "hs_email_text": text_of(values["hs_email_html"])}

    def _start(self, user_id: str) -> dict[str, Any]:
        return {**super()._start(user_id), "hs_email_direction": "EMAIL"}

    def _shown(self, properties: Mapping[str, Any]) -> dict[str, Any]:
        body = properties.get("hs_email_html") or properties.get("hs_email_text", "")
        return {**super()._shown(properties), "hs_email_html": text_of(str(body))}


class MeetingForm(ActivityForm):
    """A meeting that took place, or will; nobody is invited."""

    activity_type = ObjectType.MEETING
    subject, body = "hs_meeting_title", "hs_meeting_body"
    choices: ClassVar[tuple[str, ...]] = ("hs_meeting_outcome",)
    moment_label = gettext_lazy("Start time")
    has_minutes = True

    def properties(self) -> dict[str, Any]:
        """Start and end beside the activity's date."""
        start, minutes = self.cleaned_data["hs_timestamp"], self.cleaned_data["minutes"]
        end = start + dt.timedelta(minutes=minutes or 0)
        return {**super().properties(), "hs_meeting_start_time": start, "hs_meeting_end_time": end}

    def _build(self, owners: Sequence[tuple[str, str]]) -> None:
        super()._build(owners)
        self.fields["hs_meeting_location"] = forms.CharField(
            label=_("Location"), required=False, max_length=SUBJECT_LENGTH_MOST
        )

    def _start(self, user_id: str) -> dict[str, Any]:
        return {**super()._start(user_id), "minutes": 30, "hs_meeting_outcome": "COMPLETED"}

    def _shown(self, properties: Mapping[str, Any]) -> dict[str, Any]:
        found = super()._shown(properties)
        edges = [properties.get(f"hs_meeting_{edge}_time") for edge in ("start", "end")]
        if all(edges):
            start, end = (dt.datetime.fromisoformat(str(edge)) for edge in edges)
            found |= {"hs_timestamp": start.replace(second=0, microsecond=0), "minutes": (end - start).seconds // 60}
        return found


def _field_value(name: str, value: Any) -> Any:
    spec = _SPECS[name]
    if spec.type == PropertyType.DATETIME:
        return dt.datetime.fromisoformat(value).replace(second=0, microsecond=0)
    return text_of(str(value)) if spec.field_type == "html" else value
