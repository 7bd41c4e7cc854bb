"""Microsoft 365 and Outlook.com as a calendar provider."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from django.conf import settings
from django.urls import reverse

from calendars.providers.microsoft.client import TIMEOUT_SECONDS, MicrosoftCalendarClient
from calendars.providers.microsoft.webhooks import post_from
from calendars.providers.protocol import CalendarClient, Capabilities, PushPost
from calendars.registries import CALENDAR_PROVIDERS
from connections.models import Connection


class MicrosoftCalendarProvider:
    """Stateless."""

    key = "microsoft"
    capabilities = Capabilities(push=True, conference=True)

    def open(self, connection: Connection, *, timeout_seconds: float | None = None) -> CalendarClient:
        """A client for one connection."""
        return MicrosoftCalendarClient(connection, timeout_seconds or TIMEOUT_SECONDS)

    def event_id(self, uid: uuid.UUID) -> str:
        """Graph chooses."""
        return ""

    def ical_uid(self, uid: uuid.UUID) -> str:
        """Graph chooses."""
        return ""

    def push_address(self) -> str:
        """Microsoft pushes to https only; a stand-in with a CA of its own is content with http."""
        if not settings.BASE_URL.startswith("https:") and not settings.MICROSOFT["ca_file"]:
            return ""
        return f"{settings.BASE_URL}{reverse('calendars:hook', args=[self.key])}"

    def push_receive(self, *, query: Mapping[str, str], headers: Mapping[str, str], body: bytes) -> PushPost | None:
        """Read the query, or else the body."""
        return post_from(query, body)


CALENDAR_PROVIDERS.register("microsoft", MicrosoftCalendarProvider())
