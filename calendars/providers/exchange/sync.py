"""Reading a folder: all of a window, or what has changed since.

A full sync takes Exchange's state first and then looks at the window, so that what changes meanwhile comes again.
A window is looked at in slices, because a view has no pages: a slice that holds too much is halved.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol, TypeVar

from django.conf import settings
from exchangelib import Account
from exchangelib.errors import ErrorExceededFindCountLimit

from calendars.providers.exchange import calls, mapping
from calendars.providers.exchange.calls import Answer
from calendars.providers.exchange.cursor import Cursor, Series
from calendars.providers.exchange.errors import NOT_THERE
from calendars.providers.exchange.mapping import Element
from calendars.providers.protocol import EventPage, Interval, RemoteEvent
from hubclone.lib.errors import HubError, PermanentError

SLICE = dt.timedelta(days=60)
SLICE_LEAST = dt.timedelta(minutes=15)
VIEW_MOST = 500
ITEMS_A_PAGE = 100
T = TypeVar("T")


class Caller(Protocol):
    """Makes requests with an account that is signed in; raises errors of ours."""

    def call(self, work: Callable[[Account], T]) -> T:
        """Do ``work``, once more if the first sign-in was refused."""

    def failed(self, error: Exception) -> HubError:
        """What an error inside an answer means."""


class FolderSync:
    """One run over one folder. ``caller`` signs in and translates errors; ``owner`` is the mailbox's address."""

    def __init__(self, caller: Caller, folder: str, owner: str) -> None:
        self._caller, self._folder, self._owner = caller, folder, owner

    def full(self, window: Interval) -> Iterator[EventPage]:
        """Every item and occurrence of the window, and at last the token."""
        cursor = Cursor("", window)
        yield from self._begin(cursor)
        for items in _chunks(self._viewed(window), ITEMS_A_PAGE):
            for item in items:
                _remember(cursor, item)
            yield EventPage(self._events(items), None)
        yield EventPage((), cursor.text())

    def since(self, cursor: Cursor) -> Iterator[EventPage]:
        """What is new, changed or gone. A series that was touched is unrolled again over the window."""
        touched: dict[str, str] = {}
        for page in self._pages(cursor.state):
            cursor.state = page.state
            events = [event for change in page.changes for event in self._gone(change, cursor)]
            items = [change.item for change in page.changes if change.item is not None]
            for item in items:
                if mapping.item_kind(item) == mapping.MASTER:
                    touched[mapping.item_uid(item)] = mapping.item_id(item)
            singles = [item for item in items if mapping.item_kind(item) != mapping.MASTER]
            yield EventPage((*events, *self._singles(singles, cursor)), None)
        if touched:
            yield from self._unrolled(cursor, touched)
        yield EventPage((), cursor.text())

    def _pages(self, state: str) -> Iterator[calls.Changes]:
        for _ in range(settings.CALENDAR_PAGES_MOST):
            page = self._changes(state)
            yield page
            if page.is_last:
                return
            if page.state == state:
                break
            state = page.state
        raise PermanentError("Exchange's changes do not end.", code="TOO_MANY_PAGES")

    def _changes(self, state: str) -> calls.Changes:
        return self._caller.call(lambda account: calls.changes_get(account, self._folder, state))

    def _begin(self, cursor: Cursor) -> Iterator[EventPage]:
        """The state as of now, and which series there are; a page for each answer, so that the caller sees it go on."""
        uids: dict[str, str] = {}
        for page in self._pages(""):
            cursor.state = page.state
            for change in page.changes:
                if change.item is None:
                    uids.pop(change.remote_id, None)
                elif mapping.item_kind(change.item) == mapping.MASTER:
                    uids[change.remote_id] = mapping.item_uid(change.item)
            yield EventPage((), None)
        cursor.series = {uid: Series(master) for master, uid in uids.items()}

    def _gone(self, change: calls.Change, cursor: Cursor) -> Iterator[RemoteEvent]:
        if change.item is None:
            yield mapping.event_gone(change.remote_id)
            yield from map(mapping.event_gone, cursor.forget(change.remote_id))

    def _singles(self, items: Sequence[Element], cursor: Cursor) -> Iterator[RemoteEvent]:
        """Items that take time themselves; one that was a series has no occurrences any more."""
        for item in items:
            yield from map(mapping.event_gone, cursor.forget(mapping.item_id(item)))
        for chunk in _chunks(items, ITEMS_A_PAGE):
            yield from self._events(chunk, view_is_enough=False)

    def _unrolled(self, cursor: Cursor, touched: dict[str, str]) -> Iterator[EventPage]:
        before = {uid: cursor.series.get(uid, Series()).occurrences for uid in touched}
        for uid, master in touched.items():
            cursor.series[uid] = Series(master)
        yield EventPage(tuple(map(mapping.event_unrolled, touched.values())), None)
        theirs = (
            item
            for item in self._viewed(cursor.window)
            if mapping.item_kind(item) in mapping.OCCURRENCES and mapping.item_uid(item) in touched
        )
        for items in _chunks(theirs, ITEMS_A_PAGE):
            for item in items:
                _remember(cursor, item)
            yield EventPage(self._events(items), None)
        gone = [id_ for uid in touched for id_ in before[uid] - cursor.series[uid].occurrences]
        yield EventPage(tuple(map(mapping.event_gone, gone)), None)

    def _viewed(self, window: Interval) -> Iterator[Element]:
        """What the window holds, once: what reaches over the edge of a slice is in both."""
        before: set[str] = set()
        starts_at, length = window.starts_at, SLICE
        while starts_at < window.ends_at:
            part = Interval(starts_at, min(starts_at + length, window.ends_at))
            found = self._slice(part)
            if found is None:
                length = (part.ends_at - part.starts_at) / 2
                if length < SLICE_LEAST:
                    raise PermanentError("So many events lie on each other that they cannot be read.", code="TOO_MANY")
                continue
            ids = {mapping.item_id(item) for item in found}
            yield from (item for item in found if mapping.item_id(item) not in before)
            before, starts_at, length = ids, part.ends_at, min(SLICE, length * 2)

    def _slice(self, part: Interval) -> list[Element] | None:
        """The items of one view; None when there are more than a view tells."""
        found = self._caller.call(lambda account: calls.view(account, self._folder, part, VIEW_MOST))
        refused = next((answer for answer in found if isinstance(answer, Exception)), None)
        if refused is not None and not isinstance(refused, ErrorExceededFindCountLimit):
            raise self._caller.failed(refused)
        return None if refused is not None or len(found) >= VIEW_MOST else found

    def _events(self, items: Sequence[Element], *, view_is_enough: bool = True) -> tuple[RemoteEvent, ...]:
        """Items whole. One that is gone by now is gone; one that may only be seen in a view is told as seen there."""
        ids = [mapping.item_id(item) for item in items]
        whole = self._caller.call(lambda account: calls.items_get(account, ids))
        return tuple(self._event(item, answer, view_is_enough) for item, answer in zip(items, whole, strict=True))

    def _event(self, item: Element, answer: Answer, view_is_enough: bool) -> RemoteEvent:
        if not isinstance(answer, Exception):
            return mapping.event_from(answer, owner=self._owner)
        if isinstance(answer, NOT_THERE) or not view_is_enough:
            return mapping.event_gone(mapping.item_id(item))
        return mapping.event_from(item, owner=self._owner)


def _remember(cursor: Cursor, item: Element) -> None:
    if mapping.item_kind(item) in mapping.OCCURRENCES:
        series = cursor.series.setdefault(mapping.item_uid(item), Series())
        series.occurrences.add(mapping.item_id(item))


def _chunks(items: Iterable[Element], size: int) -> Iterator[list[Element]]:
    chunk: list[Element] = []
    for item in items:
        chunk.append(item)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
