"""Google Calendar as a calendar provider."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from django.conf import settings
from django.urls import reverse

from calendars.providers.google import mapping
from calendars.providers.google.client import TIMEOUT_SECONDS, GoogleCalendarClient
from calendars.providers.google.webhooks import message_from
from calendars.providers.protocol import CalendarClient, Capabilities, PushPost
from calendars.registries import CALENDAR_PROVIDERS
from connections.models import Connection


class GoogleCalendarProvider:
    """Stateless."""

    key = "google"
    capabilities = Capabilities(push=True, conference=True)

    def open(self, connection: Connection, *, timeout_seconds: float | None = None) -> CalendarClient:
        """A client for one connection."""
        return GoogleCalendarClient(connection, timeout_seconds or TIMEOUT_SECONDS)

    def event_id(self, uid: uuid.UUID) -> str:
        """Google takes an id of our choosing."""
        return mapping.event_id(uid)

    def ical_uid(self, uid: uuid.UUID) -> str:
        """Google derives it from the event's id."""
        return f"{mapping.event_id(uid)}@google.com"

    def push_address(self) -> str:
        """Google itself pushes to https only; a stand-in reached by http is content with http."""
        if settings.GOOGLE["api_url"].startswith("https:") and not settings.BASE_URL.startswith("https:"):
            return ""
        return f"{settings.BASE_URL}{reverse('calendars:hook', args=[self.key])}"

    def push_receive(self, *, query: Mapping[str, str], headers: Mapping[str, str], body: bytes) -> PushPost | None:
        """Read the headers. Google ends a channel that answers 404."""
        message = message_from(headers)
        return PushPost((message,)) if message else None


CALENDAR_PROVIDERS.register("google", GoogleCalendarProvider())
