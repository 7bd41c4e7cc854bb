"""Naming a folder, and choosing one for a page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from calendars.forms.visitor import LineField
from calendars.models import PageFolder
from calendars.selectors.pages import folders_of


class FolderForm(forms.Form):
    """The name."""

    name = LineField(label=_("Name of the folder"), max_length=100)

    def name_taken(self) -> None:
        """Say at the field that there is such a folder."""
        self.add_error("name", _("You have a folder of this name already."))


class MoveForm(forms.Form):
    """One of the member's folders, or none."""

    folder = forms.ModelChoiceField(
        label=_("Folder"), queryset=PageFolder.objects.none(), required=False, empty_label=_("No folder")
    )

    def __init__(self, account_id: int, user_id: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        chosen = self.fields["folder"]
        assert isinstance(chosen, forms.ModelChoiceField)
        chosen.queryset = folders_of(account_id=account_id, user_id=user_id)
