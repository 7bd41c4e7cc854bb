"""Graph's ``patternedRecurrence`` as rules of RFC 5545. Values in, values out."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.microsoft.errors import invalid
from sandbox.microsoft.zones import windows_name
from sandbox.recurrence import Series

_DAYS = {
    "sunday": "SU", "monday": "MO", "tuesday": "TU", "wednesday": "WE", "thursday": "TH", "friday": "FR",
    "saturday": "SA",
}  # fmt: skip
_PLACES = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": -1}
_RANGES = {"endDate", "noEnd", "numbered"}
NO_DATE = "0001-01-01"


def recurrence_read(given: Any, first: date, zone: ZoneInfo) -> dict[str, Any]:
    """A recurrence, checked and with every property. ``first`` is the day of the start in ``zone``. Raises 400."""
    try:
        pattern, span = given["pattern"], given["range"]
        kind, ends = pattern["type"], span["type"]
        days = [_DAYS[day.lower()] and day.lower() for day in pattern.get("daysOfWeek") or []]
        read = {
            "pattern": {
                "type": kind,
                "interval": int(pattern["interval"]),
                "month": int(pattern.get("month") or 0),
                "dayOfMonth": int(pattern.get("dayOfMonth") or 0),
                "daysOfWeek": days,
                "firstDayOfWeek": pattern.get("firstDayOfWeek") or "sunday",
                "index": pattern.get("index") or "first",
            },
            "range": {
                "type": ends,
                "startDate": date.fromisoformat(span.get("startDate") or first.isoformat()).isoformat(),
                "endDate": date.fromisoformat(span["endDate"]).isoformat() if ends == "endDate" else NO_DATE,
                "recurrenceTimeZone": span.get("recurrenceTimeZone") or windows_name(zone),
                "numberOfOccurrences": int(span["numberOfOccurrences"]) if ends == "numbered" else 0,
            },
        }
        rule(read)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise invalid("The recurrence pattern is not valid.", "ErrorInvalidRecurrence") from error
    if ends not in _RANGES or read["pattern"]["interval"] < 1:
        raise invalid("The recurrence pattern is not valid.", "ErrorInvalidRecurrence")
    return read


def rule(recurrence: dict[str, Any]) -> str:
    """An RRULE. Raises KeyError for a pattern that cannot be."""
    pattern, span = recurrence["pattern"], recurrence["range"]
    days = ",".join(_DAYS[day] for day in pattern["daysOfWeek"])
    place = f"BYDAY={days};BYSETPOS={_PLACES[pattern['index']]}"
    kinds = {
        "daily": "FREQ=DAILY",
        "weekly": f"FREQ=WEEKLY;BYDAY={days};WKST={_DAYS[pattern['firstDayOfWeek']]}",
        "absoluteMonthly": f"FREQ=MONTHLY;{_month_day(pattern['dayOfMonth'])}",
        "relativeMonthly": f"FREQ=MONTHLY;{place}",
        "absoluteYearly": f"FREQ=YEARLY;BYMONTH={pattern['month']};{_month_day(pattern['dayOfMonth'])}",
        "relativeYearly": f"FREQ=YEARLY;BYMONTH={pattern['month']};{place}",
    }
    ends = {
        "noEnd": "",
        "endDate": f";UNTIL={span['endDate'].replace('-', '')}",
        "numbered": f";COUNT={span['numberOfOccurrences']}",
    }
    return f"RRULE:{kinds[pattern['type']]};INTERVAL={pattern['interval']}{ends[span['type']]}"


def _month_day(day: int) -> str:
    """The day of a month; the last one in months that are shorter, as Exchange has it."""
    if day <= 28:
        return f"BYMONTHDAY={day}"
    return f"BYMONTHDAY={','.join(str(n) for n in range(28, day + 1))};BYSETPOS=-1"


def series_of(recurrence: dict[str, Any], starts: int, ends: int, zone: ZoneInfo, *, all_day: bool) -> Series:
    """The series whose first occurrence is from ``starts`` to ``ends`` (epoch seconds) in ``zone``. Raises 400."""
    first = datetime.fromtimestamp(starts, zone).replace(tzinfo=None)
    last = datetime.fromtimestamp(ends, zone).replace(tzinfo=None)
    days = last.toordinal() - first.toordinal() if all_day else 0
    series = Series(first, zone, all_day, ends - starts, days, (rule(recurrence),))
    try:
        series.between(starts, starts + 1)
    except (ValueError, TypeError) as error:
        raise invalid("The recurrence pattern is not valid.", "ErrorInvalidRecurrence") from error
    return series
