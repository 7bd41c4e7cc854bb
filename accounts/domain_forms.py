"""What people fill in about host names of their own."""

from __future__ import annotations

import unicodedata
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.choices import DomainProof
from accounts.domain_names import host_parse
from accounts.hosts import own_hosts
from accounts.models import Brand

ROBOTS_MOST = 10_000
NO_TEXT = {"Cc", "Cf", "Cs"}
"""Unicode's categories of control, format and surrogate characters."""


class DomainAddForm(forms.Form):
    """A new host name."""

    host = forms.CharField(
        label=_("Host name"),
        max_length=300,
        help_text=_("A name that you own, as meet.example.com."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )
    proof = forms.ChoiceField(
        label=_("How you prove that it is yours"), choices=DomainProof.choices, initial=DomainProof.TXT
    )

    def clean_host(self) -> str:
        """In lower case and punycode."""
        return host_parse(self.cleaned_data["host"], ours=own_hosts())


class DomainForm(forms.Form):
    """What can be changed about a host name."""

    proof = forms.ChoiceField(label=_("How you prove that it is yours"), choices=DomainProof.choices)
    brand = forms.ModelChoiceField(
        label=_("Brand"), queryset=Brand.objects.none(), required=False, empty_label=_("No brand of its own")
    )
    robots_txt = forms.CharField(
        label=_("robots.txt"),
        required=False,
        strip=False,
        max_length=ROBOTS_MOST,
        help_text=_("What search engines may show. “Disallow: /meetings*” hides the scheduling pages."),
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false", "class": "code-input"}),
    )

    def __init__(self, data: Any, *, account_id: int, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        brands = Brand.objects.filter(account_id=account_id).order_by("-is_primary", "name", "id")
        self.fields["brand"].queryset = brands  # type: ignore[attr-defined]

    def clean_robots_txt(self) -> str:
        """With one kind of line end, and nothing that is no text; lines are rules, remarks or empty (RFC 9309)."""
        text: str = self.cleaned_data["robots_txt"].replace("\r\n", "\n").replace("\r", "\n")
        if any(unicodedata.category(letter) in NO_TEXT and letter not in "\n\t" for letter in text):
            raise ValidationError(_("This holds characters that are no text. Type it anew."))
        for number, line in enumerate(text.split("\n"), 1):
            rule = line.partition("#")[0].strip()
            if rule and ":" not in rule:
                raise ValidationError(
                    _("Line %(n)s is no rule. Write rules as “Disallow: /meetings*”.") % {"n": number}
                )
        return text
