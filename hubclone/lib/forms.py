"""How every form meets a person who has to mend something in it; settings name it as ``FORM_RENDERER``."""

from __future__ import annotations

from typing import Any

from django.forms import Widget
from django.forms.boundfield import BoundField
from django.forms.renderers import DjangoTemplates


class MendableField(BoundField):
    """The first field that does not hold has the keyboard when the form is shown again, also without scripts."""

    @property
    def is_first_wrong(self) -> bool:
        """Whether it is the first field of its form, of those that are seen, that has to be mended."""
        errors = self.form.errors
        wrong = (name for name in self.form.fields if name in errors and not self.form[name].is_hidden)
        return self.name in errors and next(wrong, None) == self.name

    def build_widget_attrs(self, attrs: dict[str, Any], widget: Widget | None = None) -> dict[str, Any]:
        """Django's, and ``autofocus`` on the first wrong one."""
        built = super().build_widget_attrs(attrs, widget)
        return built | {"autofocus": True} if self.is_first_wrong else built


class FormRenderer(DjangoTemplates):
    """Django's own, with fields that can be mended."""

    bound_field_class = MendableField
