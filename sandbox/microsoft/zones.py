"""Time zones as Graph names them: Windows' names and IANA's are taken, Windows' names are kept."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from tzlocal.windows_tz import tz_win, win_tz

from sandbox.microsoft.errors import invalid
from sandbox.times import zone_of

_UTC_NAMES = frozenset({"", "utc", "etc/utc", "etc/gmt", "gmt", "tzone://microsoft/utc", "coordinated universal time"})


def zone_named(name: str) -> ZoneInfo:
    """The zone of a Windows or an IANA name; UTC for "". Raises 400 TimeZoneNotSupportedException."""
    if name.lower() in _UTC_NAMES:
        return ZoneInfo("UTC")
    try:
        return zone_of(win_tz.get(name, name))
    except ValueError as error:
        text = f"A valid TimeZone value must be specified. The following TimeZone value is not supported: '{name}'."
        raise invalid(text, "TimeZoneNotSupportedException") from error


def windows_name(zone: ZoneInfo) -> str:
    """Windows' name of a zone; IANA's where it has none."""
    return "UTC" if zone.key.lower() in _UTC_NAMES else tz_win.get(zone.key, zone.key)


def wall_text(moment: datetime) -> str:
    """A wall-clock time as Graph writes it: seven digits after the point, no offset."""
    return f"{moment:%Y-%m-%dT%H:%M:%S.%f}0"


def edge(seconds: int, zone: ZoneInfo, name: str) -> dict[str, str]:
    """A ``dateTimeTimeZone`` in ``zone``, which the caller calls ``name``."""
    return {"dateTime": wall_text(datetime.fromtimestamp(seconds, zone)), "timeZone": name}


def edge_seconds(value: dict[str, str]) -> int:
    """Epoch seconds of a ``dateTimeTimeZone``. An offset in the text counts for more than the zone. Raises 400."""
    try:
        moment = datetime.fromisoformat(_six_digits(value["dateTime"]))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise invalid("The value of the property dateTime is not valid.", "ErrorPropertyValidationFailure") from error
    zone = zone_named(value.get("timeZone") or "")
    return int((moment if moment.tzinfo else moment.replace(tzinfo=zone)).timestamp())


def _six_digits(text: str) -> str:
    """Python reads six digits after the point, Graph writes seven."""
    head, point, rest = text.partition(".")
    digits = len(rest) - len(rest.lstrip("0123456789"))
    return f"{head}{point}{rest[: min(digits, 6)]}{rest[digits:]}"


def utc_text(seconds: float) -> str:
    """``2026-01-31T09:00:00.0000000Z``."""
    return wall_text(datetime.fromtimestamp(seconds, UTC)) + "Z"
