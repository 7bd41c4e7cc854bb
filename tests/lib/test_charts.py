"""The geometry of charts: empty, one, negative, equal, missing and huge values."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubclone.lib.charts import HEIGHT, SPARK_HEIGHT, SPARK_WIDTH, WIDTH, area, bars, line, path, scale_make, sparkline

VALUES = st.lists(st.none() | st.integers(-(10**400), 10**400) | st.floats() | st.integers(-100, 100), max_size=60)
TAME = st.lists(st.integers(-10_000, 10_000), min_size=1, max_size=60)


def inside(x: float, y: float, width: float = WIDTH, height: float = HEIGHT) -> bool:
    return math.isfinite(x) and math.isfinite(y) and 0 <= x <= width and 0 <= y <= height


@given(VALUES)
def test_every_point_and_bar_lies_in_the_drawing(values: list[float | None]) -> None:
    assert all(inside(p.x, p.y) for p in line(values).points)
    assert all(inside(p.x, p.y, SPARK_WIDTH, SPARK_HEIGHT) for p in sparkline(values).points)
    for bar in bars(values).bars:
        assert inside(bar.x, bar.y)
        assert inside(bar.x + bar.width, bar.y + bar.height - 0.02)
        assert bar.height >= 0


@given(VALUES)
def test_a_value_that_can_be_drawn_is_drawn_once_and_in_order(values: list[float | None]) -> None:
    points = line(values).points
    assert len(points) == len(bars(values).bars) == len(sparkline(values).points)
    assert [p.x for p in points] == sorted(p.x for p in points)


@given(TAME)
def test_more_is_never_lower(values: list[float | None]) -> None:
    points = sorted(line(values).points, key=lambda point: point.value)
    assert [p.y for p in points] == sorted((p.y for p in points), reverse=True)


@given(TAME)
def test_a_bar_stands_on_zero_or_hangs_from_it(values: list[float | None]) -> None:
    drawn = bars(values)
    for bar in drawn.bars:
        edge = bar.y + bar.height if bar.value >= 0 else bar.y
        assert edge == pytest.approx(drawn.zero, abs=0.02)


@given(TAME)
def test_the_ticks_are_few_round_and_around_all_values(values: list[float | None]) -> None:
    scale = line(values).scale
    assert 2 <= len(scale.ticks) <= 8
    assert scale.ticks[0] <= min(0, min(p.value for p in line(values).points))
    assert scale.ticks[-1] >= max(0, max(p.value for p in line(values).points))
    assert 0 in scale.ticks


@given(st.floats(min_value=1e-300, max_value=1e300))
def test_ticks_differ_however_small_or_large_the_numbers_are(value: float) -> None:
    ticks = line([value]).scale.ticks
    assert len(set(ticks)) == len(ticks) >= 2


def test_nothing_is_an_empty_drawing() -> None:
    assert line([]).runs == ()
    assert bars([]).bars == ()
    assert sparkline([]).points == []
    assert path([]) == ""
    assert area([], 0) == ""


def test_one_value_lies_in_the_middle_as_a_dot() -> None:
    (run,) = line([7]).runs
    assert run[0].x == WIDTH / 2
    assert path(run) == f"M{run[0].x:g} {run[0].y:g} L{run[0].x:g} {run[0].y:g}"


def test_equal_values_are_level_and_in_the_middle_of_a_sparkline() -> None:
    assert {p.y for p in sparkline([5, 5, 5]).points} == {SPARK_HEIGHT / 2}
    assert {p.y for p in line([0, 0]).points} == {line([0, 0]).zero}


def test_a_missing_value_breaks_the_line() -> None:
    assert [len(run) for run in line([1, 2, None, 3, float("nan"), 4, 5]).runs] == [2, 1, 2]


def test_a_line_with_gains_and_losses_has_zero_between_them() -> None:
    drawn = line([-50, 100])
    assert drawn.points[1].y < drawn.zero < drawn.points[0].y
    assert drawn.scale.ticks == (-50, 0, 50, 100)


def test_the_area_is_closed_along_the_axis() -> None:
    (run,) = line([1, 2]).runs
    assert area(run, 196).endswith("L4 196 Z")


def test_counts_have_no_ticks_between_them() -> None:
    assert scale_make([0.0, 2.0, 3.0], height=100, from_zero=True).ticks == (0, 1, 2, 3)
    assert scale_make([1.0], height=100, from_zero=True).ticks == (0, 1)
    assert scale_make([0.5, 2.0], height=100, from_zero=True).ticks[1] < 1
