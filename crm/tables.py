"""Rows of an index as people read them. What depends on the column alone is found out once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crm.choices import PropertyType
from crm.models import PropertyDefinition, Record
from crm.objects import OWNER
from crm.presentation import label_of, record_title, value_text
from hubclone.lib.templatetags.hub import when

TEXT_MOST = 120
_LONG = frozenset({"email", "domain"})


@dataclass(frozen=True, slots=True)
class Column:
    """``css`` are classes of its cells; ``text`` makes a cell's words of a kept value."""

    name: str
    label: str
    css: str
    text: Callable[[Any], str]


@dataclass(frozen=True, slots=True)
class Row:
    """One record; a cell is (classes, label, text)."""

    id: int
    title: str
    cells: list[tuple[str, str, str]]
    created: str


def columns_make(definitions: Iterable[PropertyDefinition], owners: Mapping[str, str]) -> list[Column]:
    """The columns of these properties, in their order."""
    return [Column(d.name, label_of(d), _css(d), _texts(d, owners)) for d in definitions]


def rows_shown(records: Sequence[Record], columns: Sequence[Column]) -> list[Row]:
    """The rows of a page."""
    return [_row(record, columns) for record in records]


def _row(record: Record, columns: Sequence[Column]) -> Row:
    values = record.properties
    cells = [
        (column.css, column.label, column.text(values[column.name]) if column.name in values else "—")
        for column in columns
    ]
    return Row(record.pk, record_title(record), cells, when(record.created_at, show="date"))


def _css(definition: PropertyDefinition) -> str:
    if definition.name in _LONG:
        return "table__long table__full"
    if definition.type == PropertyType.NUMBER:
        return "table__num"
    return "table__soft" if definition.name == OWNER else ""


def _texts(definition: PropertyDefinition, owners: Mapping[str, str]) -> Callable[[Any], str]:
    if definition.type == PropertyType.DATETIME:
        return _moment
    if definition.type == PropertyType.STRING and definition.field_type != "html" and definition.name != OWNER:
        return _short
    return lambda value: _short(value_text(definition, value, owners))


def _moment(value: Any) -> str:
    return when(dt.datetime.fromisoformat(value))


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= TEXT_MOST else f"{text[: TEXT_MOST - 1]}…"
