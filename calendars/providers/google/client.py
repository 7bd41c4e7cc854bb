"""Calendar API v3 over google-api-python-client, on our guarded connections and our tokens.

The library retries nothing: jobs do. Retry and refresh are ours, so that one rule holds for all providers.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from functools import lru_cache
from typing import Any

from django.conf import settings
from google_auth_httplib2 import AuthorizedHttp
from googleapiclient.discovery import build

from calendars.exceptions import CalendarGone, EventRefused, SyncTokenExpired
from calendars.providers.google import mapping
from calendars.providers.google.ahead import Ahead
from calendars.providers.google.errors import google_errors, status_of
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
from connections.models import Connection
from connections.providers.google.credentials import ConnectionCredentials
from connections.services.state import connection_succeeded
from hubclone.lib.errors import PermanentError
from hubclone.lib.outbound.httplib2_http import guarded_http

TIMEOUT_SECONDS = 20.0
EVENTS_A_PAGE = 2500
CALENDARS_A_PAGE = 250
BUSY_CALENDARS_MOST = 50
CHANNEL_SECONDS = 7 * 86_400
GONE = frozenset({404, 410})
EVENT_FIELDS = (
    "nextPageToken,nextSyncToken,timeZone,"
    "items(id,status,summary,location,visibility,updated,sequence,start,end,transparency,eventType,"
    "attendees(email,displayName,self,responseStatus),hangoutLink,extendedProperties/private)"
)


@lru_cache(maxsize=4)
def _service(api_url: str) -> Any:
    """The API's methods from the discovery document inside the wheel: built once, without a request or credentials."""
    return build(
        "calendar",
        "v3",
        http=guarded_http(TIMEOUT_SECONDS),
        static_discovery=True,
        cache_discovery=False,
        client_options={"api_endpoint": f"{api_url}/calendar/v3/"},
    )


@lru_cache(maxsize=4)
def _events_api(api_url: str) -> Any:
    """The methods of events: the library makes them anew at each call for them, which takes longer than to use one."""
    return _service(api_url).events()


