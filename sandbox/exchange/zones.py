"""Windows' names of time zones beside the IANA's, and zones as Exchange spells them out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sandbox.exchange.soap import Element, EwsError, t
from sandbox.times import zone_of

_NAMES = {
    "UTC": "UTC Etc/UTC Etc/GMT",
    "GMT Standard Time": "Europe/London Europe/Dublin Europe/Lisbon",
    "Greenwich Standard Time": "Atlantic/Reykjavik",
    "Central European Standard Time": "Europe/Warsaw Europe/Sarajevo Europe/Skopje Europe/Zagreb",
    "Central Europe Standard Time": "Europe/Budapest Europe/Belgrade Europe/Bratislava Europe/Ljubljana Europe/Prague",
    "W. Europe Standard Time": "Europe/Berlin Europe/Amsterdam Europe/Rome Europe/Stockholm Europe/Vienna Europe/Zurich"
    " Europe/Oslo",
    "Romance Standard Time": "Europe/Paris Europe/Brussels Europe/Copenhagen Europe/Madrid",
    "FLE Standard Time": "Europe/Kiev Europe/Kyiv Europe/Helsinki Europe/Riga Europe/Sofia Europe/Tallinn"
    " Europe/Vilnius",
    "GTB Standard Time": "Europe/Bucharest Europe/Athens",
    "Turkey Standard Time": "Europe/Istanbul",
    "Russian Standard Time": "Europe/Moscow",
    "Israel Standard Time": "Asia/Jerusalem",
    "South Africa Standard Time": "Africa/Johannesburg",
    "Arabian Standard Time": "Asia/Dubai",
    "India Standard Time": "Asia/Calcutta Asia/Kolkata",
    "Nepal Standard Time": "Asia/Katmandu Asia/Kathmandu",
    "China Standard Time": "Asia/Shanghai",
    "Singapore Standard Time": "Asia/Singapore",
    "Tokyo Standard Time": "Asia/Tokyo",
    "AUS Eastern Standard Time": "Australia/Sydney Australia/Melbourne",
    "New Zealand Standard Time": "Pacific/Auckland",
    "Newfoundland Standard Time": "America/St_Johns",
    "E. South America Standard Time": "America/Sao_Paulo",
    "Eastern Standard Time": "America/New_York America/Toronto",
    "Central Standard Time": "America/Chicago",
    "Mountain Standard Time": "America/Denver",
    "US Mountain Standard Time": "America/Phoenix",
    "Pacific Standard Time": "America/Los_Angeles",
    "Alaskan Standard Time": "America/Anchorage",
    "Hawaiian Standard Time": "Pacific/Honolulu",
}
ZONES = {windows: names.split()[0] for windows, names in _NAMES.items()}
_WINDOWS = {name: windows for windows, names in _NAMES.items() for name in names.split()}
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def windows_name(iana: str) -> str:
    """Windows' name of a zone; UTC where it has none here."""
    return _WINDOWS.get(iana, "UTC")


def zone_named(windows: str) -> ZoneInfo:
    """The zone of Windows' name. Raises EwsError."""
    if windows not in ZONES:
        raise EwsError("ErrorTimeZone", f"The time zone {windows} is unknown.")
    return zone_of(ZONES[windows])


def zone_reference(tag: str, iana: str) -> Element:
    """A zone by its name alone."""
    windows = windows_name(iana)
    return t(tag, Id=windows, Name=f"({_offset_text(zone_of(ZONES[windows]))}) {windows}")


def zone_definition(windows: str, *, full: bool) -> Element:
    """``TimeZoneDefinition``, with the rules of this year if it is ``full``."""
    zone = zone_named(windows)
    name = f"({_offset_text(zone)}) {windows}"
    if not full:
        return t("TimeZoneDefinition", Id=windows, Name=name)
    changes = _changes(zone, datetime.now(UTC).year)
    periods = [_period(windows, kind, offset) for kind, offset in _offsets(zone, changes)]
    moves = [_recurring(_to(windows, kind), moment) for kind, moment in changes]
    group = t("TransitionsGroup", moves or [t("Transition", _to(windows, "Standard"))], Id="0")
    transitions = t("Transitions", t("Transition", t("To", "0", Kind="Group")))
    inside = (t("Periods", periods), t("TransitionsGroups", group), transitions)
    return t("TimeZoneDefinition", *inside, Id=windows, Name=name)


def _to(windows: str, kind: str) -> Element:
    return t("To", f"{windows}-{kind}", Kind="Period")


def _period(windows: str, kind: str, offset: timedelta) -> Element:
    return t("Period", Bias=_duration(-offset), Name=kind, Id=f"{windows}-{kind}")


def _recurring(to: Element, moment: datetime) -> Element:
    """The rule of a change, in the wall-clock time before it."""
    last = (moment + timedelta(days=7)).month != moment.month
    return t(
        "RecurringDayTransition",
        to,
        t("TimeOffset", _duration(timedelta(hours=moment.hour, minutes=moment.minute))),
        t("Month", str(moment.month)),
        t("DayOfWeek", _DAYS[moment.weekday()]),
        t("Occurrence", "-1" if last else str((moment.day - 1) // 7 + 1)),
    )


def _changes(zone: ZoneInfo, year: int) -> list[tuple[str, datetime]]:
    """``(kind that begins, wall-clock moment before it)`` in a year; empty where the clocks never change."""
    found = []
    moment = datetime(year, 1, 1, tzinfo=UTC)
    while moment.year == year:
        after = moment + timedelta(minutes=30)
        before, then = moment.astimezone(zone), after.astimezone(zone)
        if before.utcoffset() != then.utcoffset():
            wall = after.replace(tzinfo=None) + (before.utcoffset() or timedelta())
            found.append(("Daylight" if then.dst() else "Standard", wall))
        moment = after
    return found


def _offsets(zone: ZoneInfo, changes: list[tuple[str, datetime]]) -> list[tuple[str, timedelta]]:
    moments = [datetime(datetime.now(UTC).year, month, 15, tzinfo=zone) for month in (1, 7)]
    offsets = sorted({moment.utcoffset() or timedelta() for moment in moments})
    return list(zip(("Standard", "Daylight"), offsets, strict=False)) if changes else [("Standard", offsets[0])]


def _duration(span: timedelta) -> str:
    minutes = int(span.total_seconds()) // 60
    hours, rest = divmod(abs(minutes), 60)
    return f"{'-' if minutes < 0 else ''}PT{hours}H{rest}M"


def _offset_text(zone: ZoneInfo) -> str:
    minutes = int((datetime(2026, 1, 15, tzinfo=zone).utcoffset() or timedelta()).total_seconds()) // 60
    return f"UTC{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}" if minutes else "UTC"
