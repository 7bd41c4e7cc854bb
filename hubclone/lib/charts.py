"""The geometry of small charts: numbers in, coordinates out. Drawn as SVG by ``{% chart %}``; knows no Django.

A drawing is WIDTH × HEIGHT units, the origin at the top left. Values may be negative, equal, huge or missing; what is
no finite number is a gap. Every coordinate is finite and lies inside the drawing.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

WIDTH = 600.0
HEIGHT = 200.0
SPARK_WIDTH = 120.0
SPARK_HEIGHT = 32.0
INSET = 4.0
"""Room for the line's thickness and for the dot at its end."""
TICKS_WANTED = 4
BAR_PART = 0.64
"""How much of its slot a bar takes."""

Value = float | int | None


@dataclass(frozen=True, slots=True)
class Scale:
    """Values from ``low`` to ``high`` on a height, ``high`` at the top. ``ticks`` are round values, lowest first."""

    low: float
    high: float
    height: float
    inset: float
    ticks: tuple[float, ...] = ()

    def y(self, value: float) -> float:
        """Where a value lies; clamped to the drawing."""
        part = _part(value, self.low, self.high)
        return round(self.height - self.inset - part * (self.height - 2 * self.inset), 2)


@dataclass(frozen=True, slots=True)
class Point:
    """One value of a line, at its place."""

    x: float
    y: float
    value: float


@dataclass(frozen=True, slots=True)
class Bar:
    """One value as a rectangle that stands on zero, or hangs from it."""

    x: float
    y: float
    width: float
    height: float
    value: float


@dataclass(frozen=True, slots=True)
class Line:
    """``runs`` are the unbroken parts: each a list of points, one alone is a dot. ``zero`` is where the axis lies."""

    runs: tuple[tuple[Point, ...], ...]
    scale: Scale
    zero: float

    @property
    def points(self) -> list[Point]:
        """Every point, from left to right."""
        return [point for run in self.runs for point in run]


@dataclass(frozen=True, slots=True)
class Bars:
    """The bars that have a value, from left to right."""

    bars: tuple[Bar, ...]
    scale: Scale
    zero: float


def line(values: Sequence[Value], *, width: float = WIDTH, height: float = HEIGHT, from_zero: bool = True) -> Line:
    """A line through the values at even distances; a single one lies in the middle."""
    known = _finite(values)
    scale = scale_make([value for value in known if value is not None], height=height, from_zero=from_zero)
    step = (width - 2 * INSET) / (len(known) - 1) if len(known) > 1 else 0.0
    start = INSET if len(known) > 1 else width / 2
    points = [
        None if value is None else Point(round(start + step * at, 2), scale.y(value), value)
        for at, value in enumerate(known)
    ]
    return Line(tuple(_runs(points)), scale, scale.y(0))


def bars(values: Sequence[Value], *, width: float = WIDTH, height: float = HEIGHT) -> Bars:
    """A bar for each value at even distances; zero is always in the drawing."""
    known = _finite(values)
    scale = scale_make([value for value in known if value is not None], height=height, from_zero=True)
    room = width / len(known) if known else width
    zero = scale.y(0)
    made = (
        _bar(value, room * at + room * (1 - BAR_PART) / 2, room * BAR_PART, scale, zero)
        for at, value in enumerate(known)
        if value is not None
    )
    return Bars(tuple(made), scale, zero)


def sparkline(values: Sequence[Value]) -> Line:
    """A word-sized line, from the lowest value to the highest."""
    return line(values, width=SPARK_WIDTH, height=SPARK_HEIGHT, from_zero=False)


def path(run: Sequence[Point]) -> str:
    """The run as the ``d`` of an SVG path; a single point is a line of no length, which round caps draw as a dot."""
    places = [f"{point.x:g} {point.y:g}" for point in (run if len(run) > 1 else [*run, *run])]
    return f"M{' L'.join(places)}" if places else ""


def area(run: Sequence[Point], zero: float) -> str:
    """The run's path, closed along the axis."""
    return f"{path(run)} L{run[-1].x:g} {zero:g} L{run[0].x:g} {zero:g} Z" if len(run) > 1 else ""


def scale_make(values: Sequence[float], *, height: float, from_zero: bool) -> Scale:
    """A scale that holds all values and, ``from_zero``, zero. Without values, or with equal ones, it is one wide.
    Between whole numbers, which are counts, no tick is a fraction."""
    low, high = (min(values), max(values)) if values else (0.0, 0.0)
    if from_zero:
        low, high = min(low, 0.0), max(high, 0.0)
    if low == high:
        room = max(abs(low), 1.0) / 2 if not from_zero else 1.0
        low, high = low - (0 if from_zero else room), high + room
    step = _step(low, high)
    if all(value.is_integer() for value in values):
        step = max(step, 1.0)
    if not from_zero or not math.isfinite(step) or step <= 0:
        return Scale(low, high, height, INSET)
    ticks = _ticks(low, high, step)
    return Scale(min(low, ticks[0]), max(high, ticks[-1]), height, INSET, ticks)


def _finite(values: Sequence[Value]) -> list[float | None]:
    return [None if value is None else _float(value) for value in values]


def _float(value: float | int) -> float | None:
    """The number, or None where it is none that can be drawn."""
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _part(value: float, low: float, high: float) -> float:
    """How far along the way from low to high; halves keep the difference of huge numbers finite."""
    span = high / 2 - low / 2
    part = (value / 2 - low / 2) / span if span > 0 else 0.5
    return min(max(part, 0.0), 1.0)


def _bar(value: float, x: float, width: float, scale: Scale, zero: float) -> Bar:
    y = scale.y(value)
    return Bar(round(x, 2), min(y, zero), round(width, 2), round(abs(zero - y), 2), value)


def _runs(points: Sequence[Point | None]) -> Iterator[tuple[Point, ...]]:
    run: list[Point] = []
    for point in [*points, None]:
        if point is not None:
            run.append(point)
        elif run:
            yield tuple(run)
            run = []


def _step(low: float, high: float) -> float:
    """A round distance: 1, 2 or 5 times a power of ten."""
    rough = (high / TICKS_WANTED) - (low / TICKS_WANTED)
    if not math.isfinite(rough) or rough <= 0:
        return 0.0
    power = 10.0 ** math.floor(math.log10(rough))
    return next((power * times for times in (1, 2, 5) if power * times >= rough), power * 10)


def _ticks(low: float, high: float, step: float) -> tuple[float, ...]:
    first, last = math.floor(low / step), math.ceil(high / step)
    ticks = tuple(float(f"{step * number:.12g}") for number in range(first, last + 1))
    return ticks if all(map(math.isfinite, ticks)) else (low, high)
