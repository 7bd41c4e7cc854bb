"""Arrays for PostgreSQL as one value each: thousands of separate values cost it a third of a statement's time."""

from __future__ import annotations

from collections.abc import Iterable


def text_array(values: Iterable[str]) -> str:
    """To be cast with ``::text[]``."""
    texts = list(values)
    whole = "".join(texts)
    if "\\" in whole or '"' in whole:
        texts = [text.replace("\\", "\\\\").replace('"', '\\"') for text in texts]
    return '{"' + '","'.join(texts) + '"}' if texts else "{}"


def number_array(values: Iterable[int]) -> str:
    """To be cast with ``::bigint[]``."""
    return "{" + ",".join(map(str, values)) + "}"
