"""Weekly hours of a zone → open windows in UTC. Hours mean wall-clock hours, on every day of the year (C24).

A wall-clock time that does not exist on its day (clocks go forward over it) is the moment of the change. One that
comes twice (clocks go back over it) is the first for a start and the second for an end.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from calendars.engine.intervals import Interval

DAY_MINUTES = 24 * 60
DAY_SECONDS = 24 * 60 * 60
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
_MINUTE = timedelta(minutes=1)
_SECOND = timedelta(seconds=1)
_NO_WINDOWS: tuple[tuple[int, int], ...] = ()

Windows = tuple[tuple[int, int], ...]


class HoursError(ValueError):
    """Hours that mean nothing: a malformed time, day or date."""


class UnknownZone(HoursError):
    """A name that is not in the time zone database."""


@lru_cache(maxsize=1)
def zone_names() -> frozenset[str]:
    """Every zone that can be used, by its IANA name."""
    return frozenset(available_timezones()) - {"Factory", "localtime"}


@lru_cache(maxsize=1024)
def zone_get(name: str) -> ZoneInfo:
    """The zone of an IANA name, exactly as the database spells it. Raises UnknownZone for anything else."""
    if name not in zone_names():
        raise UnknownZone(f"There is no time zone {name[:64]!r}.")
    return ZoneInfo(name)


@dataclass(frozen=True, slots=True)
class Hours:
    """When somebody can be met. ``week[0]`` is Monday; a window is (start, end) in minutes from its day's midnight.

    ``end`` may lie past 24 h, on the next day. ``overrides`` (by a date's ordinal) replace the windows of its weekday.
    """

    zone: str
    week: tuple[Windows, ...]
    overrides: tuple[tuple[int, Windows], ...] = ()


def hours_parse(
    zone: str,
    weekly: Mapping[str, Sequence[Sequence[str]]],
    overrides: Mapping[str, Sequence[Sequence[str]]] | None = None,
) -> Hours:
    """Hours from the stored form: ``{"0": [["09:00", "17:00"]]}`` and ``{"2026-12-24": []}``; raises HoursError."""
    zone_get(zone)
    if unknown := set(weekly) - set("0123456"):
        raise HoursError(f"There is no weekday {sorted(unknown)[0]!r}.")
    week = tuple(_windows_parse(weekly.get(str(day), ())) for day in range(7))
    dated = tuple(sorted((_date_parse(day), _windows_parse(windows)) for day, windows in (overrides or {}).items()))
    return Hours(zone, week, dated)


def time_parse(text: str) -> int:
    """Minutes from midnight of "HH:MM", 00:00 to 24:00; raises HoursError."""
    hour, colon, minute = text.partition(":")
    if not (colon and len(hour) == len(minute) == 2 and (hour + minute).isascii() and (hour + minute).isdigit()):
        raise HoursError(f"{text[:20]!r} is not a time such as 09:00.")
    total = int(hour) * 60 + int(minute)
    if int(minute) > 59 or total > DAY_MINUTES:
        raise HoursError(f"{text!r} is not a time of a day.")
    return total


def window_parse(start: str, end: str) -> tuple[int, int]:
    """One window in minutes; an end that is not after its start lies on the next day."""
    starts, ends = time_parse(start), time_parse(end)
    if starts == DAY_MINUTES:
        raise HoursError("A window cannot start at 24:00.")
    return starts, ends if ends > starts else ends + DAY_MINUTES


def _windows_parse(windows: Sequence[Sequence[str]]) -> Windows:
    if any(len(window) != 2 for window in windows):
        raise HoursError("A window has a start and an end.")
    return tuple(sorted(window_parse(start, end) for start, end in windows))


def _date_parse(text: str) -> int:
    try:
        return date.fromisoformat(text).toordinal()
    except ValueError:
        raise HoursError(f"{text[:20]!r} is not a date such as 2026-12-24.") from None


@lru_cache(maxsize=131_072)
def wall_to_utc(zone: str, ordinal: int, minute: int, is_end: bool) -> int:
    """The moment when clocks of ``zone`` show ``minute`` of the day; the module says what becomes of the two oddities.

    ``minute`` counts on the clock's face and may lie past 24 h, on the next date.
    """
    tz = zone_get(zone)
    wall = datetime.fromordinal(ordinal) + minute * _MINUTE
    first = _offset(wall.replace(tzinfo=tz))
    second = _offset(wall.replace(tzinfo=tz, fold=1))
    naive = (wall.toordinal() - _EPOCH_ORDINAL) * DAY_SECONDS + wall.hour * 3600 + wall.minute * 60
    if first < second:
        return _change_between(tz, naive - second, naive - first)
    return naive - (second if is_end else first)


def _offset(moment: datetime) -> int:
    offset = moment.utcoffset()
    return 0 if offset is None else offset // _SECOND


def _change_between(tz: ZoneInfo, before: int, after: int) -> int:
    """The one moment in (before, after] at which the zone's offset changes."""
    old = _offset(datetime.fromtimestamp(before, tz))
    while after - before > 1:
        middle = (before + after) // 2
        if _offset(datetime.fromtimestamp(middle, tz)) == old:
            before = middle
        else:
            after = middle
    return after


def local_day(zone: str, moment: int) -> int:
    """The ordinal of the date that clocks of ``zone`` show at a moment."""
    return datetime.fromtimestamp(moment, zone_get(zone)).toordinal()


def day_start(zone: str, ordinal: int) -> int:
    """The first moment of a date in a zone."""
    return wall_to_utc(zone, ordinal, 0, False)


def windows_between(hours: Hours, starts: int, ends: int) -> list[Interval]:
    """The windows that touch [starts, ends), whole, ascending. They may overlap; each is where its steps begin.

    Which windows there are does not depend on the range asked for, so that a month and one of its slots agree.
    """
    first = datetime.fromtimestamp(starts, UTC).toordinal() - 3
    last = datetime.fromtimestamp(ends, UTC).toordinal() + 2
    overrides = dict(hours.overrides)
    windows: list[Interval] = []
    for ordinal in range(max(first, 1), last + 1):
        for begin, end in overrides.get(ordinal) or _usual(hours, overrides, ordinal):
            opens = wall_to_utc(hours.zone, ordinal, begin, False)
            closes = wall_to_utc(hours.zone, ordinal, end, True)
            if opens < closes and opens < ends and closes > starts:
                windows.append((opens, closes))
    windows.sort()
    return windows


def _usual(hours: Hours, overrides: Mapping[int, Windows], ordinal: int) -> Windows:
    return _NO_WINDOWS if ordinal in overrides else hours.week[(ordinal - 1) % 7]
