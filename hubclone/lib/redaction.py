"""Taking a person's addresses and names out of texts that stay."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection

REDACTED = "[…]"
"""Never longer than what it stands for, so that it fits into every column."""
NAME_LENGTH_LEAST = 5


def redaction_pattern(*, addresses: Iterable[str], names: Iterable[str] = ()) -> str:
    """A regular expression of PostgreSQL for whole addresses and names; "" when there is nothing to look for.

    A name of one word, or a short one, is left alone: it is the name of too many others.
    """
    full = [name for name in names if " " in name.strip() and len(name.strip()) >= NAME_LENGTH_LEAST]
    forms = sorted({form for text in (*addresses, *full) if text for form in _forms(text)}, key=len, reverse=True)
    if not forms:
        return ""
    return rf"(?<![\w.+-])(?:{'|'.join(re.escape(form) for form in forms)})(?![\w-])"


def table_redact(
    *, table: str, account_id: int, columns: Mapping[str, str], pattern: str, where: str = "true", values: Any = None
) -> int:
    """Take what ``pattern`` matches out of an account's rows of ``table``; answer how many rows had it.

    ``columns`` maps names to "text" or "jsonb"; ``where`` is a condition with the named ``values``.
    """
    if not pattern:
        return 0
    settings = ", ".join(
        f"{name} = regexp_replace({name}::text, %(pattern)s, %(redacted)s, 'gi')::{type_}"
        for name, type_ in columns.items()
    )
    hit = " or ".join(f"{name}::text ~* %(pattern)s" for name in columns)
    statement = f"update {table} set {settings} where account_id = %(account)s and ({where}) and ({hit})"  # noqa: S608 - names of our own
    with connection.cursor() as cursor:
        cursor.execute(statement, {**(values or {}), "pattern": pattern, "redacted": REDACTED, "account": account_id})
        return int(cursor.rowcount)


def _forms(text: str) -> set[str]:
    """As it is, as JSON has it, as HTML has it."""
    text = text.strip()
    return {text, json.dumps(text, ensure_ascii=False)[1:-1], html.escape(text)}
