"""CSV that spreadsheets open as what it says: UTF-8 with a mark, and no cell that would run as a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

MARK = "\ufeff"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What makes a spreadsheet compute a cell, full-width forms included."""


def cell_guard(text: str) -> str:
    """The text, with an apostrophe before what would be computed."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def csv_lines(head: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """The file line by line, never held as a whole; NUL is dropped, None is empty, lines end in CRLF (RFC 4180)."""
    yield MARK + _line(head)
    for row in rows:
        yield _line(row)


def _line(cells: Sequence[object]) -> str:
    out = io.StringIO()
    texts = ["" if cell is None else str(cell).replace("\0", "") for cell in cells]
    csv.writer(out, lineterminator="\r\n").writerow([cell_guard(text) for text in texts])
    return out.getvalue()
