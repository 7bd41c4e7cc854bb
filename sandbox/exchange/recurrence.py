"""Series as Exchange writes them, and as rules (RFC 5545) that can be unrolled.

``{"pattern": "WeeklyRecurrence", "fields": {"Interval": "1", …},
"range": "NoEndRecurrence", "limits": {"StartDate": …}}``
"""

from __future__ import annotations

from typing import Any

from sandbox.exchange.soap import Element, local, t

Pattern = dict[str, Any]
DAYS = {
    "MO": "Monday", "TU": "Tuesday", "WE": "Wednesday", "TH": "Thursday", "FR": "Friday", "SA": "Saturday",
    "SU": "Sunday",
}  # fmt: skip
_CODES = {name: code for code, name in DAYS.items()} | {
    "Day": "MO,TU,WE,TH,FR,SA,SU",
    "Weekday": "MO,TU,WE,TH,FR",
    "WeekendDay": "SA,SU",
}
_INDEXES = {"First": 1, "Second": 2, "Third": 3, "Fourth": 4, "Last": -1}
_PLACES = {place: name for name, place in _INDEXES.items()}
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


def pattern_read(recurrence: Element) -> Pattern:
    """The pattern of a ``Recurrence`` element."""
    rule, limits = recurrence[0], recurrence[1]
    return {
        "pattern": local(rule),
        "fields": {local(field): (field.text or "").strip() for field in rule},
        "range": local(limits),
        "limits": {local(field): (field.text or "").strip() for field in limits},
    }


def pattern_element(pattern: Pattern) -> Element:
    """The ``Recurrence`` element."""
    rule = t(pattern["pattern"], [t(name, value) for name, value in pattern["fields"].items()])
    limits = t(pattern["range"], [t(name, value) for name, value in pattern["limits"].items()])
    return t("Recurrence", rule, limits)


def rule_of(pattern: Pattern) -> str:
    """Its ``RRULE:`` line. Raises ValueError for a pattern that no calendar has."""
    fields, limits = pattern["fields"], pattern["limits"]
    parts = {**_frequency(pattern["pattern"], fields), "INTERVAL": fields.get("Interval", "1")}
    if limits.get("NumberOfOccurrences"):
        parts["COUNT"] = limits["NumberOfOccurrences"]
    if limits.get("EndDate"):
        parts["UNTIL"] = limits["EndDate"][:10].replace("-", "")
    return "RRULE:" + ";".join(f"{name}={value}" for name, value in parts.items())


def _frequency(kind: str, fields: dict[str, str]) -> dict[str, str]:
    days = ",".join(_CODES[name] for name in fields.get("DaysOfWeek", "").split())
    month = {"BYMONTH": str(_MONTHS.index(fields["Month"]) + 1)} if "Month" in fields else {}
    if kind == "DailyRecurrence":
        return {"FREQ": "DAILY"}
    if kind == "WeeklyRecurrence":
        first = {"WKST": _CODES[fields["FirstDayOfWeek"]]} if "FirstDayOfWeek" in fields else {}
        return {"FREQ": "WEEKLY", "BYDAY": days, **first}
    frequency = {"FREQ": "YEARLY" if "Yearly" in kind else "MONTHLY", **month}
    if kind.startswith("Absolute"):
        return {**frequency, **_day_of_month(int(fields["DayOfMonth"]))}
    if kind.startswith("Relative"):
        return {**frequency, "BYDAY": days, "BYSETPOS": str(_INDEXES[fields["DayOfWeekIndex"]])}
    raise ValueError(f"no series of the kind {kind}")


def _day_of_month(day: int) -> dict[str, str]:
    """In a month that is too short the last day stands for the 29th, 30th and 31st."""
    if day <= 28:
        return {"BYMONTHDAY": str(day)}
    return {"BYMONTHDAY": ",".join(str(number) for number in range(28, day + 1)), "BYSETPOS": "-1"}


def pattern_of(rule: str, start_date: str) -> Pattern:
    """The pattern of a rule (``FREQ=WEEKLY;BYDAY=MO;COUNT=5``) that begins on a day. Raises ValueError."""
    given = dict(part.split("=", 1) for part in rule.upper().removeprefix("RRULE:").split(";"))
    kind, fields = _fields(given, start_date)
    limits = {"StartDate": start_date}
    if "COUNT" in given:
        return _whole(kind, fields, "NumberedRecurrence", {**limits, "NumberOfOccurrences": given["COUNT"]})
    if "UNTIL" in given:
        until = given["UNTIL"]
        day = f"{until[:4]}-{until[4:6]}-{until[6:8]}"
        return _whole(kind, fields, "EndDateRecurrence", {**limits, "EndDate": day})
    return _whole(kind, fields, "NoEndRecurrence", limits)


def _whole(kind: str, fields: dict[str, str], limit: str, limits: dict[str, str]) -> Pattern:
    return {"pattern": kind, "fields": fields, "range": limit, "limits": limits}


def _fields(given: dict[str, str], start_date: str) -> tuple[str, dict[str, str]]:
    interval = {"Interval": given.get("INTERVAL", "1")}
    codes = [code for code in given.get("BYDAY", "").split(",") if code]
    days = " ".join(DAYS[code[-2:]] for code in codes)
    place = given.get("BYSETPOS") or next((code[:-2] for code in codes if code[:-2]), "")
    month = {"Month": _MONTHS[int(given.get("BYMONTH", start_date[5:7])) - 1]}
    day = {"DayOfMonth": given.get("BYMONTHDAY", str(int(start_date[8:10])))}
    frequency = given.get("FREQ")
    if frequency == "DAILY":
        return "DailyRecurrence", interval
    if frequency == "WEEKLY" and days:
        return "WeeklyRecurrence", {**interval, "DaysOfWeek": days}
    if frequency in {"MONTHLY", "YEARLY"} and days:
        relative = {"DaysOfWeek": days, "DayOfWeekIndex": _PLACES[int(place or "1")]}
        monthly = frequency == "MONTHLY"
        kind = "RelativeMonthlyRecurrence" if monthly else "RelativeYearlyRecurrence"
        return kind, {**interval, **relative} if monthly else {**relative, **month}
    if frequency == "MONTHLY":
        return "AbsoluteMonthlyRecurrence", {**interval, **day}
    if frequency == "YEARLY":
        return "AbsoluteYearlyRecurrence", {**day, **month}
    raise ValueError(f"no pattern for the rule {given}")
