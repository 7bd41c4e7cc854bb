"""Which columns of a table are shown: the state is in the address, as ``?columns=email&columns=owner``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import QueryDict

PARAMETER = "columns"
_CURSORS = ("after", "before")


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """One column as the chooser offers it."""

    name: str
    label: str
    shown: bool


def columns_chosen(query: QueryDict, *, offered: Sequence[str], usual: Sequence[str]) -> list[str]:
    """The names to show, in the order of ``offered``: what the address asks for and is known, or ``usual``."""
    asked = set(query.getlist(PARAMETER))
    return [name for name in offered if name in asked] or [name for name in offered if name in set(usual)]


def chooser(query: QueryDict, *, labels: Sequence[tuple[str, str]], shown: Sequence[str]) -> dict[str, object]:
    """What components/column_chooser.html needs: ``labels`` are (name, label) of all that is offered.

    The rest of the address goes along but for the page, for another set of columns starts at the first one.
    """
    rest = [(key, value) for key, values in query.lists() for value in values if key not in (PARAMETER, *_CURSORS)]
    return {
        "columns": [ColumnChoice(name, label, name in shown) for name, label in labels],
        "rest": rest,
        "usual_url": f"?{urlencode(rest)}" if rest else "?",
    }
