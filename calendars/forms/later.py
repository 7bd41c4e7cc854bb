"""Fields that are needed under some other field's value alone."""

from __future__ import annotations

from typing import Any

from django import forms

from calendars.forms.visitor import LineField


class CheckedLaterMixin:
    """A field that is needed under some other field's value alone: the form says so itself."""

    def validate(self, value: Any) -> None:
        """Whatever was given has to hold."""
        if value not in (None, ""):
            super().validate(value)  # type: ignore[misc]


class LaterChoiceField(CheckedLaterMixin, forms.ChoiceField):
    """One of a list."""


class LaterIntegerField(CheckedLaterMixin, forms.IntegerField):
    """A number."""


class LaterLineField(CheckedLaterMixin, LineField):
    """One line."""
