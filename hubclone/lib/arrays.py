"""Arrays for PostgreSQL as one value each: thousands of separate values cost it a third of a statement's time."""

from __future__ import annotations

from collections.abc import Iterable


def text_array(values: Iterable[str]) -> str:
    """To be cast with ``::text[]``."""
    return "{" + ",".join(['"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"' for text in values]) + "}"


def number_array(values: Iterable[int]) -> str:
    """To be cast with ``::bigint[]``."""
    return "{" + ",".join(map(str, values)) + "}"
