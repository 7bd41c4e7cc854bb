"""Weekly hours in a form: windows of a day as pairs of inputs ``<name>-<day>-start`` and ``<name>-<day>-end``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from calendars.engine.hours import DAY_MINUTES, HoursError, window_parse
from calendars.words import language_now, weekday_words

DAYS = 7
WINDOWS_MOST = 6
TEXT_MOST = 8

Typed = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class DayHours:
    """A day as the editor shows it."""

    index: int
    name: str
    windows: Typed
    error: str


class HoursInput(forms.Widget):
    """Reads the inputs; the editor's template draws them."""

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> list[Typed]:
        """Seven lists of (start, end) as they were typed; pairs that are wholly empty are left out."""
        return [_pairs(data, f"{name}-{day}") for day in range(DAYS)]

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        """A week without hours sends nothing and is meant."""
        return False

    def use_required_attribute(self, initial: Any) -> bool:
        """An empty day is no mistake."""
        return False


class HoursField(forms.Field):
    """Cleans to what a page keeps: ``{"0": [["09:00", "17:00"]]}``. Errors name their day in ``params["day"]``."""

    widget = HoursInput

    def clean(self, value: Sequence[Typed]) -> dict[str, list[list[str]]]:
        """Raises one ValidationError for each day that does not hold."""
        found, errors = {}, []
        for day, typed in enumerate(value):
            try:
                windows = windows_clean(typed)
            except ValidationError as error:
                errors.append(ValidationError(error.message, params={"day": day}))
                continue
            if windows:
                found[str(day)] = windows
        if errors:
            raise ValidationError(errors)
        return found


def typed_of(weekly_hours: Any) -> list[Typed]:
    """What a page keeps, or what was typed, as seven lists of (start, end)."""
    if isinstance(weekly_hours, list):
        return [list(day) for day in weekly_hours]
    return [[(start, end) for start, end in weekly_hours.get(str(day), [])] for day in range(DAYS)]


def days_of(value: Any, errors: Sequence[ValidationError]) -> list[DayHours]:
    """The week for the template, each error with its day."""
    names = weekday_words(language_now())
    told = {error.params["day"]: str(error.message) for error in errors if error.params}
    return [DayHours(day, names[day][0], typed, told.get(day, "")) for day, typed in enumerate(typed_of(value))]


def _pairs(data: Mapping[str, Any], prefix: str) -> Typed:
    if not isinstance(data, MultiValueDict):
        return []
    starts, ends = data.getlist(f"{prefix}-start"), data.getlist(f"{prefix}-end")
    pairs = zip(starts, ends, strict=False)
    return [
        (start.strip()[:TEXT_MOST], end.strip()[:TEXT_MOST]) for start, end in pairs if start.strip() or end.strip()
    ]


def windows_clean(typed: Typed) -> list[list[str]]:
    """The windows of one day as a page keeps them, in order. Raises ValidationError."""
    if len(typed) > WINDOWS_MOST:
        raise ValidationError(_("Please keep to %(count)s windows a day.") % {"count": WINDOWS_MOST})
    windows = sorted(_window(start, end) for start, end in typed)
    for (_start, ends), (following, _end) in zip(windows, windows[1:], strict=False):
        if following < ends:
            raise ValidationError(_("Two of the windows overlap."))
    return [[_clock(start), _clock(end)] for start, end in windows]


def _window(start: str, end: str) -> tuple[int, int]:
    if not (start and end):
        raise ValidationError(_("A window needs a start and an end."))
    try:
        return window_parse(start, end)
    except HoursError:
        raise ValidationError(_("Please enter times such as 09:00.")) from None


def _clock(minutes: int) -> str:
    """The wall-clock text; a midnight at the end is 24:00 when the window began on the same day."""
    if minutes == DAY_MINUTES:
        return "24:00"
    return f"{minutes % DAY_MINUTES // 60:02}:{minutes % 60:02}"
