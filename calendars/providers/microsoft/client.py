"""A Microsoft account's calendars through Graph, in our shapes."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator, Sequence, Set
from typing import Any
from urllib.parse import quote

from django.utils import timezone

from calendars.exceptions import CalendarGone, EventRefused, SyncTokenExpired
from calendars.providers.microsoft import mapping
from calendars.providers.microsoft.busy import busy_of
from calendars.providers.microsoft.delta import DeltaRun
from calendars.providers.microsoft.errors import is_missing
from calendars.providers.microsoft.graph import Graph, Json
from calendars.providers.outlook import draft_fitting
from calendars.providers.protocol import (
    TIMES_ALONE,
    EventDraft,
    EventPage,
    EventPart,
    Interval,
    RemoteCalendar,
    RemoteChannel,
    RemoteEvent,
    Unreadable,
)
from calendars.providers.windows_zones import zone_named
from connections.models import Connection
from hubclone.lib.errors import PermanentError, TransientError

TIMEOUT_SECONDS = 20.0
CALENDARS_A_PAGE = 100
SUBSCRIPTION_MINUTES = 4200
"""Graph allows 4230 for events; what it grants is in its answer."""


class MicrosoftCalendarClient:
    """One connected Microsoft account. Not to be shared between threads."""

    def __init__(self, connection: Connection, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        self._connection = connection
        self._graph = Graph(connection.pk, timeout_seconds)
        self._zone_name = ""

    def calendars(self) -> list[RemoteCalendar]:
        """Own calendars and those that are shared, as far as the account added them to its list."""
        pages = self._graph.pages("/me/calendars", params={"$top": str(CALENDARS_A_PAGE)})
        items = [item for page in pages for item in page.get("value", ())]
        zone = str(self._zone())
        return [mapping.calendar_from(item, zone) for item in items]

    def events(self, remote_id: str, *, sync_token: str, window: Interval) -> Iterator[EventPage]:
        """Single events and occurrences, page by page."""
        return DeltaRun(self._graph, remote_id, sync_token, self._zone).pages(window)

    def busy(self, remote_ids: Sequence[str], *, window: Interval) -> dict[str, list[Interval] | Unreadable]:
        """Free/busy as of now."""
        return busy_of(self._graph, self._connection, remote_ids, window, self._zone)

    def event_create(self, draft: EventDraft) -> RemoteEvent:
        """Post with our transaction's id: Graph answers a repeat with the event that is there."""
        calendar, draft = _calendar(draft.calendar_remote_id), draft_fitting(draft)
        kind = mapping.conference_kind(self._graph.get(calendar)) if draft.wants_conference else ""
        try:
            made = self._graph.call("POST", f"{calendar}/events", body=mapping.event_body(draft, kind))
        except TransientError as error:
            found = self.event_find(draft.calendar_remote_id, uid=draft.uid) if _is_conflict(error) else None
            if found is None:
                raise
            return found
        except PermanentError as error:
            raise EventRefused(str(error)) from error
        event = self._event_from(made)
        if kind and not event.conference_url:
            return self.event_get(draft.calendar_remote_id, event_id=event.remote_id) or event
        return event

    def event_find(self, remote_id: str, *, uid: uuid.UUID) -> RemoteEvent | None:
        """By the property that every event of ours carries."""
        params = {"$filter": mapping.uid_filter(uid), "$top": "1"}
        found = self._graph.get(f"{_calendar(remote_id)}/events", params).get("value", ())
        return self._event_from(found[0]) if found else None

    def event_get(self, remote_id: str, *, event_id: str) -> RemoteEvent | None:
        """A cancelled event is there until its owner removes it: it counts as gone."""
        item = self._item(remote_id, event_id)
        event = None if item is None else self._event_from(item)
        return None if event is None or event.is_cancelled else event

    def event_update(
        self, draft: EventDraft, *, event_id: str, parts: Set[EventPart] = TIMES_ALONE
    ) -> RemoteEvent | None:
        """Patch what is not as it should be, if anything: each patch writes to the attendees."""
        item = self._item(draft.calendar_remote_id, event_id)
        event = None if item is None else self._event_from(item)
        if item is None or event is None or event.is_cancelled:
            return None
        body = mapping.parts_body(draft_fitting(draft), parts, item, event)
        if not body:
            return event
        path = _event(draft.calendar_remote_id, event_id)
        try:
            return self._event_from(self._graph.call("PATCH", path, body=body))
        except (CalendarGone, SyncTokenExpired) as error:
            if not is_missing(error):
                raise
            return None
        except PermanentError as error:
            raise EventRefused(str(error)) from error

    def event_delete(self, remote_id: str, *, event_id: str) -> None:
        """Graph writes to the attendees of a meeting by itself."""
        if not event_id:
            return
        try:
            self._graph.call("DELETE", _event(remote_id, event_id))
        except (CalendarGone, SyncTokenExpired) as error:
            if not is_missing(error):
                raise

    def channel_open(self, remote_id: str, *, channel_id: uuid.UUID, token: str, address: str) -> RemoteChannel:
        """Subscribe to a calendar's events. Graph asks ``address`` for a proof before it answers."""
        ends = timezone.now() + dt.timedelta(minutes=SUBSCRIPTION_MINUTES)
        body = {
            "changeType": "created,updated,deleted",
            "notificationUrl": address,
            "lifecycleNotificationUrl": address,
            "resource": f"/me/calendars/{remote_id}/events",
            "expirationDateTime": mapping.instant_text(ends),
            "clientState": f"{channel_id}.{token}",
        }
        answer = self._graph.call("POST", "/subscriptions", body=body)
        expires_at = mapping.instant({"dateTime": answer["expirationDateTime"]})
        return RemoteChannel(channel_id=channel_id, resource_id=answer["id"], expires_at=expires_at)

    def channel_close(self, channel: RemoteChannel) -> None:
        """End a subscription; Graph answers 404 for one that is over."""
        try:
            self._graph.call("DELETE", f"/subscriptions/{quote(channel.resource_id, safe='')}")
        except (CalendarGone, SyncTokenExpired) as error:
            if not is_missing(error):
                raise

    def _item(self, remote_id: str, event_id: str) -> Json | None:
        """The event; None when Graph has none there, and the calendar itself is there."""
        if event_id:
            try:
                return self._graph.get(_event(remote_id, event_id))
            except (CalendarGone, SyncTokenExpired) as error:
                if not is_missing(error):
                    raise
        self._graph.get(_calendar(remote_id))
        return None

    def _event_from(self, item: Json) -> RemoteEvent:
        return mapping.event_from(item, self._zone() if item.get("isAllDay") else dt.UTC)

    def _zone(self) -> Any:
        """The mailbox's zone, asked for once and only where it matters; UTC where the mailbox does not tell."""
        if not self._zone_name:
            try:
                settings = self._graph.get("/me/mailboxSettings", {"$select": "timeZone"})
            except (CalendarGone, PermanentError):
                settings = {}
            self._zone_name = str(settings.get("timeZone") or "UTC")
        return zone_named(self._zone_name)


def _calendar(remote_id: str) -> str:
    return f"/me/calendars/{quote(remote_id, safe='')}"


def _event(remote_id: str, event_id: str) -> str:
    return f"{_calendar(remote_id)}/events/{quote(event_id, safe='')}"


def _is_conflict(error: TransientError) -> bool:
    return getattr(error.__cause__, "status", 0) == 409
