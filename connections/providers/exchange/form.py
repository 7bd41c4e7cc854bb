"""What people fill in to connect an Exchange mailbox (C2)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from connections.providers.exchange.versions import VERSION_CHOICES

APP_PASSWORDS = (
    "https://support.microsoft.com/account-billing/"
    "manage-app-passwords-for-two-step-verification-d6dc8c6d-4bf7-4851-ad95-6d07799387e9"
)
URL_MOST = 400


def _password_help() -> str:
    return format_html(
        '{} <a href="{}" target="_blank" rel="noopener noreferrer">{}</a>',
        _("With two-factor sign-in, use an app password instead."),
        APP_PASSWORDS,
        _("How to make an app password"),
    )


class ExchangeForm(forms.Form):
    """An e-mail address and how to sign in. What is typed is shown again after an error, but never the password."""

    email = forms.EmailField(label=_("Email"), max_length=200, widget=forms.EmailInput({"autocomplete": "email"}))
    password = forms.CharField(
        label=_("Password"),
        max_length=256,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "off"}, render_value=False),
    )
    user_name = forms.CharField(
        label=_("User name"),
        required=False,
        max_length=200,
        help_text=_("Often the part of the email address before the @, or a user id. Empty: the email address."),
        widget=forms.TextInput({"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )
    url = forms.CharField(
        label=_("Exchange URL"),
        required=False,
        max_length=URL_MOST,
        help_text=_("Such as https://mail.example.com/ews/exchange.asmx. Empty: we try to find it."),
        widget=forms.TextInput({"inputmode": "url", "autocapitalize": "none", "spellcheck": "false"}),
    )
    version = forms.ChoiceField(
        label=_("Version of Exchange"),
        required=False,
        choices=VERSION_CHOICES,
        help_text=_("2010 SP2 or newer. Ask your IT if you do not know."),
    )

    def __init__(self, data: Any = None, *, identity: str = "", **kwargs: Any) -> None:
        """With ``identity`` the mailbox is known, and cannot be changed."""
        super().__init__(data, **kwargs)
        self.fields["password"].help_text = _password_help()
        if identity:
            self.fields["email"].disabled = True
            self.initial["email"] = identity

    def clean_url(self) -> str:
        """A host name alone is enough."""
        url: str = self.cleaned_data["url"].strip()
        if url and "://" not in url:
            url = f"https://{url}"
        host, _, path = url.partition("://")[2].partition("/")
        return f"{url.rstrip('/')}/EWS/Exchange.asmx" if host and not path else url
