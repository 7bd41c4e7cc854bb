"""What people fill in about accounts, rights and tokens."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.choices import ActorKind, Right, SeatKind, Tier
from accounts.registries import AUDIT_TARGETS
from accounts.scopes import SCOPES, all_scopes


def zone_choices() -> list[tuple[str, str]]:
    """Every zone with a place in its name, and UTC."""
    zones = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "posix")))
    return [(zone, zone.replace("_", " ")) for zone in ["UTC", *zones]]


def scope_choices() -> list[tuple[str, Any]]:
    """Every scope with what it allows."""
    words = '<span class="choice">{} <code>{}</code></span>'
    return [(name, format_html(words, SCOPES[name], name)) for name in all_scopes()]


class ProfileForm(forms.Form):
    """A person's own profile."""

    name = forms.CharField(label=pgettext_lazy("person", "Name"), max_length=200)
    language = forms.ChoiceField(
        label=_("Language"), required=False, choices=[("", _("As my browser asks")), *settings.LANGUAGES]
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"), choices=zone_choices, widget=forms.Select(attrs={"data-combobox": ""})
    )


class MembershipForm(forms.Form):
    """A member's rights and paid seat."""

    rights = forms.MultipleChoiceField(
        label=_("Rights"), required=False, choices=Right.choices, widget=forms.CheckboxSelectMultiple
    )
    seat = forms.ChoiceField(label=_("Paid seat"), choices=SeatKind.choices)
    seat_tier = forms.ChoiceField(label=_("Tier of the seat"), required=False, choices=Tier.choices)

    def clean(self) -> dict[str, Any]:
        """A seat needs a tier; without a seat the tier is dropped."""
        data = self.cleaned_data
        if data.get("seat") == SeatKind.NONE:
            data["seat_tier"] = Tier.NONE
        elif not data.get("seat_tier"):
            self.add_error("seat_tier", _("Choose the tier of the seat."))
        return data


class TokenForm(forms.Form):
    """A new private app token."""

    name = forms.CharField(label=_("Name"), max_length=100, help_text=_("What will use it, as “Website import”."))
    scopes = forms.MultipleChoiceField(
        label=_("Scopes"),
        choices=scope_choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one scope.")},
    )


class AuditFilterForm(forms.Form):
    """What part of the audit log to show."""

    actor = forms.CharField(label=_("Who"), required=False, max_length=100)
    actor_kind = forms.ChoiceField(
        label=_("Kind of actor"), required=False, choices=[("", _("All")), *ActorKind.choices]
    )
    target_kind = forms.ChoiceField(label=_("Target"), required=False)

    def __init__(self, data: Any, *, target_kinds: list[str]) -> None:
        super().__init__(data)
        kinds = [(kind, AUDIT_TARGETS.get(kind) or kind) for kind in target_kinds]
        self.fields["target_kind"].choices = [("", _("All")), *kinds]  # type: ignore[attr-defined]
