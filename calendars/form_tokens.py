"""The token that each visitor's form carries (C26): signed, for one page and one booking, for a day, or for
one message in one chat.

It is the booking's idempotency key at once: used again it answers the first booking, and makes no second one.
"""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass

from django.core.signing import BadSignature, TimestampSigner
from django.utils import timezone

from calendars.models import MeetingSettings, SchedulingPage

SALT = "calendars.public.form"
CHAT_SALT = "calendars.chat.form"
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
    return _make(SALT, page.pk)


def form_token_read(page: SchedulingPage, token: str) -> FormToken:
    """What came with a form of this page. Raises FormTokenRefused."""
    return _read(SALT, page.pk, token)


def chat_token_make(chat: MeetingSettings) -> str:
    """A new one, for the chat that is shown now."""
    return _make(CHAT_SALT, chat.pk)


def chat_token_read(chat: MeetingSettings, token: str) -> FormToken:
    """What came with the form of this chat. Raises FormTokenRefused."""
    return _read(CHAT_SALT, chat.pk, token)


def _make(salt: str, pk: int) -> str:
    drawn = secrets.token_urlsafe(12)
    return TimestampSigner(salt=salt).sign_object({"page": pk, "key": drawn, "at": timezone.now().timestamp()})


def _read(salt: str, pk: int, token: str) -> FormToken:
    try:
        told = TimestampSigner(salt=salt).unsign_object(token, max_age=LASTS)
    except BadSignature:
        raise FormTokenRefused from None
    if told["page"] != pk:
        raise FormTokenRefused
    return FormToken(told["key"], timezone.now() - dt.datetime.fromtimestamp(told["at"], dt.UTC))
