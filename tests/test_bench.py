"""The benches' own bookkeeping: bounds are judged, and a run replaces its own section alone."""

from __future__ import annotations

from pathlib import Path

from bench.__main__ import main
from bench.figures import Figure
from bench.results import results_write


def test_a_bound_is_on_the_ratio_where_there_is_one() -> None:
    assert Figure("slots", "month", 12, "ms", 3, 4, "<= 5").kept() is True
    assert Figure("slots", "month", 12, "ms", 2, 6, "<= 5").kept() is False
    assert Figure("booking", "booked", 100, "bookings", bound="= 100").kept() is True
    assert Figure("event_log", "rate", 9, "rows/s").kept() is None


def test_a_run_replaces_its_own_section_alone(tmp_path: Path) -> None:
    path = tmp_path / "results.md"
    results_write("slots", [Figure("slots", "month", 12, "ms", 2, 6, "<= 5")], path)
    results_write("booking", [Figure("booking", "rate", 1234.5, "bookings/s")], path)
    results_write("slots", [Figure("slots", "month", 9, "ms", 2, 4.5, "<= 5")], path)
    text = path.read_text()
    assert text.count("## slots") == 1
    assert "| slots.month | 9 | ms | 2 | 4.5 | <= 5 | yes |" in text
    assert "1,23" in text


def test_an_unknown_bench_is_refused() -> None:
    assert main(["nonsense"]) == 2
