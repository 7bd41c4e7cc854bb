"""Buttons of the page editor that add, move or take away a row: of hours, dates, fields and reminders.

They send the whole form and get it back with what was typed; nothing is checked and nothing is saved.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from calendars.forms.dates import rows_of
from calendars.forms.delays import REMINDERS_MOST, delays_of
from calendars.forms.hours import DAYS, typed_of
from calendars.forms.page import PageForm

LAST_FULL_HOUR = 22
_CHOICES = {"add_field": "form_fields-add", "add_host": "hosts-add"}


@dataclass(frozen=True, slots=True)
class EditorStep:
    """A part of the editor; ``before`` and ``after`` are the ids of its neighbours."""

    id: str
    label: str
    template: str
    wrong: bool
    before: str
    after: str


def steps_of(form: PageForm) -> list[EditorStep]:
    """The four parts in their order, each with whether something in it has to be mended."""
    labels = {
        "overview": _("Overview"),
        "scheduling": _("Scheduling"),
        "form": _("Form"),
        "automation": _("Automation"),
    }
    ids, wrong = ["", *labels, ""], form.wrong_steps
    return [
        EditorStep(name, label, f"calendars/pages/_{name}.html", name in wrong, ids[at], ids[at + 2])
        for at, (name, label) in enumerate(labels.items())
    ]


def is_step(data: QueryDict) -> bool:
    """Whether such a button was pressed, and not Save."""
    return any(name in data for name in _STEPS)


def typed_after_step(data: QueryDict) -> dict[str, Any]:
    """What was typed, changed by the button; a mangled value of one changes nothing."""
    typed = PageForm.typed(_without_choice(data))
    typed["weekly_hours"] = typed_of(typed["weekly_hours"])
    for name, step in _STEPS.items():
        if name in data:
            step(typed, str(data[name]))
    return typed


def _window_add(typed: dict[str, Any], value: str) -> None:
    if value in map(str, range(DAYS)):
        day = typed["weekly_hours"][int(value)]
        day.append(_following(day[-1][1]) if day else ("09:00", "17:00"))


def _window_drop(typed: dict[str, Any], value: str) -> None:
    day_text, _dash, index = value.partition("-")
    if day_text in map(str, range(DAYS)):
        _drop(typed["weekly_hours"][int(day_text)], index)


def _date_add(typed: dict[str, Any], value: str) -> None:
    typed["date_overrides"] = [*rows_of(typed["date_overrides"]), ("", "", "")]


def _date_drop(typed: dict[str, Any], value: str) -> None:
    _drop(typed["date_overrides"], value)


def _field_drop(typed: dict[str, Any], value: str) -> None:
    typed["form_fields"] = [item for item in typed["form_fields"] if item["name"] != value]


def _field_up(typed: dict[str, Any], value: str) -> None:
    fields = typed["form_fields"]
    at = next((number for number, item in enumerate(fields) if item["name"] == value), 0)
    if at:
        fields[at - 1], fields[at] = fields[at], fields[at - 1]


def _host_drop(typed: dict[str, Any], value: str) -> None:
    typed["hosts"] = [item for item in typed["hosts"] if item["user"] != value]


def _reminder_add(typed: dict[str, Any], value: str) -> None:
    if len(typed["reminders"]) < REMINDERS_MOST:
        typed["reminders"] = [
            *delays_of(typed["reminders"]),
            ("1", "days") if not typed["reminders"] else ("1", "hours"),
        ]


def _reminder_drop(typed: dict[str, Any], value: str) -> None:
    _drop(typed["reminders"], value)


_STEPS: dict[str, Callable[[dict[str, Any], str], None]] = {
    "add_window": _window_add,
    "drop_window": _window_drop,
    "add_date": _date_add,
    "drop_date": _date_drop,
    "add_field": lambda typed, value: None,
    "drop_field": _field_drop,
    "up_field": _field_up,
    "add_host": lambda typed, value: None,
    "drop_host": _host_drop,
    "add_reminder": _reminder_add,
    "drop_reminder": _reminder_drop,
}


def _drop(rows: list[Any], index: str) -> None:
    if index in map(str, range(len(rows))):
        rows.pop(int(index))


def _following(end: str) -> tuple[str, str]:
    """An hour's window one hour after another's end; empty when the day is over by then."""
    hour, _colon, minute = end.partition(":")
    if not (hour.isdigit() and int(hour) < LAST_FULL_HOUR):
        return "", ""
    return f"{int(hour) + 1:02}:{minute}", f"{int(hour) + 2:02}:{minute}"


def _without_choice(data: QueryDict) -> QueryDict:
    """What stands in a list of those to add counts only for the button beside it, and for Save."""
    changed = data.copy()
    for button, name in _CHOICES.items():
        if button not in data:
            changed.pop(name, None)
    return changed
