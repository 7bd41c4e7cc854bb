"""The token that each visitor's form carries (C26): signed, for one page and one booking, for a day.

It is the booking's idempotency key at once: used again it answers the first booking, and makes no second one.
"""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass

from django.core.signing import BadSignature, TimestampSigner
from django.utils import timezone

from calendars.models import SchedulingPage

SALT = "calendars.public.form"
LASTS = dt.timedelta(days=1)
FAST = dt.timedelta(seconds=1)
"""Who has filled in a form sooner than this was hardly reading it; browsers that fill in forms are as quick."""


class FormTokenRefused(ValueError):
    """Forged, too old, or of another page's form."""


@dataclass(frozen=True, slots=True)
class FormToken:
    """``age`` is how long ago the form was shown."""

    key: str
    age: dt.timedelta

    @property
    def is_fast(self) -> bool:
        """Whether the form came back sooner than a person types."""
        return self.age < FAST


def form_token_make(page: SchedulingPage) -> str:
    """A new one, for the form that is shown now."""
    drawn = secrets.token_urlsafe(12)
    return TimestampSigner(salt=SALT).sign_object({"page": page.pk, "key": drawn, "at": timezone.now().timestamp()})


def form_token_read(page: SchedulingPage, token: str) -> FormToken:
    """What came with a form of this page. Raises FormTokenRefused."""
    try:
        told = TimestampSigner(salt=SALT).unsign_object(token, max_age=LASTS)
    except BadSignature:
        raise FormTokenRefused from None
    if told["page"] != page.pk:
        raise FormTokenRefused
    return FormToken(told["key"], timezone.now() - dt.datetime.fromtimestamp(told["at"], dt.UTC))
