"""README and docs/ name what is there: files, tests, names of the code, make targets, verbs of the sandbox."""

from __future__ import annotations

import importlib
import re
from pathlib import Path
from typing import Any

import pytest

from hubclone.supervisor.programs import BASE_DIR
from sandbox import app as _all_routes  # noqa: F401 - registers them
from sandbox.context import ROUTES

DOCS = sorted([BASE_DIR / "README.md", *(BASE_DIR / "docs").rglob("*.md")])
PACKAGES = ("hubclone", "accounts", "crm", "connections", "workflows", "calendars", "marketplace", "sandbox", "bench")
TOPS = (*PACKAGES, "tests", "templates", "static", "locale", "docs", "docker", "components", "layouts", "providers")
PROGRAMS = {"pg_dump", "pg_restore"}
NOT_OF_THE_CODE = {"calendars.meetings", "sandbox.sqlite3"}
"""A consumer of the event log, and a file."""
PATH = re.compile(rf"`((?:{'|'.join(TOPS)})/[\w./*<>-]*)`")
DOTTED = re.compile(rf"`((?:{'|'.join(PACKAGES)}|tests)(?:\.\w+)+)[`(]")
LINK = re.compile(r"\]\((?!https?:)([^)#]+)\)")


def by_document(pattern: re.Pattern[str]) -> list[tuple[str, Any]]:
    """What the documents say of a kind, each with its document."""
    return [(path.name, found) for path in DOCS for found in dict.fromkeys(pattern.findall(path.read_text()))]


def is_there(name: str) -> bool:
    """Whether a dotted name is a module, or something in one."""
    parts = name.split(".")
    for cut in range(len(parts), 0, -1):
        try:
            found = importlib.import_module(".".join(parts[:cut]))
        except ModuleNotFoundError:
            continue
        for part in parts[cut:]:
            if not hasattr(found, part):
                return False
            found = getattr(found, part)
        return True
    return False


def files_of(pattern: str) -> list[Path]:
    """The files that a path with ``*`` or ``<name>`` in it stands for, seen from the root or from any app."""
    glob = re.sub(r"<\w+>", "*", pattern).rstrip("/")
    return [found for root in (".", "templates", "tests", "*/") for found in BASE_DIR.glob(f"{root}/{glob}")]


def test_every_link_leads_to_a_file() -> None:
    broken = [
        (path.name, target)
        for path in DOCS
        for target in LINK.findall(path.read_text())
        if not (path.parent / target).exists()
    ]
    assert broken == []


def test_every_path_that_is_named_exists() -> None:
    missing = [(document, path) for document, path in by_document(PATH) if not files_of(path)]
    assert missing == []


def test_every_name_of_the_code_exists() -> None:
    named = [(document, name) for document, name in by_document(DOTTED) if name not in NOT_OF_THE_CODE]
    assert [one for one in named if not is_there(one[1])] == []


def test_every_identifier_that_is_named_is_in_the_code() -> None:
    sources = [
        path for kind in ("*.py", "*.html", "*.css", "*.js", "*.yml") for path in BASE_DIR.glob(f"[a-z]*/**/{kind}")
    ]
    known = set(re.findall(r"\w+", " ".join(path.read_text() + path.stem for path in sources)))
    code = re.compile(r"`([^`\n]+)`|```python\n(.*?)```", re.DOTALL)
    missing = set()
    for document, parts in by_document(code):
        for word in re.findall(r"\b[A-Za-z]+_\w*[a-z]\b", " ".join(parts)):
            if word not in known | PROGRAMS:
                missing.add((document, word))
    assert missing == set()


def test_every_border_of_the_threat_model_has_tests_that_exist() -> None:
    rows = [line.split("|") for line in (BASE_DIR / "docs" / "threat-model.md").read_text().splitlines()]
    borders = {f"{row[1].strip()}: {row[2].strip()}": row[4] for row in rows if len(row) == 6 and "`tests/" in row[4]}
    assert len(borders) == sum(len(row) == 6 for row in rows) - 2, "but for the head and its line"
    for border, named in borders.items():
        for path in re.findall(r"`([^`]+)`", named):
            tests = [file for file in files_of(path) if file.is_dir() or "def test_" in file.read_text()]
            assert tests, f"{border}: {path}"


def test_every_registry_of_the_architecture_is_where_it_says() -> None:
    text = (BASE_DIR / "docs" / "architecture.md").read_text()
    rows = re.findall(r"^\| (`[A-Z_`, ]+`) \| `([\w.]+)` \|", text, re.MULTILINE)
    for names, module in rows:
        for name in re.findall(r"[A-Z_]+", names):
            assert is_there(f"{module}.{name}"), f"{module}.{name}"
    assert len(rows) > 10


def test_every_make_target_that_is_named_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (BASE_DIR / "Makefile").read_text(), re.MULTILINE))
    assert {name for _, name in by_document(re.compile(r"`make ([a-z]+)"))} <= targets


def test_the_readme_knows_every_folder() -> None:
    table = re.findall(r"^\| (.*?) \|", (BASE_DIR / "README.md").read_text(), re.MULTILINE)
    named = set(re.findall(r"([a-z]+)/", " ".join(table)))
    there = {path.name for path in BASE_DIR.iterdir() if path.is_dir() and path.name.isalpha()}
    assert there - named - {"docker"} == set()


@pytest.mark.parametrize("provider", ["google", "microsoft", "exchange"])
def test_the_page_of_the_sandbox_has_every_verb_of_its_control_and_no_other(provider: str) -> None:
    text = (BASE_DIR / "docs" / "sandbox.md").read_text().partition(f"`POST /_control/{provider}/…`")[2]
    table = text.partition("\n| | |\n")[2].partition("\n\n")[0]
    cells = [row.split("|")[1] for row in table.splitlines()[1:]]
    named = {verb for cell in cells for verb in re.findall(r"`([a-z_/]+)(?: \{[^`]*)?`", cell)}
    path = f"/_control/{provider}/"
    assert named == {rule.rule.removeprefix(path) for rule in ROUTES if rule.rule.startswith(path)}
