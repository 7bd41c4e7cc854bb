"""Hours of single dates in a form: rows of ``<name>-date``, ``<name>-start`` and ``<name>-end``.

A row without times closes its date; several rows of a date are its windows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from calendars.forms.hours import TEXT_MOST, windows_clean

ROWS_MOST = 100
DATE_LENGTH = len("2026-12-24")

Rows = list[tuple[str, str, str]]


@dataclass(frozen=True, slots=True)
class DateRow:
    """A row as the editor shows it."""

    index: int
    date: str
    start: str
    end: str
    error: str


class DateOverridesInput(forms.Widget):
    """Reads the inputs; the editor's template draws them."""

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Rows:
        """(date, start, end) as they were typed; rows that are wholly empty are left out."""
        if not isinstance(data, MultiValueDict):
            return []
        columns = (data.getlist(f"{name}-{part}") for part in ("date", "start", "end"))
        rows = [
            (date.strip()[:DATE_LENGTH], start.strip()[:TEXT_MOST], end.strip()[:TEXT_MOST])
            for date, start, end in zip(*columns, strict=False)
        ]
        return [row for row in rows if any(row)]

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        """No date at all sends nothing and is meant."""
        return False

    def use_required_attribute(self, initial: Any) -> bool:
        """No date at all is no mistake."""
        return False


class DateOverridesField(forms.Field):
    """Cleans to what a page keeps: ``{"2026-12-24": []}``. Errors name their row in ``params["row"]``."""

    widget = DateOverridesInput

    def clean(self, value: Sequence[tuple[str, str, str]]) -> dict[str, list[list[str]]]:
        """Raises one ValidationError for each date that does not hold."""
        if len(value) > ROWS_MOST:
            raise ValidationError(_("Please keep to %(count)s dates.") % {"count": ROWS_MOST}, params={"row": 0})
        errors: list[ValidationError] = []
        days: dict[str, list[tuple[int, str, str]]] = {}
        for row, (date, start, end) in enumerate(value):
            try:
                days.setdefault(_date(date), []).append((row, start, end))
            except ValidationError as error:
                errors.append(ValidationError(error.message, params={"row": row}))
        found = {}
        for date, rows in sorted(days.items()):
            try:
                found[date] = windows_clean([(start, end) for _row, start, end in rows if start or end])
            except ValidationError as error:
                errors.append(ValidationError(error.message, params={"row": rows[-1][0]}))
        if errors:
            raise ValidationError(errors)
        return found


def rows_of(overrides: Any) -> Rows:
    """What a page keeps, or what was typed, as rows; by date where it is kept."""
    if isinstance(overrides, list):
        return [tuple(row) for row in overrides]
    return [(date, start, end) for date, windows in sorted(overrides.items()) for start, end in (windows or [("", "")])]


def date_rows(value: Any, errors: Sequence[ValidationError]) -> list[DateRow]:
    """The rows for the template, each error with its own."""
    told = {error.params["row"]: str(error.message) for error in errors if error.params}
    return [DateRow(index, *row, told.get(index, "")) for index, row in enumerate(rows_of(value or {}))]


def _date(text: str) -> str:
    try:
        return dt.date.fromisoformat(text).isoformat()
    except ValueError:
        raise ValidationError(_("Choose a date.")) from None
