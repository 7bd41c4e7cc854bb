"""A calendar provider that lives in this process: answers at once, fails on order, remembers what it was asked."""

from __future__ import annotations

import base64
import threading
import uuid
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace

from calendars.providers.protocol import (
    TIMES_ALONE,
    CalendarClient,
    Capabilities,
    EventDraft,
    EventPage,
    EventPart,
    Interval,
    PushPost,
    RemoteCalendar,
    RemoteChannel,
    RemoteEvent,
    Unreadable,
)
from calendars.registries import CALENDAR_PROVIDERS
from connections.choices import ConnectKind
from connections.models import Connection
from connections.registries import PROVIDERS, ProviderDescriptor

KEY = "memory"


@dataclass
class Memory:
    """What the provider holds. ``*_errors`` are raised by the next calls, one each, ``busy_failures`` by each call
    about a calendar."""

    busy: dict[str, list[Interval] | Unreadable] = field(default_factory=dict)
    events: dict[uuid.UUID, EventDraft] = field(default_factory=dict)
    creations: list[uuid.UUID] = field(default_factory=list)
    updates: list[tuple[str, Interval]] = field(default_factory=list)
    deletions: list[str] = field(default_factory=list)
    busy_calls: int = 0
    busy_errors: list[Exception] = field(default_factory=list)
    busy_failures: dict[str, Exception] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    create_errors: list[Exception] = field(default_factory=list)
    update_errors: list[Exception] = field(default_factory=list)
    delete_errors: list[Exception] = field(default_factory=list)
    changes: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


MEMORY = Memory()


def memory_reset() -> Memory:
    """Forget everything."""
    MEMORY.__init__()  # type: ignore[misc]
    return MEMORY


class MemoryClient:
    """Reads and writes MEMORY."""

    def calendars(self) -> list[RemoteCalendar]:
        """None to list."""
        return []

    def events(self, remote_id: str, *, sync_token: str, window: Interval) -> Iterator[EventPage]:
        """Nothing."""
        yield EventPage((), "token")

    def busy(self, remote_ids: Sequence[str], *, window: Interval) -> dict[str, list[Interval] | Unreadable]:
        """What MEMORY says."""
        with MEMORY.lock:
            MEMORY.busy_calls += 1
            if MEMORY.busy_errors:
                raise MEMORY.busy_errors.pop(0)
            MEMORY.asked += remote_ids
            for remote_id in remote_ids:
                if failure := MEMORY.busy_failures.get(remote_id):
                    raise failure
            return {remote_id: MEMORY.busy.get(remote_id, []) for remote_id in remote_ids}

    def event_create(self, draft: EventDraft) -> RemoteEvent:
        """Keep the draft; the same uid comes once."""
        with MEMORY.lock:
            if MEMORY.create_errors:
                raise MEMORY.create_errors.pop(0)
            MEMORY.creations.append(draft.uid)
            return _remote(MEMORY.events.setdefault(draft.uid, draft))

    def event_find(self, remote_id: str, *, uid: uuid.UUID) -> RemoteEvent | None:
        """By its draft."""
        return self.event_get(remote_id, event_id=event_id(uid))

    def event_get(self, remote_id: str, *, event_id: str) -> RemoteEvent | None:
        """As it was written."""
        draft = _kept(event_id)
        return _remote(draft) if draft else None

    def event_update(
        self, draft: EventDraft, *, event_id: str, parts: Set[EventPart] = TIMES_ALONE
    ) -> RemoteEvent | None:
        """Keep the new times."""
        with MEMORY.lock:
            if MEMORY.update_errors:
                raise MEMORY.update_errors.pop(0)
            MEMORY.updates.append((event_id, draft.interval))
            kept = _kept(event_id)
            if kept is None:
                return None
            MEMORY.events[kept.uid] = replace(kept, interval=draft.interval)
            return _remote(MEMORY.events[kept.uid])

    def event_delete(self, remote_id: str, *, event_id: str) -> None:
        """Forget it."""
        with MEMORY.lock:
            if MEMORY.delete_errors:
                raise MEMORY.delete_errors.pop(0)
            MEMORY.deletions.append(event_id)
            if kept := _kept(event_id):
                del MEMORY.events[kept.uid]

    def channel_open(self, remote_id: str, *, channel_id: uuid.UUID, token: str, address: str) -> RemoteChannel:
        """No push here."""
        raise NotImplementedError

    def channel_close(self, channel: RemoteChannel) -> None:
        """No push here."""


def _kept(id_: str) -> EventDraft | None:
    return next((draft for draft in MEMORY.events.values() if event_id(draft.uid) == id_), None)


def _remote(draft: EventDraft) -> RemoteEvent:
    """Each answer is later than those before."""
    MEMORY.changes += 1
    url = f"https://meet.example.com/{draft.uid.hex[:10]}" if draft.wants_conference else ""
    return RemoteEvent(event_id(draft.uid), True, draft.interval, conference_url=url, modified=f"{MEMORY.changes:012}")


def event_id(uid: uuid.UUID) -> str:
    """Derived from the uid."""
    return base64.b32hexencode(uid.bytes).decode().lower().rstrip("=")


class MemoryProvider:
    """Stateless; the state is MEMORY."""

    key = KEY
    capabilities = Capabilities(push=False, conference=True)

    def open(self, connection: Connection, *, timeout_seconds: float | None = None) -> CalendarClient:
        """A client."""
        return MemoryClient()

    def event_id(self, uid: uuid.UUID) -> str:
        """Derived from the uid."""
        return event_id(uid)

    def ical_uid(self, uid: uuid.UUID) -> str:
        """Derived from the event's id."""
        return f"{event_id(uid)}@memory.test"

    def push_address(self) -> str:
        """None."""
        return ""

    def push_receive(self, *, query: Mapping[str, str], headers: Mapping[str, str], body: bytes) -> PushPost | None:
        """Never a push."""
        return None


if KEY not in CALENDAR_PROVIDERS:
    CALENDAR_PROVIDERS.register(KEY, MemoryProvider())
    PROVIDERS.register(KEY, ProviderDescriptor(KEY, "Memory", ConnectKind.OAUTH, (), {}))
