"""What every calendar provider offers, in our shapes. All times are aware and in UTC; intervals are half-open.

Any call may raise TransientError (``retry_after`` in seconds when the provider named a time), PermanentError,
``connections.exceptions.GrantRevoked`` and ``calendars.exceptions.CalendarGone``.
"""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple, Protocol, runtime_checkable

from connections.models import Connection


@dataclass(frozen=True, slots=True)
class Interval:
    """[starts_at, ends_at)."""

    starts_at: dt.datetime
    ends_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A calendar whose free/busy the provider refuses; ``reason`` is the provider's own word."""

    reason: str


@dataclass(frozen=True, slots=True)
class Capabilities:
    """``push``: changes can be announced. ``conference``: the provider can make a video call link.

    ``adds_by_address``: its clients are SharedByAddress.
    """

    push: bool
    conference: bool
    adds_by_address: bool = False


@dataclass(frozen=True, slots=True)
class RemoteCalendar:
    """A calendar that the connected account owns or can reach. ``time_zone`` is an IANA name."""

    remote_id: str
    name: str
    time_zone: str
    is_primary: bool
    is_writable: bool


NOTHING: Mapping[str, str] = MappingProxyType({})


class Attendee(NamedTuple):
    """A guest of an event. A tuple, because a page has thousands of them."""

    email: str
    name: str = ""
    has_declined: bool = False


class RemoteEvent(NamedTuple):
    """One event or one occurrence of a series; a tuple, as guests are. ``interval`` is None when it is cancelled or has
    no length.

    ``blocks`` says whether its owner is busy meanwhile (C3). ``private`` holds what we wrote on it. ``modified`` is the
    provider's own time of the last change as text that sorts (empty where it tells none), ``sequence`` its iCalendar
    SEQUENCE, ``ical_uid`` its UID where the provider chose it. ``is_private``: others see only that its owner is busy.
    ``draft_uid`` is the uid of the draft that it was made from; a sync may bring this and leave out ``private``.
    ``has_left``: it is cancelled as far as a window is concerned; it may have been moved out of it, too.
    ``copy_key`` is what copies of one event on several people's calendars share, where that is not ``remote_id``.
    """

    remote_id: str
    blocks: bool
    interval: Interval | None
    is_cancelled: bool = False
    summary: str = ""
    attendees: tuple[Attendee, ...] = ()
    conference_url: str = ""
    private: Mapping[str, str] = NOTHING
    location: str = ""
    is_private: bool = False
    modified: str = ""
    sequence: int = 0
    ical_uid: str = ""
    draft_uid: str = ""
    has_left: bool = False
    copy_key: str = ""


@dataclass(frozen=True, slots=True)
class EventPage:
    """Some events; only the last page of a run carries ``sync_token``.

    ``is_incomplete``: the provider does not tell all that is gone, so that the window has to be read anew.
    """

    events: tuple[RemoteEvent, ...]
    sync_token: str | None
    is_incomplete: bool = False


@dataclass(frozen=True, slots=True)
class EventDraft:
    """An event to make. ``uid`` is ours for good: a repeat with the same one answers the event that is there.

    ``time_zone`` is an IANA name (how the calendar shows it); ``wants_conference`` asks for a video call link.
    ``private`` is kept on the event, unseen by guests. ``invite`` sends the provider's own invitation to the attendees.
    """

    calendar_remote_id: str
    uid: uuid.UUID
    summary: str
    interval: Interval
    time_zone: str
    description: str = ""
    location: str = ""
    attendees: tuple[Attendee, ...] = ()
    wants_conference: bool = False
    invite: bool = True
    private: Mapping[str, str] = field(default_factory=dict)


class EventPart(enum.StrEnum):
    """What of an event a change is about."""

    TIMES = "times"
    SUMMARY = "summary"
    LOCATION = "location"
    DESCRIPTION = "description"


TIMES_ALONE = frozenset({EventPart.TIMES})


@dataclass(frozen=True, slots=True)
class RemoteChannel:
    """An open push channel; ``resource_id`` is needed to close it."""

    channel_id: uuid.UUID
    resource_id: str
    expires_at: dt.datetime | None


