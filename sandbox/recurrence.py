"""Recurrence rules (RFC 5545) in the event's own zone: values in, values out.

Wall-clock times are kept: 9:00 in Warsaw stays 9:00 across a change of the clocks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule, rruleset, rrulestr

from sandbox.times import FOREVER, zone_of

MAX_INSTANCES = 5000
_UNTIL = re.compile(r"UNTIL=([0-9TZ]+)", re.IGNORECASE)


@dataclass(frozen=True)
class Instance:
    """One occurrence: epoch seconds, its wall-clock start in the event's zone, and the suffix of its id."""

    starts: int
    ends: int
    local: datetime
    suffix: str


@dataclass(frozen=True)
class Series:
    """A recurring event. ``first`` is a wall-clock time in ``zone``; ``seconds`` (or ``days``) is its length."""

    first: datetime
    zone: ZoneInfo
    all_day: bool
    seconds: int
    days: int
    lines: tuple[str, ...]

    def between(self, low: int, high: int) -> list[Instance]:
        """Occurrences that touch ``low <= t < high``, in order, at most MAX_INSTANCES. Raises ValueError."""
        floor = self._wall(low - self.seconds - 90000)
        found: list[Instance] = []
        for local in _rules(self).xafter(floor, inc=True):
            instance = self._instance(local)
            if instance.starts >= high or len(found) >= MAX_INSTANCES:
                break
            if instance.ends > low or (instance.starts == instance.ends == low):
                found.append(instance)
        return found

    def at(self, suffix: str) -> Instance | None:
        """The occurrence with that id suffix, if the rules make it."""
        try:
            starts = self._suffix_start(suffix)
        except ValueError:
            return None
        return next((i for i in self.between(starts, starts + 1) if i.suffix == suffix), None)

    def last_end(self) -> int:
        """When the last occurrence ends; FOREVER for a series without end."""
        if not self._bounded():
            return FOREVER
        found = self.between(-(2**40), FOREVER)
        return found[-1].ends if found else self._instance(self.first).ends

    def _bounded(self) -> bool:
        return all("COUNT=" in line.upper() or "UNTIL=" in line.upper() for line in self.lines if _is_rule(line))

    def _wall(self, seconds: int) -> datetime:
        seconds = min(max(seconds, -62135000000 + 200000), 253402000000)
        return datetime.fromtimestamp(seconds, self.zone).replace(tzinfo=None)

    def _suffix_start(self, suffix: str) -> int:
        if self.all_day:
            return int(datetime.strptime(suffix, "%Y%m%d").replace(tzinfo=self.zone).timestamp())
        return int(datetime.strptime(suffix, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp())

    def _instance(self, local: datetime) -> Instance:
        starts = int(local.replace(tzinfo=self.zone).timestamp())
        if self.all_day:
            end = date.fromordinal(local.toordinal() + self.days)
            ends = int(datetime(end.year, end.month, end.day, tzinfo=self.zone).timestamp())
            return Instance(starts, ends, local, f"{local:%Y%m%d}")
        return Instance(starts, starts + self.seconds, local, f"{datetime.fromtimestamp(starts, UTC):%Y%m%dT%H%M%SZ}")


def _is_rule(line: str) -> bool:
    return line.upper().startswith(("RRULE", "EXRULE"))


def _rules(series: Series) -> rruleset:
    rules = rruleset(cache=False)
    for line in series.lines:
        head, _, value = line.partition(":")
        name, _, parameters = head.partition(";")
        name = name.upper()
        if name in {"RRULE", "EXRULE"}:
            rule = _rule(value, series)
            rules.rrule(rule) if name == "RRULE" else rules.exrule(rule)
        elif name in {"RDATE", "EXDATE"}:
            for moment in _dates(value, parameters, series):
                rules.rdate(moment) if name == "RDATE" else rules.exdate(moment)
        else:
            raise ValueError(f"unknown recurrence line {line!r}")
    if not any(_is_rule(line) for line in series.lines):
        rules.rdate(series.first)
    return rules


def _rule(value: str, series: Series) -> rrule:
    def local(match: re.Match[str]) -> str:
        return f"UNTIL={_local(match[1], series.zone, series):%Y%m%dT%H%M%S}"

    rule = rrulestr(_UNTIL.sub(local, value), dtstart=series.first)
    if not isinstance(rule, rrule):
        raise ValueError("one rule a line")
    return rule


def _dates(value: str, parameters: str, series: Series) -> list[datetime]:
    named = re.search(r"TZID=([^;:]+)", parameters)
    zone = zone_of(named[1]) if named else series.zone
    return [_local(text, zone, series) for text in value.split(",")]


def _local(text: str, zone: ZoneInfo, series: Series) -> datetime:
    """A date or time of a rule as a wall-clock time of the series; a bare UNTIL date includes that day."""
    if "T" not in text:
        day = datetime.strptime(text, "%Y%m%d")  # noqa: DTZ007 - a wall-clock value on purpose
        return day if series.all_day else day.replace(hour=23, minute=59, second=59)
    source = UTC if text.endswith("Z") else zone
    moment = datetime.strptime(text.rstrip("Z"), "%Y%m%dT%H%M%S").replace(tzinfo=source)
    return moment.astimezone(series.zone).replace(tzinfo=None)
