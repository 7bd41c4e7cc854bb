"""What people fill in about accounts, rights and tokens."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.choices import Hub, Right, SeatKind, Tier
from accounts.models import User
from accounts.scopes import SCOPES, all_scopes
from hubclone.lib.names import LINK_REFUSED, link_in
from hubclone.lib.text import clean_line


def zone_choices() -> list[tuple[str, str]]:
    """Every zone with a place in its name, and UTC."""
    zones = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "posix")))
    return [(zone, zone.replace("_", " ")) for zone in ["UTC", *zones]]


def scope_choices() -> list[tuple[str, Any]]:
    """Every scope with what it allows."""
    words = '<span class="choice">{} <code>{}</code></span>'
    return [(name, format_html(words, SCOPES[name], name)) for name in all_scopes()]


def name_shown(text: str) -> str:
    """A name without what cannot be seen. Raises ValidationError when nothing is left."""
    text = clean_line(text)
    if not text:
        raise forms.ValidationError(_("Type a name."))
    return text


def person_name(text: str) -> str:
    """A person's name, which stands in e-mails to others. Raises ValidationError for a web address too."""
    text = name_shown(text)
    if link_in(text):
        raise forms.ValidationError(LINK_REFUSED)
    return text


def zone_or_utc(name: str) -> str:
    """The zone that a browser says it is in, if we know it."""
    return name if name in dict(zone_choices()) else "UTC"


class ProfileForm(forms.Form):
    """A person's own profile."""

    name = forms.CharField(label=pgettext_lazy("person", "Name"), max_length=200)
    language = forms.ChoiceField(
        label=_("Language"), required=False, choices=[("", _("As my browser asks")), *settings.LANGUAGES]
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"), choices=zone_choices, widget=forms.Select(attrs={"data-combobox": ""})
    )

    def clean_name(self) -> str:
        """A name that shows and is no link."""
        return person_name(self.cleaned_data["name"])


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


class InvitationForm(MembershipForm):
    """Who is asked in, and with what."""

    email = forms.EmailField(label=_("Email"), max_length=254, widget=forms.EmailInput({"autocomplete": "off"}))
    language = forms.ChoiceField(
        label=_("Language of the email"), choices=settings.LANGUAGES, help_text=_("They can choose another one later.")
    )
    field_order = ["email", "language", "rights", "seat", "seat_tier"]


class JoinForm(forms.Form):
    """What a new person says of themselves when they accept an invitation."""

    name = forms.CharField(label=_("Your name"), max_length=200, widget=forms.TextInput({"autocomplete": "name"}))
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=200,
        help_text=_("At least 10 characters."),
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )
    time_zone = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput({"data-zone": ""}))

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def clean_name(self) -> str:
        """A name that shows and is no link."""
        return person_name(self.cleaned_data["name"])

    def clean_time_zone(self) -> str:
        """Where the browser says it is."""
        return zone_or_utc(self.cleaned_data["time_zone"])

    def clean(self) -> dict[str, Any]:
        """The password is judged beside name and address."""
        data = self.cleaned_data
        if "password" in data:
            person = User(email=self.email, name=data.get("name", ""))
            try:
                validate_password(data["password"], user=person)
            except forms.ValidationError as error:
                self.add_error("password", error)
        return data


class AccountForm(forms.Form):
    """The account's own name, zone and language."""

    name = forms.CharField(label=pgettext_lazy("account", "Name"), max_length=200)
    time_zone = forms.ChoiceField(
        label=_("Time zone"), choices=zone_choices, widget=forms.Select(attrs={"data-combobox": ""})
    )
    language = forms.ChoiceField(
        label=_("Language"), choices=settings.LANGUAGES, help_text=_("Of what the account writes in its own name.")
    )

    def clean_name(self) -> str:
        """A name that shows."""
        return name_shown(self.cleaned_data["name"])


FREE = "free"
"""What the form calls no subscription."""


class SubscriptionsForm(forms.Form):
    """A tier for each hub."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        tiers = [(FREE, _("Free")), *((tier.value, tier.label) for tier in Tier if tier != Tier.NONE)]
        for hub in Hub:
            self.fields[hub.value] = forms.ChoiceField(label=hub.label, choices=tiers)

    @property
    def tiers(self) -> dict[Hub, Tier]:
        """What was chosen."""
        chosen = {hub: self.cleaned_data[hub.value] for hub in Hub}
        return {hub: Tier.NONE if tier == FREE else Tier(tier) for hub, tier in chosen.items()}


class BrandForm(forms.Form):
    """A brand's name."""

    name = forms.CharField(label=pgettext_lazy("brand", "Name"), max_length=200)

    def clean_name(self) -> str:
        """A name that shows."""
        return name_shown(self.cleaned_data["name"])


class TokenForm(forms.Form):
    """A new private app token."""

    name = forms.CharField(label=_("Name"), max_length=100, help_text=_("What will use it, as “Website import”."))
    scopes = forms.MultipleChoiceField(
        label=_("Scopes"),
        choices=scope_choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one scope.")},
    )
