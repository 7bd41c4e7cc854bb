"""Days, times and lengths in the reader's language, from the CLDR (Babel); cached, as a month shows many of them."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

from babel import Locale
from babel.dates import format_date, format_time, get_day_names
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from calendars.choices import MeetingOutcome

_DAY_PATTERNS = {"en": "EEEE, MMMM d", "pl": "EEEE, d MMMM"}
_DATE_PATTERNS = {"en": "EEEE, MMMM d, y", "pl": "EEEE, d MMMM y"}
HOUR_MINUTES = 60
DASH = "\N{NO-BREAK SPACE}–\N{WORD JOINER}\N{NO-BREAK SPACE}"
"""Between two times of a day, which stay on one line."""


def language_now() -> str:
    """The active language's code."""
    return get_language() or "en"


@lru_cache(maxsize=16)
def _locale(language: str) -> Locale:
    return Locale.parse(language.replace("-", "_"))


@lru_cache(maxsize=4096)
def day_words(day: dt.date, language: str) -> str:
    """``Tuesday, November 24``, with a capital."""
    pattern = _DAY_PATTERNS.get(language.partition("-")[0], "full")
    return _capital(format_date(day, pattern, locale=_locale(language)))


@lru_cache(maxsize=512)
def date_words(day: dt.date, language: str) -> str:
    """``Tuesday, November 24, 2026``, as it stands within a sentence: ``wtorek, 24 listopada 2026``."""
    pattern = _DATE_PATTERNS.get(language.partition("-")[0], "full")
    return format_date(day, pattern, locale=_locale(language))


@lru_cache(maxsize=512)
def month_words(first: dt.date, language: str) -> str:
    """``November 2026``, with a capital."""
    return _capital(format_date(first, "LLLL y", locale=_locale(language)))


@lru_cache(maxsize=4096)
def time_words(hour: int, minute: int, language: str) -> str:
    """``9:30 AM`` or ``09:30``, as the language writes it."""
    return format_time(dt.time(hour, minute), "short", locale=_locale(language))


@lru_cache(maxsize=16)
def weekday_words(language: str) -> list[tuple[str, str]]:
    """(whole name, short name) of the days from Monday."""
    wide = get_day_names("wide", "stand-alone", _locale(language))
    short = get_day_names("abbreviated", "stand-alone", _locale(language))
    return [(_capital(wide[day]), _capital(short[day]).rstrip(".")) for day in range(7)]


def duration_words(minutes: int) -> str:
    """``45 minutes``, ``1 hour``, ``1 hour 30 minutes``."""
    hours, rest = divmod(minutes, HOUR_MINUTES)
    parts = []
    if hours:
        parts.append(ngettext("%(count)s hour", "%(count)s hours", hours) % {"count": hours})
    if rest or not hours:
        parts.append(ngettext("%(count)s minute", "%(count)s minutes", rest) % {"count": rest})
    return " ".join(parts)


def span_words(starts_at: dt.datetime, ends_at: dt.datetime) -> str:
    """``Tuesday, November 24, 2026, 10:30 AM – 11:00 AM``, in the zone that both moments are in. No line ends between
    the two times."""
    language = language_now()
    first = _("%(day)s, %(time)s") % {
        "day": date_words(starts_at.date(), language),
        "time": time_words(starts_at.hour, starts_at.minute, language),
    }
    return f"{first}{DASH}{time_words(ends_at.hour, ends_at.minute, language)}"


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def outcome_words(outcome: str | None) -> str:
    """What became of a meeting; empty for one that nobody has spoken of."""
    return str(MeetingOutcome(outcome).label) if outcome in MeetingOutcome.values else ""
