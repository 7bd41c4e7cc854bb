"""Many rows in one statement, as arrays: the text of a statement does not grow with the rows."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection

from hubclone.lib.text import clean

_AS_TEXT = {"jsonb": "{}::jsonb", "bigint[]": "{}::bigint[]", "tsvector": "to_tsvector('simple', {})"}


def rows_insert(
    table: str,
    columns: Mapping[str, str],
    rows: Sequence[Sequence[Any]],
    *,
    conflict: str = "",
    returning: str = "",
) -> list[tuple[Any, ...]]:
    """Insert ``rows`` in their order; ``columns`` maps names to PostgreSQL types. Nothing is asked for no rows."""
    if not rows:
        return []
    names = ", ".join(columns)
    values = ", ".join(_expression(name, type_) for name, type_ in columns.items())
    tail = f" {conflict}" + (f" returning {returning}" if returning else "")
    statement = (
        f"insert into {table} ({names}) select {values} from {_unnest(columns, with_number=True)} order by v.n{tail}"  # noqa: S608 - names of our own
    )
    return _run(statement, rows, fetch=bool(returning))


def rows_update(table: str, columns: Mapping[str, str], rows: Sequence[Sequence[Any]]) -> None:
    """Set the other columns of each row by the first one, ``id``."""
    if not rows:
        return
    settings = ", ".join(f"{name} = {_expression(name, type_)}" for name, type_ in columns.items() if name != "id")
    statement = f"update {table} t set {settings} from {_unnest(columns)} where t.id = v.id"  # noqa: S608 - names of our own
    _run(statement, rows, fetch=False)


def json_text(value: Any) -> str:
    """JSON that jsonb takes: without NUL and lone surrogates, which it refuses."""
    text = json.dumps(value)
    return json.dumps(_printable(value)) if "\\u0000" in text or "\\ud" in text else text


def array_text(ids: Sequence[int]) -> str:
    """A bigint[] as PostgreSQL reads it."""
    return "{" + ",".join(map(str, ids)) + "}"


def _expression(name: str, type_: str) -> str:
    return _AS_TEXT.get(type_, "{}").format(f"v.{name}")


def _unnest(columns: Mapping[str, str], *, with_number: bool = False) -> str:
    arrays = ", ".join(f"%s::{'text' if type_ in _AS_TEXT else type_}[]" for type_ in columns.values())
    names = ", ".join(columns)
    return f"unnest({arrays}) with ordinality v({names}, n)" if with_number else f"unnest({arrays}) v({names})"


def _run(statement: str, rows: Sequence[Sequence[Any]], *, fetch: bool) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(column) for column in zip(*rows, strict=True)])
        return list(cursor.fetchall()) if fetch else []


def _printable(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value.encode("utf-8", "ignore").decode())
    if isinstance(value, Mapping):
        return {_printable(str(k)): _printable(v) for k, v in value.items()}
    return [_printable(v) for v in value] if isinstance(value, (list, tuple)) else value
