"""Incremental sync by calendarView/delta.

https://learn.microsoft.com/graph/delta-query-events. It expands series, but tells of an occurrence only when it is; the
rest is in the series' master, which comes with it. That a single occurrence was deleted is not always told, nor are
those of a series that was deleted: so our sync token carries digests of the series' ids, and a run in which a series
changed says that it is incomplete.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterator
from urllib.parse import quote

from calendars.exceptions import CalendarGone, SyncTokenExpired
from calendars.providers.microsoft import mapping
from calendars.providers.microsoft.errors import is_missing
from calendars.providers.microsoft.graph import DELTA, Graph, Json
from calendars.providers.protocol import EventPage, Interval, RemoteEvent
from hubclone.lib.errors import TransientError

EVENTS_A_PAGE = 500
DIGEST_CHARACTERS = 12


class DeltaRun:
    """One run over a calendar's window, or over what changed since ``sync_token``."""

    def __init__(self, graph: Graph, remote_id: str, sync_token: str, zone: Callable[[], dt.tzinfo]) -> None:
        self._graph, self._zone = graph, zone
        self._calendar = f"/me/calendars/{quote(remote_id, safe='')}"
        self._link, _, series = sync_token.partition("\n")
        self._known = frozenset(filter(None, series.split(",")))
        self._series = set(self._known)
        self._masters: dict[str, Json | None] = {}

    def pages(self, window: Interval) -> Iterator[EventPage]:
        """Raises SyncTokenExpired, CalendarGone, TransientError."""
        params = {
            "startDateTime": mapping.instant_text(window.starts_at),
            "endDateTime": mapping.instant_text(window.ends_at),
        }
        if self._link and not self._graph.is_own(self._link):
            raise SyncTokenExpired
        path = self._link or f"{self._calendar}/calendarView/delta"
        prefer = f"odata.maxpagesize={EVENTS_A_PAGE}"
        link = ""
        for page in self._graph.pages(path, params=None if self._link else params, prefer=prefer):
            link = page.get(DELTA, "")
            yield self._page(page.get("value", ()), link)
        if not link:
            raise TransientError("Microsoft's answer ends without a token.", code="ANSWER_UNREADABLE")

    def _page(self, items: list[Json], link: str) -> EventPage:
        masters = {item["id"]: item for item in items if item.get("type") == "seriesMaster"}
        self._masters |= masters
        self._series |= {_digest(id_) for id_ in masters}
        events = [event for item in items if (event := self._event(item)) is not None]
        removed = {_digest(item["id"]) for item in items if "@removed" in item}
        is_touched = any(item.get("type") in {"seriesMaster", "occurrence", "exception"} for item in items)
        return EventPage(
            events=tuple(events),
            sync_token="\n".join([link, ",".join(sorted(self._series))]) if link else None,
            is_incomplete=bool(self._link) and (is_touched or not removed.isdisjoint(self._known)),
        )

    def _event(self, item: Json) -> RemoteEvent | None:
        """None for a master, which is no event of its own, and for an occurrence whose series is gone."""
        if "@removed" in item:
            return mapping.removed_from(item)
        if item.get("type") == "seriesMaster":
            return None
        master = None
        if item.get("type") == "occurrence" and "showAs" not in item:
            master = self._master(item.get("seriesMasterId", ""))
            if master is None:
                return None
        return mapping.event_from(item, self._zone() if (master or item).get("isAllDay") else dt.UTC, master)

    def _master(self, id_: str) -> Json | None:
        """The series of an occurrence; asked for where it did not come along."""
        if id_ not in self._masters:
            try:
                self._masters[id_] = self._graph.get(f"{self._calendar}/events/{quote(id_, safe='')}")
            except CalendarGone as error:
                if not is_missing(error):
                    raise
                self._masters[id_] = None
        return self._masters[id_]


def _digest(id_: str) -> str:
    return hashlib.sha256(id_.encode()).hexdigest()[:DIGEST_CHARACTERS]
