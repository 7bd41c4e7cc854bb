"""When another side asks to be left alone for a while (RFC 9110, Retry-After)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

from django.utils import timezone

MOST_SECONDS = 3600.0
"""Nobody is taken at their word for longer: a calendar that is not read for an hour makes its host unavailable."""


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds from a Retry-After header, which holds seconds or a date; None without one.

    A date is compared with the answer's own date where there is one: our clocks may differ.
    """
    value = headers.get("Retry-After", "").strip()
    if value.isascii() and value.isdigit():
        return min(float(value), MOST_SECONDS)
    until, now = _timestamp(value), _timestamp(headers.get("Date", ""))
    if until is None:
        return None
    return min(max(0.0, until - (timezone.now().timestamp() if now is None else now)), MOST_SECONDS)


def _timestamp(text: str) -> float | None:
    """Epoch seconds of an HTTP date; one without a zone is read as UTC, which HTTP's dates are in."""
    try:
        moment = parsedate_to_datetime(text.strip())
    except ValueError:
        return None
    return (moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment).timestamp()