class GoogleCalendarClient:
    """One connected Google account. Not to be shared between threads."""

    def __init__(self, connection: Connection, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        self._connection_id = connection.pk
        self._api = _service(settings.GOOGLE["api_url"])
        self._events = _events_api(settings.GOOGLE["api_url"])
        credentials = ConnectionCredentials(connection.pk)
        self._http = AuthorizedHttp(credentials, http=guarded_http(timeout_seconds), max_refresh_attempts=1)
        self._ahead = Ahead(credentials, timeout_seconds)

    def calendars(self) -> list[RemoteCalendar]:
        """The calendar list, hidden ones included, without those that may not even be asked for free/busy."""
        found: list[RemoteCalendar] = []
        for page in self._pages(self._api.calendarList().list, maxResults=CALENDARS_A_PAGE, showHidden=True):
            items = page.get("items", ())
            found += [mapping.calendar_from(i) for i in items if i.get("accessRole") in mapping.READABLE_ROLES]
        return found

    def events(self, remote_id: str, *, sync_token: str, window: Interval) -> Iterator[EventPage]:
        """Single occurrences, page by page. Beside a sync token Google takes no time bounds: it remembers them."""
        span: dict[str, Any] = {"syncToken": sync_token}
        if not sync_token:
            span = {
                "timeMin": mapping.instant_text(window.starts_at),
                "timeMax": mapping.instant_text(window.ends_at),
            }
        pages = self._pages(
            self._events.list,
            calendarId=remote_id,
            singleEvents=True,
            maxResults=EVENTS_A_PAGE,
            fields=EVENT_FIELDS,
            **span,
        )
        for page in pages:
            zone = mapping.zone_from(page.get("timeZone") or "UTC")
            events = tuple(mapping.event_from(item, zone) for item in page.get("items", ()))
            yield EventPage(events=events, sync_token=page.get("nextSyncToken"))

    def busy(self, remote_ids: Sequence[str], *, window: Interval) -> dict[str, list[Interval] | Unreadable]:
        """Free/busy as of now, by as many calls as Google's limit of calendars asks for."""
        found: dict[str, list[Interval] | Unreadable] = {}
        for first in range(0, len(remote_ids), BUSY_CALENDARS_MOST):
            some = remote_ids[first : first + BUSY_CALENDARS_MOST]
            body = {
                "timeMin": mapping.instant_text(window.starts_at),
                "timeMax": mapping.instant_text(window.ends_at),
                "items": [{"id": remote_id} for remote_id in some],
            }
            answer = self._call(self._api.freebusy().query(body=body)).get("calendars", {})
            found |= {remote_id: _busy_of(answer.get(remote_id)) for remote_id in some}
        return found

    def event_create(self, draft: EventDraft) -> RemoteEvent:
        """Insert with our id; 409 means that an earlier attempt went through, so its event is the answer."""
        request = self._events.insert(
            calendarId=draft.calendar_remote_id,
            body=mapping.event_body(draft),
            sendUpdates="all" if draft.invite else "none",
            conferenceDataVersion=1,
        )
        zone = mapping.zone_from(draft.time_zone)
        try:
            return mapping.event_from(self._call(request), zone)
        except EventRefused as error:
            if error.code != "DUPLICATE":
                raise
        except PermanentError as error:
            raise EventRefused(str(error)) from error
        again = self._events.get(calendarId=draft.calendar_remote_id, eventId=mapping.event_id(draft.uid))
        return mapping.event_from(self._call(again), zone)

    def event_find(self, remote_id: str, *, uid: uuid.UUID) -> RemoteEvent | None:
        """The id was ours. A guest's calendar may have a copy under it, which has another organizer."""
        request = self._events.get(calendarId=remote_id, eventId=mapping.event_id(uid))
        return self._event(remote_id, request, is_own=True)

    def event_get(self, remote_id: str, *, event_id: str) -> RemoteEvent | None:
        """Google tells a deleted event as cancelled, for a while."""
        return self._event(remote_id, self._events.get(calendarId=remote_id, eventId=event_id))

    def event_update(
        self, draft: EventDraft, *, event_id: str, parts: Set[EventPart] = TIMES_ALONE
    ) -> RemoteEvent | None:
        """Patch what is named; Google leaves a deleted event cancelled, or has forgotten it."""
        request = self._events.patch(
            calendarId=draft.calendar_remote_id,
            eventId=event_id,
            body=mapping.parts_body(draft, parts),
            sendUpdates="all" if draft.invite else "none",
        )
        try:
            return self._event(draft.calendar_remote_id, request)
        except PermanentError as error:
            raise EventRefused(str(error)) from error

    def event_delete(self, remote_id: str, *, event_id: str) -> None:
        """Google answers 410 for an event deleted before, 404 for one that it does not know or without its calendar."""
        request = self._events.delete(calendarId=remote_id, eventId=event_id, sendUpdates="all")
        try:
            self._call(request)
        except (CalendarGone, SyncTokenExpired) as error:
            if status_of(error) not in GONE:
                raise

    def _event(self, remote_id: str, request: Any, *, is_own: bool = False) -> RemoteEvent | None:
        """The event that a call answers; None when Google has none there (``is_own``: none that is organised there),
        and the calendar itself is there."""
        calendar = self._api.calendars().get(calendarId=remote_id)
        try:
            item = self._call(request)
        except (CalendarGone, SyncTokenExpired) as error:
            if status_of(error) not in GONE:
                raise
            self._call(calendar)
            return None
        if is_own and not item.get("organizer", {}).get("self"):
            return None
        is_all_day = "date" in item.get("start", {})
        zone = mapping.zone_from(self._call(calendar).get("timeZone") or "UTC") if is_all_day else dt.UTC
        event = mapping.event_from(item, zone)
        return None if event.is_cancelled else event

    def channel_open(self, remote_id: str, *, channel_id: uuid.UUID, token: str, address: str) -> RemoteChannel:
        """Watch a calendar's events; Google decides how long, a week at most is asked for."""
        body = {
            "id": str(channel_id),
            "type": "web_hook",
            "address": address,
            "token": token,
            "params": {"ttl": str(CHANNEL_SECONDS)},
        }
        answer = self._call(self._events.watch(calendarId=remote_id, body=body))
        expires = answer.get("expiration")
        return RemoteChannel(
            channel_id=channel_id,
            resource_id=answer["resourceId"],
            expires_at=mapping.epoch_ms(expires) if expires else None,
        )

    def channel_close(self, channel: RemoteChannel) -> None:
        """Stop a channel; Google answers 404 for one that is over."""
        body = {"id": str(channel.channel_id), "resourceId": channel.resource_id}
        try:
            self._call(self._api.channels().stop(body=body))
        except (CalendarGone, SyncTokenExpired):
            return

    def _pages(self, method: Any, **arguments: Any) -> Iterator[Mapping[str, Any]]:
        """Every page; while the caller works on one, the next one comes. Raises PermanentError for an endless list."""
        seen: set[str] = set()
        page = self._call(method(**arguments))
        while token := page.get("nextPageToken"):
            if token in seen or len(seen) >= settings.CALENDAR_PAGES_MOST:
                raise PermanentError("Google's list does not end.", code="TOO_MANY_PAGES")
            seen.add(token)
            request = method(**arguments, pageToken=token)
            with self._ahead.begun(request) as answer:
                yield page
                page = self._call(request, answer)
        yield page

    def _call(self, request: Any, begun: Callable[[], Any] | None = None) -> Any:
        with google_errors(self._connection_id):
            answer = begun() if begun else None
            if answer is None:
                answer = request.execute(http=self._http, num_retries=0)
            if answer and not isinstance(answer, Mapping):
                raise ValueError("not an object")
        connection_succeeded(connection_id=self._connection_id)
        return answer or {}


def _busy_of(answer: Mapping[str, Any] | None) -> list[Interval] | Unreadable:
    """A calendar that cannot be read is an error inside a 200."""
    if answer is None or answer.get("errors"):
        errors = (answer or {}).get("errors") or [{}]
        return Unreadable(str(errors[0].get("reason", "notFound")))
    return [Interval(mapping.instant(b["start"]), mapping.instant(b["end"])) for b in answer.get("busy", ())]
