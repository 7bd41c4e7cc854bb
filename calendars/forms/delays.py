"""Lengths of time as a number and a unit: ``<name>-number`` and ``<name>-unit``, once or for each row of a list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

HOUR_MINUTES, DAY_MINUTES = 60, 24 * 60
UNITS = {
    "minutes": (1, gettext_lazy("minutes")),
    "hours": (HOUR_MINUTES, gettext_lazy("hours")),
    "days": (DAY_MINUTES, gettext_lazy("days")),
}
MINUTES_MOST = 60 * DAY_MINUTES
REMINDERS_MOST = 5
NUMBER_LENGTH_MOST = 8

Delay = tuple[str, str]


@dataclass(frozen=True, slots=True)
class DelayRow:
    """A row as the editor shows it."""

    index: int
    number: str
    unit: str
    error: str


class DelaysInput(forms.Widget):
    """Reads the inputs; the editor's template draws them."""

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> list[Delay]:
        """(number, unit) as they were typed; rows without a number are left out."""
        if not isinstance(data, MultiValueDict):
            return []
        rows = zip(data.getlist(f"{name}-number"), data.getlist(f"{name}-unit"), strict=False)
        return [(number.strip()[:NUMBER_LENGTH_MOST], unit) for number, unit in rows if number.strip()]

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        """None at all sends nothing and is meant."""
        return False

    def use_required_attribute(self, initial: Any) -> bool:
        """None at all is no mistake."""
        return False


class RemindersField(forms.Field):
    """Cleans to minutes, each once, the longest first. Errors name their row in ``params["row"]``."""

    widget = DelaysInput

    def clean(self, value: Sequence[Delay]) -> list[int]:
        """Raises one ValidationError for each row that does not hold."""
        if len(value) > REMINDERS_MOST:
            raise ValidationError(_("Please keep to %(count)s reminders.") % {"count": REMINDERS_MOST})
        found, errors = set(), []
        for row, delay in enumerate(value):
            try:
                found.add(_minutes(delay, least=1))
            except ValidationError as error:
                errors.append(ValidationError(error.message, params={"row": row}))
        if errors:
            raise ValidationError(errors)
        return sorted(found, reverse=True)


class DelayField(forms.Field):
    """Cleans to minutes, or None when no number was typed."""

    widget = DelaysInput

    def clean(self, value: Sequence[Delay]) -> int | None:
        """Raises ValidationError."""
        return _minutes(value[0], least=0) if value else None


def delays_of(value: Any) -> list[Delay]:
    """Minutes as a page keeps them (one, several or None), or what was typed, as (number, unit)."""
    if value is None:
        return []
    return [_delay(item) if isinstance(item, int) else item for item in (value if isinstance(value, list) else [value])]


def delay_rows(value: Any, errors: Sequence[ValidationError]) -> list[DelayRow]:
    """The rows for the template, each error with its own."""
    told = {error.params["row"]: str(error.message) for error in errors if error.params}
    return [DelayRow(index, *row, told.get(index, "")) for index, row in enumerate(delays_of(value))]


def _delay(minutes: int) -> Delay:
    """In the largest unit that it is a whole number of."""
    unit = next(
        name
        for name in ("days", "hours", "minutes")
        if minutes % UNITS[name][0] == 0 and (minutes or name == "minutes")
    )
    return str(minutes // UNITS[unit][0]), unit


def _minutes(delay: Delay, *, least: int) -> int:
    number, unit = delay
    if unit not in UNITS or not (number.isascii() and number.isdigit()):
        raise ValidationError(_("Please enter a whole number."))
    minutes = int(number) * UNITS[unit][0]
    if not least <= minutes <= MINUTES_MOST:
        raise ValidationError(_("Choose between 1 minute and 60 days."))
    return minutes
