"""Keyset paging: a page begins after the last row seen, so it costs the same however deep it lies."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from django.utils.dateparse import parse_datetime

from hubclone.lib.errors import PermanentError

M = TypeVar("M", bound=Model)
LIMIT_MOST = 500


class BadCursor(PermanentError):
    """The page's address was changed by hand or belongs to another list."""

    code = "BAD_CURSOR"


@dataclass(frozen=True, slots=True)
class Page(Generic[M]):
    """Rows of one page; ``next_after`` is None on the last."""

    items: list[M]
    next_after: str | None


def keyset_page(queryset: QuerySet[M], *, fields: Sequence[str], after: str | None = None, limit: int = 50) -> Page[M]:
    """The page of ``queryset`` that follows ``after``, ordered by ``fields``.

    ``fields`` are names of columns that are never null, "-" for descending, the last one unique. Raises BadCursor.
    """
    rows = queryset.order_by(*fields)
    if after:
        rows = _after(rows, fields, _decode(after, len(fields)))
    limit = max(1, min(limit, LIMIT_MOST))
    items = list(rows[: limit + 1])
    more = len(items) > limit
    return Page(items[:limit], _encode(items[limit - 1], fields) if more else None)


def _after(rows: QuerySet[M], fields: Sequence[str], values: Sequence[Any]) -> QuerySet[M]:
    """The rows that follow. Raises BadCursor for values that the columns cannot have."""
    try:
        return rows.filter(_beyond(fields, values))
    except (TypeError, ValueError, ValidationError) as error:
        raise BadCursor from error


def _beyond(fields: Sequence[str], values: Sequence[Any]) -> Q:
    """(a, b) > (x, y) written out, with each column's own direction."""
    condition, equal = Q(), Q()
    for field, value in zip(fields, values, strict=True):
        name = field.lstrip("-")
        condition |= equal & Q(**{f"{name}__{'lt' if field.startswith('-') else 'gt'}": value})
        equal &= Q(**{name: value})
    return condition


def _encode(item: Model, fields: Sequence[str]) -> str:
    values = [_plain(_attribute(item, field.lstrip("-"))) for field in fields]
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def _attribute(item: Any, name: str) -> Any:
    for part in name.split("__"):
        item = getattr(item, part)
    return item


def _plain(value: Any) -> Any:
    return {"t": value.isoformat()} if isinstance(value, datetime) else value


def _decode(after: str, count: int) -> list[Any]:
    try:
        values = json.loads(base64.urlsafe_b64decode(after + "=" * (-len(after) % 4)))
        if not isinstance(values, list) or len(values) != count:
            raise ValueError(after)
        return [_value(v) for v in values]
    except ValueError as error:
        raise BadCursor from error


def _value(value: Any) -> Any:
    if isinstance(value, dict):
        moment = parse_datetime(str(value.get("t", "")))
        if moment is None:
            raise ValueError("not a time")
        return moment
    if isinstance(value, (str, int)):
        return value
    raise ValueError("not a key")
