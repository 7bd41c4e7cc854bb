"""What people fill in about a connection."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Brand
from connections.services.details import LABEL_MOST


class ConnectionForm(forms.Form):
    """Its label and its brand."""

    label = forms.CharField(
        label=_("Label"),
        required=False,
        max_length=LABEL_MOST,
        help_text=_("Tells several connections to the same app apart, as “Sales team”."),
    )
    brand = forms.ModelChoiceField(
        label=_("Brand"), queryset=Brand.objects.none(), required=False, empty_label=_("No brand of its own")
    )

    def __init__(self, data: Any, *, account_id: int, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        brands = Brand.objects.filter(account_id=account_id).order_by("-is_primary", "name", "id")
        self.fields["brand"].queryset = brands  # type: ignore[attr-defined]