class PushNews(enum.Enum):
    """What a push tells: nothing yet, that the calendar changed (or that pushes were missed), or how its channel fares.

    A channel that is ENDING lives for a while if it is renewed now; one that has ENDED is not there any more.
    """

    GREETING = "greeting"
    CHANGED = "changed"
    ENDING = "ending"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class PushMessage:
    """A push as it came in, not to be trusted until ``token`` has been compared. ``number`` grows where it is told."""

    channel_id: uuid.UUID
    token: str
    number: int = 0
    news: PushNews = PushNews.CHANGED


@dataclass(frozen=True, slots=True)
class PushPost:
    """What a request of a provider holds. ``reply`` is to be answered as plain text, which proves the address ours.

    ``unknown_status`` is what to answer when none of the messages is for a channel of ours.
    """

    messages: tuple[PushMessage, ...] = ()
    reply: str = ""
    unknown_status: int = 404


class CalendarClient(Protocol):
    """One connected account, opened. Not to be shared between threads."""

    def calendars(self) -> list[RemoteCalendar]:
        """All that the account owns or can read; exactly one is primary."""

    def events(self, remote_id: str, *, sync_token: str, window: Interval) -> Iterator[EventPage]:
        """All of ``window`` with an empty token, else what changed since. Raises SyncTokenExpired, CalendarGone."""

    def busy(self, remote_ids: Sequence[str], *, window: Interval) -> dict[str, list[Interval] | Unreadable]:
        """Busy intervals by calendar as of now; every id asked for is a key of the answer."""

    def event_create(self, draft: EventDraft) -> RemoteEvent:
        """Make the event, or answer the one that an earlier attempt made. Raises EventRefused, CalendarGone."""

    def event_find(self, remote_id: str, *, uid: uuid.UUID) -> RemoteEvent | None:
        """The event of a calendar that was made from the draft with this uid, None without one. Raises CalendarGone."""

    def event_get(self, remote_id: str, *, event_id: str) -> RemoteEvent | None:
        """One event of a calendar as it is now; None when it is not there (any more). Raises CalendarGone."""

    def event_update(
        self, draft: EventDraft, *, event_id: str, parts: Set[EventPart] = TIMES_ALONE
    ) -> RemoteEvent | None:
        """Give an event these parts of the draft and tell its attendees; None when it is not there any more.

        What people have changed on it otherwise stays. A repeat changes nothing. Raises EventRefused, CalendarGone.
        """

    def event_delete(self, remote_id: str, *, event_id: str) -> None:
        """Delete an event of a calendar and tell its attendees; one that is gone already is no error.

        Raises CalendarGone when this account may not delete it.
        """

    def channel_open(self, remote_id: str, *, channel_id: uuid.UUID, token: str, address: str) -> RemoteChannel:
        """Ask for pushes to ``address``; ``token`` comes back with each."""

    def channel_close(self, channel: RemoteChannel) -> None:
        """End a channel; one that has ended already is no error."""


@runtime_checkable
class SharedByAddress(Protocol):
    """A client whose provider keeps no list of what others have shared: their main calendars are added by address.

    ``CalendarClient.calendars`` then lists those of ``CalendarAccount.shared_by``, too, as long as they can be opened.
    """

    def calendar_of(self, address: str) -> RemoteCalendar | None:
        """Somebody's main calendar; None when this account may not open it, or there is none."""


class CalendarProvider(Protocol):
    """Stateless; registered in CALENDAR_PROVIDERS under the key of its connection provider."""

    key: str
    capabilities: Capabilities

    def open(self, connection: Connection, *, timeout_seconds: float | None = None) -> CalendarClient:
        """A client for one connection; makes no request. ``timeout_seconds`` is for callers that a person waits for."""

    def event_id(self, uid: uuid.UUID) -> str:
        """The id that an event with this uid will have; empty where the provider alone chooses."""

    def ical_uid(self, uid: uuid.UUID) -> str:
        """The iCalendar UID that the event's invitation will carry; empty where the provider alone chooses."""

    def push_address(self) -> str:
        """Where pushes can reach us; empty when they cannot (the poll alone keeps calendars fresh then)."""

    def push_receive(self, *, query: Mapping[str, str], headers: Mapping[str, str], body: bytes) -> PushPost | None:
        """What the request holds, or None when it is no push. Looks nothing up: anybody may have sent it."""
