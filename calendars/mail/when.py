"""Times in words for e-mails, where no script can turn them into the reader's own zone: so the zone is named."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_time
from django.utils.translation import get_language

from calendars.words import DASH


def when_words(starts_at: dt.datetime, ends_at: dt.datetime, zone: str) -> str:
    """``Monday, November 23, 2026, 10:00 – 10:30 AM (Europe/Warsaw, UTC+1)`` in the active language."""
    locale = Locale.parse((get_language() or "en").replace("-", "_"))
    start, end = starts_at.astimezone(ZoneInfo(zone)), ends_at.astimezone(ZoneInfo(zone))
    first = f"{format_date(start, 'full', locale=locale)}, {format_time(start, 'short', locale=locale)}"
    last = format_time(end, "short", locale=locale)
    if end.date() == start.date():
        return f"{first}{DASH}{last} ({zone_words(zone, start)})"
    return f"{first} – {format_date(end, 'full', locale=locale)}, {last} ({zone_words(zone, start)})"


def moment_words(moment: dt.datetime, zone: str) -> str:
    """``November 23, 2026, 10:00 AM (Europe/Warsaw, UTC+1)`` in the active language."""
    locale = Locale.parse((get_language() or "en").replace("-", "_"))
    local = moment.astimezone(ZoneInfo(zone))
    words = f"{format_date(local, 'long', locale=locale)}, {format_time(local, 'short', locale=locale)}"
    return f"{words} ({zone_words(zone, local)})"


def zone_words(zone: str, at: dt.datetime) -> str:
    """``Europe/Warsaw, UTC+1``: the zone's name and its offset at that moment; ``UTC`` alone for UTC."""
    minutes = int((at.utcoffset() or dt.timedelta()).total_seconds()) // 60
    if zone == "UTC":
        return zone
    sign, (hours, rest) = "-" if minutes < 0 else "+", divmod(abs(minutes), 60)
    offset = f"{sign}{hours}{f':{rest:02}' if rest else ''}" if minutes else ""
    return f"{zone.replace('_', ' ')}, UTC{offset}"
