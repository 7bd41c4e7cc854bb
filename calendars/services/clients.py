"""Opening the client of a connected calendar account."""

from __future__ import annotations

from calendars.models import CalendarAccount
from calendars.providers.protocol import CalendarClient, CalendarProvider
from calendars.registries import CALENDAR_PROVIDERS


def calendar_provider(calendar_account: CalendarAccount) -> CalendarProvider:
    """The provider of a calendar account. One query unless its connection was selected along."""
    return CALENDAR_PROVIDERS[calendar_account.connection.provider]


def calendar_client(calendar_account: CalendarAccount, *, timeout_seconds: float | None = None) -> CalendarClient:
    """The client to talk to a calendar account's provider; opening it makes no request."""
    return calendar_provider(calendar_account).open(calendar_account.connection, timeout_seconds=timeout_seconds)
