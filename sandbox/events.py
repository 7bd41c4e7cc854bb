"""What events have in common, whoever's calendars they are in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.times import now_text, parse_instant

ADDRESS = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+")
"""An e-mail address, as far as a calendar looks at one."""


@dataclass(frozen=True)
class Span:
    """When an event is. Epoch seconds; ``zone`` is the event's own, in which it recurs."""

    starts: int
    ends: int
    zone: ZoneInfo
    all_day: bool


def bulk_span(given: dict[str, Any], number: int) -> tuple[int, int]:
    """When the n-th of many events is, in epoch seconds: ``from``, then ``every_minutes``, for ``minutes`` each."""
    first = parse_instant(given.get("from") or f"{now_text()[:10]}T08:00:00Z")
    starts = first + number * int(given.get("every_minutes", 30)) * 60
    return starts, starts + int(given.get("minutes", 30)) * 60
