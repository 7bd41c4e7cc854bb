"""Every zone, every transition of two years: hours come out at their wall-clock time (C24).

The oracle shares nothing with the engine: it walks UTC minute by minute and asks the zone what its clocks show.
"""

from __future__ import annotations

import os
import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo

import pytest

from calendars.engine import hours as hours_module
from calendars.engine.hours import hours_parse, wall_to_utc, windows_between, zone_names
from calendars.engine.intervals import Interval

WINDOWS = [("09:00", "17:00"), ("13:00", "18:00"), ("14:00", "20:00"), ("08:00", "12:00"), ("22:00", "02:00")]
FIRST, LAST = datetime(2026, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(params=["UTC", "America/New_York", "Australia/Lord_Howe"])
def server_zone(request: pytest.FixtureRequest) -> Iterator[str]:
    before = os.environ.get("TZ")
    os.environ["TZ"] = request.param
    time.tzset()
    wall_to_utc.cache_clear()
    hours_module.zone_get.cache_clear()
    yield request.param
    os.environ.pop("TZ") if before is None else os.environ.update(TZ=before)
    time.tzset()


@lru_cache(maxsize=1)
def zones_by_data() -> list[list[str]]:
    """Zones in groups of the same rules, as most names are links to others."""
    groups: dict[bytes, list[str]] = defaultdict(list)
    for name in sorted(zone_names()):
        groups[files("tzdata").joinpath("zoneinfo", *name.split("/")).read_bytes()].append(name)
    return list(groups.values())


@lru_cache(maxsize=1)
def transitions() -> list[tuple[tuple[str, ...], date]]:
    """(zones, local date of a transition) for all of them in 2026 and 2027."""
    found = []
    for names in zones_by_data():
        zone, moment = ZoneInfo(names[0]), FIRST
        while moment < LAST:
            if moment.astimezone(zone).utcoffset() != (moment + DAY).astimezone(zone).utcoffset():
                found.append((tuple(names), moment.astimezone(zone).date()))
            moment += DAY
    return found


@lru_cache(maxsize=4096)
def clock_faces(zone: str, around: date) -> dict[tuple[date, int], list[int]]:
    """What clocks show → the UTC minutes when they do, for five days."""
    zone_info, shown = ZoneInfo(zone), defaultdict(list)
    begin = int(datetime(around.year, around.month, around.day, tzinfo=UTC).timestamp()) - 2 * 86400
    for moment in range(begin, begin + 6 * 86400, 60):
        local = datetime.fromtimestamp(moment, zone_info)
        shown[local.date(), local.hour * 60 + local.minute].append(moment)
    return dict(shown)


def expected(faces: dict[tuple[date, int], list[int]], day: date, time_: str, is_end: bool) -> int:
    face = (day, int(time_[:2]) * 60 + int(time_[3:]))
    if moments := faces.get(face):
        return moments[-1] if is_end else moments[0]
    return min(moments[0] for shown, moments in faces.items() if shown > face)


def expected_windows(zone: str, around: date) -> dict[tuple[date, int], Interval]:
    """By day and index of WINDOWS."""
    faces, windows = clock_faces(zone, around), {}
    for day in (around - DAY, around, around + DAY):
        for index, (start, end) in enumerate(WINDOWS):
            last = day if end > start else day + DAY
            windows[day, index] = (expected(faces, day, start, False), expected(faces, last, end, True))
    return windows


@lru_cache(maxsize=1)
def expectations() -> list[tuple[str, date, int, Interval]]:
    return [
        (name, day, index, interval)
        for names, around in transitions()
        for (day, index), interval in expected_windows(names[0], around).items()
        for name in names
    ]


def offered(zone: str, day: date, index: int) -> list[Interval]:
    hours = hours_parse(zone, {str(day.weekday()): [WINDOWS[index]]})
    middle = int(datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp())
    return windows_between(hours, middle - 2 * 86400, middle + 2 * 86400)


def test_there_are_transitions_to_look_at() -> None:
    assert len(zone_names()) > 550
    assert len({name for names, _ in transitions() for name in names}) > 150


@pytest.mark.spec("C24")
def test_windows_around_every_transition_are_at_their_wall_clock_hours(server_zone: str) -> None:
    wrong = [
        (zone, day, WINDOWS[index], interval, windows)
        for zone, day, index, interval in expectations()
        if (windows := offered(zone, day, index)) != [interval]
    ]
    assert wrong == []


@pytest.mark.spec("C24")
def test_every_half_hour_of_a_transition_day_is_where_the_clock_shows_it(server_zone: str) -> None:
    for names, around in transitions():
        faces = clock_faces(names[0], around)
        for day in (around, around + DAY):
            for minute in range(0, 1440, 30):
                time_ = f"{minute // 60:02}:{minute % 60:02}"
                for is_end in (False, True):
                    found = wall_to_utc(names[0], day.toordinal(), minute, is_end)
                    assert found == expected(faces, day, time_, is_end), (names[0], day, time_, is_end)
