"""Cancelling a meeting."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from calendars.services.booking_changes import REASON_LENGTH_MOST
from hubclone.lib.text import clean


class CancelForm(forms.Form):
    """``sequence`` is what the person has seen of the booking: -1 when the page did not say so."""

    sequence = forms.IntegerField(required=False, widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("The other side reads it."),
        max_length=REASON_LENGTH_MOST,
        required=False,
        widget=forms.Textarea({"rows": 3}),
    )

    def clean_reason(self) -> str:
        """Without control characters."""
        return clean(self.cleaned_data["reason"])

    def clean_sequence(self) -> int:
        """A number in any case."""
        number = self.cleaned_data["sequence"]
        return -1 if number is None else int(number)
