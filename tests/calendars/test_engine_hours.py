"""Weekly hours and date overrides."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from calendars.engine.hours import (
    HoursError,
    UnknownZone,
    hours_parse,
    time_parse,
    wall_to_utc,
    windows_between,
    zone_get,
)

WARSAW = "Europe/Warsaw"


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def shown(hours: object, first: str, last: str) -> list[tuple[str, str]]:
    windows = windows_between(hours, at(first), at(last))  # type: ignore[arg-type]
    return [tuple(f"{datetime.fromtimestamp(edge, UTC):%d %H:%M}" for edge in window) for window in windows]  # type: ignore[misc]


def test_an_hour_that_does_not_exist_is_the_moment_of_the_change() -> None:
    assert wall_to_utc(WARSAW, datetime(2026, 3, 29, tzinfo=UTC).toordinal(), 150, False) == at("2026-03-29T01:00")
    assert wall_to_utc(WARSAW, datetime(2026, 3, 29, tzinfo=UTC).toordinal(), 150, True) == at("2026-03-29T01:00")


def test_an_hour_that_comes_twice_is_the_first_for_a_start_and_the_second_for_an_end() -> None:
    day = datetime(2026, 10, 25, tzinfo=UTC).toordinal()
    assert wall_to_utc(WARSAW, day, 150, False) == at("2026-10-25T00:30")
    assert wall_to_utc(WARSAW, day, 150, True) == at("2026-10-25T01:30")


def test_a_window_wholly_inside_the_missing_hour_is_no_window() -> None:
    assert shown(hours_parse(WARSAW, {"6": [["02:15", "02:45"]]}), "2026-03-29T00:00", "2026-03-30T00:00") == []


def test_a_date_that_a_zone_leaves_out_has_no_hours() -> None:
    hours = hours_parse("Pacific/Apia", {"4": [["09:00", "17:00"]]})
    assert windows_between(hours, at("2011-12-29T00:00"), at("2012-01-01T00:00")) == []


def test_a_day_has_several_windows() -> None:
    hours = hours_parse("UTC", {"0": [["13:00", "17:00"], ["09:00", "12:00"]]})
    assert shown(hours, "2026-11-22T00:00", "2026-11-25T00:00") == [("23 09:00", "23 12:00"), ("23 13:00", "23 17:00")]


def test_a_window_may_cross_midnight_or_end_at_it() -> None:
    hours = hours_parse("UTC", {"0": [["22:00", "02:00"]], "2": [["20:00", "24:00"]], "3": [["20:00", "00:00"]]})
    assert shown(hours, "2026-11-22T00:00", "2026-11-28T00:00") == [
        ("23 22:00", "24 02:00"),
        ("25 20:00", "26 00:00"),
        ("26 20:00", "27 00:00"),
    ]


def test_an_override_replaces_the_windows_that_begin_on_its_day() -> None:
    hours = hours_parse(
        "UTC",
        {"0": [["09:00", "17:00"]], "1": [["09:00", "17:00"]]},
        {"2026-11-23": [], "2026-11-24": [["10:00", "11:00"]], "2026-11-28": [["08:00", "09:00"]]},
    )
    assert shown(hours, "2026-11-22T00:00", "2026-11-29T00:00") == [("24 10:00", "24 11:00"), ("28 08:00", "28 09:00")]


@pytest.mark.parametrize(
    "name",
    ["", "Nowhere/Town", "europe/warsaw", "../etc/passwd", "/etc/passwd", "America", "Europe/Warsaw\x00", "x" * 10**6],
)
def test_an_unknown_zone_is_refused_in_words(name: str) -> None:
    with pytest.raises(UnknownZone, match="no time zone"):
        zone_get(name)
    with pytest.raises(UnknownZone):
        hours_parse(name, {})


@pytest.mark.parametrize("text", ["", "9:00", "09:60", "24:01", "25:00", "0900", "٠٩:٠٠", "09:00:00", "-1:00", "aa:bb"])
def test_what_is_not_a_time_is_refused(text: str) -> None:
    with pytest.raises(HoursError):
        time_parse(text)


@pytest.mark.parametrize(
    ("weekly", "overrides"),
    [
        ({"7": []}, {}),
        ({"0": [["09:00"]]}, {}),
        ({"0": [["24:00", "02:00"]]}, {}),
        ({}, {"2026-13-01": []}),
        ({}, {"yesterday": []}),
    ],
)
def test_hours_that_mean_nothing_are_refused(
    weekly: dict[str, list[list[str]]], overrides: dict[str, list[list[str]]]
) -> None:
    with pytest.raises(HoursError):
        hours_parse("UTC", weekly, overrides)
