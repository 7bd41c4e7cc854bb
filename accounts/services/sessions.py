"""The end of sessions."""

from __future__ import annotations

import datetime as dt

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.utils import timezone

GRACE = dt.timedelta(days=1)
"""A row of a sign-in under way may be there before its session is."""


def sessions_trim() -> int:
    """Remove sessions that have run out, and what was noted of their devices and addresses; answers how many."""
    now = timezone.now()
    gone, _ = Session.objects.filter(expire_date__lt=now).delete()
    kept = Session.objects.values("session_key")
    UserSession.objects.filter(last_seen_at__lt=now - GRACE).exclude(session_key__in=kept).delete()
    return gone
