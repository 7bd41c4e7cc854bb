"""What calendars lets others plug into."""

from __future__ import annotations

from calendars.providers.protocol import CalendarProvider
from hubclone.lib.registry import Registry

CALENDAR_PROVIDERS: Registry[str, CalendarProvider] = Registry("calendar providers")
"""By the key of the connection provider that their accounts are connected with."""
