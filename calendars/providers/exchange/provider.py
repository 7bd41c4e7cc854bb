"""Exchange on premises as a calendar provider."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from calendars.providers.exchange.client import ExchangeCalendarClient
from calendars.providers.protocol import CalendarClient, Capabilities, PushPost
from calendars.registries import CALENDAR_PROVIDERS
from connections.models import Connection
from connections.providers.exchange.wire import READ_SECONDS


class ExchangeCalendarProvider:
    """Stateless. It makes no video calls, and is polled."""

    key = "exchange"
    capabilities = Capabilities(push=False, conference=False, adds_by_address=True)

    def open(self, connection: Connection, *, timeout_seconds: float | None = None) -> CalendarClient:
        """A client for one connection."""
        return ExchangeCalendarClient(connection, timeout_seconds or READ_SECONDS)

    def event_id(self, uid: uuid.UUID) -> str:
        """Exchange alone chooses."""
        return ""

    def ical_uid(self, uid: uuid.UUID) -> str:
        """Exchange alone chooses."""
        return ""

    def push_address(self) -> str:
        """Nothing is pushed."""
        return ""

    def push_receive(self, *, query: Mapping[str, str], headers: Mapping[str, str], body: bytes) -> PushPost | None:
        """No request is one of Exchange's."""
        return None


CALENDAR_PROVIDERS.register("exchange", ExchangeCalendarProvider())
