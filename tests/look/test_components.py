"""Each component stands once: it is shown on the living page, pages are made of it, and nothing copies it by hand."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
COMPONENTS = sorted(path.stem for path in (TEMPLATES / "components").glob("[!_]*.html"))
GUIDE = sorted((TEMPLATES / "styleguide").glob("*.html"))
SHELL = sorted((TEMPLATES / "layouts").glob("*.html"))
_NAMED = re.compile(r'components/([a-z_]+)\.html|component "([a-z_]+)"')
TAGS = {"sort_header": "sort", "{% chart ": "chart"}
"""Components that a tag of the template library draws."""
ROOTS = {
    "alert": "alert",
    "badge": "badge",
    "breadcrumb": "breadcrumb",
    "bulk": "bulk",
    "chips": "filter_chips",
    "copy-field": "copy_field",
    "drawer": "drawer",
    "empty": "empty_state",
    "page-header": "page_header",
    "pager": "pager",
    "skeleton": "skeleton",
    "status": "status_dot",
    "stepper": "stepper",
    "tabs": "tabs",
    "timeline__item": "timeline_item",
    "toast": "toast",
    "tooltip": "tooltip",
}
"""The class of a component's outermost element."""


def named_in(paths: list[Path]) -> set[str]:
    """The components that these templates name, and those that these are made of."""
    source = "".join(path.read_text() for path in paths)
    found = {one or other for one, other in _NAMED.findall(source)} | {TAGS[tag] for tag in TAGS if tag in source}
    inner = [TEMPLATES / "components" / f"{name}.html" for name in found]
    deeper = {one or other for path in inner if path.exists() for one, other in _NAMED.findall(path.read_text())}
    return found | deeper


@pytest.mark.parametrize("name", COMPONENTS)
def test_a_component_is_shown_on_the_living_page(name: str) -> None:
    assert name in named_in([*GUIDE, *SHELL])


@pytest.mark.parametrize("css", sorted(ROOTS))
def test_no_page_copies_a_component_by_hand(css: str) -> None:
    root = re.compile(rf'<(?:nav|div|section|article|header|dialog|p|span|ul|li)\b[^>]*class="{css}[ "]')
    apart = ("components", "styleguide", "mail")
    pages = [path for path in TEMPLATES.rglob("*.html") if not set(apart) & set(path.relative_to(TEMPLATES).parts)]
    copies = [str(path.relative_to(TEMPLATES)) for path in pages if root.search(path.read_text())]
    assert copies == [], f"use components/{ROOTS[css]}.html"
