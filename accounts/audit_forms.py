"""What part of the audit log somebody wants to see."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.audit_log import AuditFilter
from accounts.choices import ActorKind
from accounts.registries import AUDIT_ACTIONS, AUDIT_TARGETS, Words
from hubclone.lib.registry import Registry

ALL = ("", _("All"))


def _choices(words: Registry[str, Words]) -> list[tuple[str, Any]]:
    """The keys by what they are called."""
    return [ALL, *sorted(words.items(), key=lambda pair: str(pair[1]).casefold())]


def _day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class AuditFilterForm(forms.Form):
    """Days are those of the zone in which the form is read; both are included."""

    actor = forms.CharField(label=_("Who"), required=False, max_length=100)
    actor_kind = forms.ChoiceField(label=_("Kind of actor"), required=False, choices=[ALL, *ActorKind.choices])
    action = forms.ChoiceField(label=_("Action"), required=False, choices=lambda: _choices(AUDIT_ACTIONS))
    target_kind = forms.ChoiceField(label=_("Target"), required=False, choices=lambda: _choices(AUDIT_TARGETS))
    target = forms.CharField(label=_("Name or number"), required=False, max_length=100)
    since = forms.DateField(label=_("From"), required=False, input_formats=["%Y-%m-%d"], widget=_day())
    until = forms.DateField(label=_("To"), required=False, input_formats=["%Y-%m-%d"], widget=_day())

    def clean(self) -> dict[str, Any]:
        """The days are in order."""
        data = self.cleaned_data
        if data.get("since") and data.get("until") and data["since"] > data["until"]:
            self.add_error("until", _("This day lies before the other one."))
        return data

    @property
    def wanted(self) -> AuditFilter:
        """The filter; fields with an error do not count."""
        self.is_valid()
        data = {name: value for name, value in self.cleaned_data.items() if name not in ("since", "until")}
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        return AuditFilter(**data, since=_begin(since), until=_begin(until, 1))


def _begin(day: dt.date | None, later: int = 0) -> dt.datetime | None:
    """The first moment of a day in the current zone; None where the calendar ends."""
    if day is None or not 1900 < day.year < 9000:
        return None
    return timezone.make_aware(dt.datetime.combine(day + dt.timedelta(days=later), dt.time()))  # noqa: DTZ001
