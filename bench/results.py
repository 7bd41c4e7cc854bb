"""bench/results.md: the last run of each bench, with the machine that it ran on."""

from __future__ import annotations

import datetime as dt
import os
import platform
import re
from collections.abc import Sequence
from pathlib import Path

from bench.figures import Figure

RESULTS = Path(__file__).resolve().parent / "results.md"
HEAD = """# Results

The last run of each bench (`make bench BENCH=name`). A ratio is the value against the reference measured in the same
run; a figure without one is a value.
"""


def results_write(bench: str, figures: Sequence[Figure], path: Path = RESULTS, *, how: str = "") -> None:
    """Replace the section of ``bench``, and leave the others as they are. ``how`` says what was measured, and how."""
    sections = _sections(path.read_text() if path.exists() else "")
    sections[bench] = "\n\n".join(filter(None, [how, _section(figures)]))
    path.write_text(HEAD + "".join(f"\n## {name}\n\n{body.strip()}\n" for name, body in sorted(sections.items())))


def _sections(text: str) -> dict[str, str]:
    parts = re.split(r"^## (\w+)$", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def _section(figures: Sequence[Figure]) -> str:
    now = dt.datetime.now(dt.UTC)
    rows = "\n".join(_row(figure) for figure in figures)
    return (
        f"{now:%Y-%m-%d %H:%M} UTC, {_machine()}\n\n"
        f"| Figure | Value | Unit | Reference | Ratio | Bound | Kept |\n|---|---|---|---|---|---|---|\n{rows}"
    )


def _row(figure: Figure) -> str:
    kept = {True: "yes", False: "**no**", None: ""}[figure.kept()]
    cells = (
        f"{figure.bench}.{figure.figure}",
        _number(figure.value),
        figure.unit,
        _number(figure.limit),
        _number(figure.ratio),
        figure.bound,
        kept,
    )
    return f"| {' | '.join(cells)} |"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"


def _machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    system = f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"
    return f"{os.cpu_count()} cores, {memory:.0f} GiB, {system}"
