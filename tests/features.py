"""What docs/features.md says, and which tests carry each line's number; ``make features`` prints the table."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROW = re.compile(r"^\| ([A-Z]\d+) \| (.+?) \| (done|partly|later)(?: — (.+?))? \|$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Feature:
    """One numbered line: ``state`` is done, partly or later; ``note`` says what stands or lacks."""

    line: str
    text: str
    state: str
    note: str


def features() -> list[Feature]:
    """The lines of docs/features.md in their order."""
    return [Feature(*(part or "" for part in row)) for row in ROW.findall((ROOT / "docs" / "features.md").read_text())]


def lines_tested() -> dict[str, list[str]]:
    """Line → the tests (file::name) that are marked with it, found by reading the sources."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        tree = ast.parse(path.read_text())
        whole = [line for node in tree.body for line in _of_module(node)]
        for node in ast.walk(tree):
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and node.name.lower().startswith("test"):
                for line in {*_marked(node.decorator_list), *whole}:
                    found[line].append(f"{path.relative_to(ROOT)}::{node.name}")
    return found


def _of_module(node: ast.stmt) -> list[str]:
    """The lines that a module's ``pytestmark`` gives to all of its tests."""
    if not (isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "pytestmark"):
        return []
    return _marked(node.value.elts if isinstance(node.value, ast.List) else [node.value])


def _marked(expressions: Sequence[ast.expr]) -> list[str]:
    calls = [e for e in expressions if isinstance(e, ast.Call) and ast.unparse(e.func) == "pytest.mark.spec"]
    return [str(arg.value) for call in calls for arg in call.args if isinstance(arg, ast.Constant)]


def main() -> None:
    """Print every line that is not done, then the counts."""
    rows, tests = features(), lines_tested()
    for row in rows:
        if row.state != "done":
            note = f" — {row.note}" if row.note else ""
            print(f"{row.line:<4} {row.state:<7} {len(tests[row.line]):>3} tests  {row.text}{note}")
    counts = {state: sum(row.state == state for row in rows) for state in ("done", "partly", "later")}
    print(", ".join(f"{count} {state}" for state, count in counts.items()) + f", of {len(rows)} lines")


if __name__ == "__main__":
    main()
