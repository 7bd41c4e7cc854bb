"""Times as they travel: RFC 3339 text outside, whole epoch seconds (UTC) inside."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

FOREVER = 2**53


def now_text() -> str:
    """Now, as ``2026-01-31T09:00:00.123Z``."""
    return f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z"


def now_seconds() -> float:
    """Now, in epoch seconds."""
    return time.time()


def zone_of(name: str) -> ZoneInfo:
    """The zone of an IANA name. Raises ValueError when there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"unknown time zone {name!r}") from error


def parse_instant(text: str) -> int:
    """Epoch seconds of an RFC 3339 time with an offset. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("an offset is required")
    return int(moment.timestamp())


def render(seconds: int, zone: ZoneInfo) -> str:
    """RFC 3339 in ``zone``; ``Z`` where that is UTC itself."""
    text = datetime.fromtimestamp(seconds, zone).isoformat()
    return text[:-6] + "Z" if zone.key in {"UTC", "Etc/UTC"} else text


def render_utc(seconds: int) -> str:
    """``2026-01-31T09:00:00Z``."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"


def midnight(day: date, zone: ZoneInfo) -> int:
    """Epoch seconds of the beginning of ``day`` in ``zone``."""
    return int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp())
