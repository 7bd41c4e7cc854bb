"""What a visitor fills in to leave a message in a chat (C17)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.utils.translation import gettext_lazy as _

from calendars.forms.visitor import KEY_LENGTH_MOST, TOO_LONG, LineField, TextField
from calendars.services.booking_form import EMAIL_LENGTH_MOST, NAME_LENGTH_MOST
from hubclone.lib.text import clean_line, email_normalise

TEXT_LENGTH_MOST = 4000
SITE_LENGTH_MOST = 300


class ChatForm(forms.Form):
    """``key`` names the form that was shown, ``site`` the page that it was shown on, ``website`` is for robots."""

    key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=KEY_LENGTH_MOST)
    site = forms.CharField(widget=forms.HiddenInput, required=False)
    name = LineField(label=_("Name"), max_length=NAME_LENGTH_MOST, widget=forms.TextInput({"autocomplete": "name"}))
    email = forms.EmailField(
        label=_("Email"),
        max_length=EMAIL_LENGTH_MOST,
        error_messages=TOO_LONG,
        widget=forms.EmailInput({"autocomplete": "email"}),
    )
    text = TextField(label=_("Message"), max_length=TEXT_LENGTH_MOST)
    website = forms.CharField(required=False, widget=forms.TextInput({"tabindex": "-1", "autocomplete": "off"}))

    def clean_email(self) -> str:
        """As identities keep it."""
        return email_normalise(self.cleaned_data["email"])

    def clean_site(self) -> str:
        """See ``site_read``."""
        return site_read(self.cleaned_data["site"])

    def clean(self) -> dict[str, Any]:
        """No person fills in what no person sees."""
        if self.cleaned_data.get("website"):
            self.add_error(None, _("Please leave the field for robots empty."))
        return self.cleaned_data

    def key_renew(self, key: str) -> None:
        """Carry another token from now on."""
        self.data = {**self.data, "key": key}


def site_read(text: str) -> str:
    """An address without its query, which may hold what is nobody's business; empty for anything else."""
    line = clean_line(text[: SITE_LENGTH_MOST * 2])
    try:
        parts = urlsplit(line)
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username:
        return ""
    return f"{parts.scheme}://{parts.netloc}{parts.path}"[:SITE_LENGTH_MOST]
