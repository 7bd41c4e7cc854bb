"""Charts drawn on the server as SVG: ``{% chart %}`` with a table for screen readers, and ``{% sparkline %}``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django import template
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from hubclone.lib import charts

register = template.Library()
EXACT_TO = 10**15
SHORT_FROM = 0.001
Rows = Sequence[tuple[Any, charts.Value]]


@register.inclusion_tag("components/chart.html")
def chart(kind: str, label: str, rows: Rows, unit: str = "") -> dict[str, Any]:
    """A figure of ``kind`` "line" or "bars": ``rows`` are (label, number or None), ``unit`` follows each number."""
    rows = [(str(name), value) for name, value in rows]
    drawn = _KINDS[kind]([value for _name, value in rows])
    return {
        **drawn,
        "label": label,
        "rows": [(name, figure(value, unit)) for name, value in rows],
        "columns": _columns(rows, unit),
        "ends": _ends([name for name, _value in rows]),
    }


@register.simple_tag
def sparkline(label: str, values: Sequence[charts.Value]) -> SafeString:
    """A word-sized line; screen readers hear the label and the values."""
    drawn = charts.sparkline(values)
    said = ", ".join(figure(value) for value in values) or _("Nothing yet")
    path = " ".join(charts.path(run) for run in drawn.runs)
    end = [format_html('<circle cx="{}" cy="{}" r="2.5"/>', f"{p.x:g}", f"{p.y:g}") for p in drawn.points[-1:]]
    return format_html(
        '<svg class="sparkline" viewBox="0 0 {} {}" role="img" aria-label="{}"><path d="{}"/>{}</svg>',
        f"{charts.SPARK_WIDTH:g}",
        f"{charts.SPARK_HEIGHT:g}",
        f"{label}: {said}",
        path,
        end[0] if end else "",
    )


def figure(value: charts.Value, unit: str = "") -> str:
    """A number as people read it in their language; a dash for none."""
    if value is None or value != value:  # noqa: PLR0124 - not a number is unlike itself
        return "—"
    if abs(value) >= EXACT_TO:
        return f"{value:.3g}{unit}" if isinstance(value, float) else f"{value:,}{unit}"
    whole = int(value) if float(value).is_integer() else round(float(value), 6)
    return f"{number_format(whole, use_l10n=True, force_grouping=True)}{unit}"


def short(value: float) -> str:
    """A tick's number in few letters: 12k, 3.5M."""
    for size, letter in ((10**9, "B"), (10**6, "M"), (10**4, "k")):
        if size <= abs(value) < EXACT_TO:
            return f"{figure(round(value / (1000 if letter == 'k' else size), 2))}{letter}"
    return f"{value:.0e}" if abs(value) >= EXACT_TO or 0 < abs(value) < SHORT_FROM else figure(value)


def _line(values: Sequence[charts.Value]) -> dict[str, Any]:
    drawn = charts.line(values)
    last = drawn.points[-1:] if drawn.points else []
    return {
        "paths": [charts.path(run) for run in drawn.runs],
        "areas": [path for run in drawn.runs if (path := charts.area(run, drawn.zero))],
        "dots": [(_across(point.x), _down(point.y)) for point in last],
        **_axis(drawn.scale, drawn.zero),
    }


def _bars(values: Sequence[charts.Value]) -> dict[str, Any]:
    drawn = charts.bars(values)
    rects = [(_across(b.x), _down(b.y), _across(b.width), _down(b.height)) for b in drawn.bars]
    return {"bars": rects, **_axis(drawn.scale, drawn.zero)}


_KINDS: dict[str, Callable[[Sequence[charts.Value]], dict[str, Any]]] = {"line": _line, "bars": _bars}


def _axis(scale: charts.Scale, zero: float) -> dict[str, Any]:
    return {"ticks": [(_down(scale.y(tick)), short(tick)) for tick in scale.ticks], "zero": _down(zero)}


def _columns(rows: Rows, unit: str) -> list[tuple[str, str, str]]:
    """What the pointer meets: from where, how wide, and what it is told."""
    wide = 100 / len(rows) if rows else 100
    return [(f"{wide * at:.3f}%", f"{wide:.3f}%", f"{name}: {figure(v, unit)}") for at, (name, v) in enumerate(rows)]


def _ends(names: Sequence[str]) -> list[str]:
    """The labels that stand below: the first, the last, and the one that lies exactly between them."""
    middle = {len(names) // 2} if len(names) % 2 else set()
    return [names[at] for at in sorted({0, *middle, len(names) - 1})] if names else []


def _across(x: float) -> str:
    return f"{100 * x / charts.WIDTH:.3f}%"


def _down(y: float) -> str:
    return f"{100 * y / charts.HEIGHT:.3f}%"
