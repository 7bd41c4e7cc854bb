"""Rows of an index as people read them. What depends on the column alone is found out once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from crm.choices import PropertyType
from crm.labels import label_of
from crm.models import PropertyDefinition, Record
from crm.objects import OWNER
from crm.presentation import record_title, value_text
from hubclone.lib.templatetags.hub import when

TEXT_MOST = 120
_LONG = frozenset({"email", "domain"})
_DAYS = frozenset({PropertyType.DATE, PropertyType.DATETIME})


@dataclass(frozen=True, slots=True)
class Column:
    """``start`` is the opening tag of its cells, ``css`` their classes; ``text`` makes words of a kept value."""

    name: str
    label: str
    css: str
    start: SafeString
    text: Callable[[Any], str]


@dataclass(frozen=True, slots=True)
class Row:
    """One record. ``cells`` are those between the name and the date, as HTML: a page of fifty rows has hundreds of
    them, and a template takes longer over them than the database."""

    id: int
    title: str
    cells: SafeString
    created: str


def columns_make(definitions: Iterable[PropertyDefinition], owners: Mapping[str, str]) -> list[Column]:
    """The columns of these properties, in their order."""
    return [_column(definition, owners) for definition in definitions]


def rows_shown(records: Sequence[Record], columns: Sequence[Column]) -> list[Row]:
    """The rows of a page."""
    dates: dict[dt.date, str] = {}
    return [Row(r.pk, record_title(r), _cells(r.properties, columns), _created(r.created_at, dates)) for r in records]


def _column(definition: PropertyDefinition, owners: Mapping[str, str]) -> Column:
    label, css = label_of(definition), _css(definition)
    start = format_html('<td class="{}" data-label="{}">', css, label)
    return Column(definition.name, label, css, start, _texts(definition, owners))


def _cells(values: Mapping[str, Any], columns: Sequence[Column]) -> SafeString:
    parts = (
        f"{column.start}{conditional_escape(column.text(values[column.name])) if column.name in values else '—'}</td>"
        for column in columns
    )
    return mark_safe("".join(parts))  # noqa: S308 - each part is escaped


def _created(moment: dt.datetime, dates: dict[dt.date, str]) -> str:
    """The day in words; rows of one day share them."""
    day = timezone.localtime(moment).date()
    if day not in dates:
        dates[day] = date_format(day, "DATE_FORMAT")
    return dates[day]


def _css(definition: PropertyDefinition) -> str:
    if definition.name in _LONG:
        return "table__long table__full"
    if definition.type == PropertyType.NUMBER:
        return "table__num"
    if definition.type in _DAYS or definition.field_type == "phonenumber":
        return "table__line"
    return "table__soft table__line" if definition.name == OWNER else ""


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
