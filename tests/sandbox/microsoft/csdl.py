"""Graph's metadata (CSDL 4.0) as a check of answers. ``CONTRACTS_DIR`` says where it lies.

Stricter than Graph itself: a property that the metadata does not name is a fault, in open types too.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

CONTRACTS = os.environ.get("CONTRACTS_DIR", "")
_EDM = "{http://docs.oasis-open.org/odata/ns/edm}"
_OFFSET = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,12})?(Z|[+-]\d\d:\d\d)"
_PATTERNS = {
    "Edm.DateTimeOffset": _OFFSET,
    "Edm.Date": r"\d{4}-\d\d-\d\d",
    "Edm.TimeOfDay": r"\d\d:\d\d:\d\d(\.\d{1,12})?",
}
_KINDS: dict[str, tuple[type, ...]] = {"Edm.Boolean": (bool,), "Edm.Int32": (int,), "Edm.Double": (int, float)}
_CONTEXTS = (
    (r"/calendars(/\$entity)?$", "graph.calendar"),
    (r"/(events|calendarView|instances)(/\$entity)?$|Collection\(event\)$", "graph.event"),
    (r"#subscriptions(/\$entity)?$", "graph.subscription"),
    (r"Collection\(microsoft\.graph\.scheduleInformation\)$", "graph.scheduleInformation"),
)


@dataclass
class Structure:
    """An entity or complex type: property → (type, whether null is allowed), those of its bases too."""

    base: str
    properties: dict[str, tuple[str, bool]] = field(default_factory=dict)


@dataclass
class Metadata:
    """The types by name, as ``graph.event``."""

    structures: dict[str, Structure]
    enums: dict[str, set[str]]

    def properties(self, name: str) -> dict[str, tuple[str, bool]]:
        """Every property of a type."""
        found = self.structures[name]
        return {**(self.properties(found.base) if found.base else {}), **found.properties}


@cache
def metadata() -> Metadata:
    """The document in CONTRACTS_DIR."""
    tree = ElementTree.parse(Path(CONTRACTS) / "graph-calendar.csdl.xml")  # noqa: S314 - a file of our own
    found = Metadata({}, {})
    for enum in tree.iter(f"{_EDM}EnumType"):
        found.enums[f"graph.{enum.get('Name')}"] = {str(member.get("Name")) for member in enum.iter(f"{_EDM}Member")}
    for kind in ("ComplexType", "EntityType"):
        for node in tree.iter(_EDM + kind):
            properties = {
                str(p.get("Name")): (str(p.get("Type")), p.get("Nullable") != "false")
                for p in node.findall(f"{_EDM}Property")
            }
            found.structures[f"graph.{node.get('Name')}"] = Structure(node.get("BaseType") or "", properties)
    return found


def faults(value: Any, kind: str, path: str = "$") -> Iterator[str]:
    """What is wrong with a value of a type, as ``$.start: …``."""
    if kind.startswith("Collection("):
        if not isinstance(value, list):
            yield f"{path}: a list is expected"
            return
        for number, item in enumerate(value):
            yield from faults(item, kind[11:-1], f"{path}[{number}]")
    elif kind in metadata().structures:
        yield from _structure_faults(value, kind, path)
    elif kind in metadata().enums:
        if value not in metadata().enums[kind]:
            yield f"{path}: {value!r} is none of {kind}"
    else:
        yield from _primitive_faults(value, kind, path)


def _structure_faults(value: Any, kind: str, path: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{path}: an object is expected"
        return
    properties = metadata().properties(kind)
    for name, inner in value.items():
        if "@" in name:
            continue
        if name not in properties:
            yield f"{path}.{name}: {kind} has no such property"
        elif inner is None:
            if not properties[name][1]:
                yield f"{path}.{name}: null is not allowed"
        else:
            yield from faults(inner, properties[name][0], f"{path}.{name}")
    for name, (inner_kind, nullable) in properties.items():
        if name not in value and not nullable and not inner_kind.startswith("Collection("):
            yield f"{path}.{name}: is missing"


def _primitive_faults(value: Any, kind: str, path: str) -> Iterator[str]:
    expected = _KINDS.get(kind, (str,))
    fits = isinstance(value, expected) and (not isinstance(value, bool) or bool in expected)
    if not fits or (kind in _PATTERNS and not re.fullmatch(_PATTERNS[kind], value)):
        yield f"{path}: {value!r} is no {kind}"


def answer_faults(answer: dict[str, Any]) -> list[str]:
    """What is wrong with an answer of Graph, whose ``@odata.context`` says what it holds."""
    context = str(answer.get("@odata.context", ""))
    kind = next((kind for pattern, kind in _CONTEXTS if re.search(pattern, context)), "")
    if not kind:
        return []
    if "value" in answer:
        return list(faults(answer["value"], f"Collection({kind})"))
    return list(faults(answer, kind))
