"""Traceability: what is called done has a test, and no test names a line that does not exist."""

from __future__ import annotations

from tests.features import features, lines_tested


def test_every_line_called_done_or_partly_has_a_test() -> None:
    tests = lines_tested()
    bare = [row.line for row in features() if row.state != "later" and not tests[row.line]]
    assert not bare, f"called done or partly, without a test: {bare}"


def test_every_line_that_a_test_names_exists() -> None:
    known = {row.line for row in features()}
    assert set(lines_tested()) <= known


def test_the_table_holds_every_line_once() -> None:
    lines = [row.line for row in features()]
    assert len(lines) == len(set(lines))
    counts = {letter: sum(line[0] == letter for line in lines) for letter in "ACMIDWF"}
    assert counts == {"A": 24, "C": 29, "M": 23, "I": 17, "D": 21, "W": 19, "F": 11}
