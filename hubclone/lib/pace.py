"""How fast long work goes and how long it will still take, in words."""

from __future__ import annotations

import math

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

MINUTE_SECONDS, HOUR_SECONDS, DAY_SECONDS = 60, 3600, 86400
ROUGH_FROM = 10


def pace_words(*, done: float, total: float | None, seconds: float) -> str:
    """As "310 a second · 2 minutes left" after ``seconds`` of work; empty while nothing can be said.

    ``total`` is None while nobody knows how much there is: then, and when all is done, only the rate is told.
    """
    if done <= 0 or seconds <= 0:
        return ""
    left = left_words((total - done) * seconds / done) if total is not None and done < total else ""
    said = [rate_words(done / seconds), left]
    return " · ".join(filter(None, said))


def rate_words(per_second: float) -> str:
    """In the unit in which it is one or more; what is slower than one an hour is not worth words."""
    if per_second >= 1:
        return _("%(n)s a second") % {"n": _round(per_second)}
    if per_second * MINUTE_SECONDS >= 1:
        return _("%(n)s a minute") % {"n": _round(per_second * MINUTE_SECONDS)}
    if per_second * HOUR_SECONDS >= 1:
        return _("%(n)s an hour") % {"n": _round(per_second * HOUR_SECONDS)}
    return ""


def left_words(seconds: float) -> str:
    """Rounded up, so that nobody is promised too much."""
    if seconds < MINUTE_SECONDS:
        return _("less than a minute left")
    if seconds < HOUR_SECONDS:
        n = math.ceil(seconds / MINUTE_SECONDS)
        return ngettext("%(n)s minute left", "%(n)s minutes left", n) % {"n": n}
    if seconds < DAY_SECONDS:
        n = math.ceil(seconds / HOUR_SECONDS)
        return ngettext("%(n)s hour left", "%(n)s hours left", n) % {"n": n}
    n = math.ceil(min(seconds, DAY_SECONDS * 10_000) / DAY_SECONDS)
    return ngettext("%(n)s day left", "%(n)s days left", n) % {"n": n}


def _round(value: float) -> str:
    """Whole numbers; two leading digits from a hundred on, for a rate is never that exact."""
    digits = 1 - math.floor(math.log10(value)) if value >= ROUGH_FROM**2 else 0
    return number_format(int(round(value, digits)), use_l10n=True, force_grouping=True)
