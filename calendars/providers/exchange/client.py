"""Exchange's calendars over EWS. The library retries and keeps nothing: see ``connections.providers.exchange.wire``."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from functools import cached_property
from typing import Any, TypeVar

from exchangelib import Account, CalendarItem
from exchangelib.errors import UnauthorizedError
from exchangelib.properties import FolderId

from accounts.models import Membership
from calendars.exceptions import CalendarGone, EventRefused
from calendars.models import CalendarAccount
from calendars.providers.exchange import calls, mapping
from calendars.providers.exchange.cursor import cursor_read
from calendars.providers.exchange.errors import NOT_THERE, noted
from calendars.providers.exchange.mapping import Element
from calendars.providers.exchange.sync import VIEW_MOST, FolderSync
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
from connections.choices import ConnectionState
from connections.models import Connection
from connections.providers.exchange.connect import WIRE_ERRORS
from connections.providers.exchange.wire import (
    READ_SECONDS,
    account_open,
    default_calendar,
    deleted_items,
    folders_get,
    folders_root,
)
from connections.services.forms import form_credentials_get, form_credentials_refused
from connections.services.state import connection_succeeded
from hubclone.lib.errors import HubError, PermanentError, TransientError

T = TypeVar("T")
COLLEAGUES_MOST = 300


class Caller:
    """Signs in with the connection's password. Not to be shared between threads."""

    def __init__(self, connection: Connection, timeout_seconds: float) -> None:
        self._connection_id, self._timeout_seconds = connection.pk, timeout_seconds
        self._account: Account | None = None
        self._used: dict[str, str] = {}

    @cached_property
    def email(self) -> str:
        """The mailbox's address."""
        return Connection.objects.values_list("identity", flat=True).get(pk=self._connection_id)

    def call(self, work: Callable[[Account], T]) -> T:
        """Do ``work``; once more if the sign-in was refused, which a busy server does, too. Raises errors of ours."""
        try:
            answer = self._once(work)
        except WIRE_ERRORS as error:
            if isinstance(error, UnauthorizedError):
                raise form_credentials_refused(connection_id=self._connection_id, used=self._used) from error
            raise self.failed(error) from error
        connection_succeeded(connection_id=self._connection_id)
        return answer

    def failed(self, error: Exception) -> HubError:
        """What an error means; what concerns the whole connection is written on it."""
        return noted(self._connection_id, error)

    def _once(self, work: Callable[[Account], T]) -> T:
        try:
            return work(self._account or self._open())
        except UnauthorizedError:
            return work(self._open())

    def _open(self) -> Account:
        """A fresh session with the password that there is now. Raises GrantRevoked without a request."""
        if self._account is not None:
            self._account.protocol.close()
        self._used = form_credentials_get(connection_id=self._connection_id)
        self._account = account_open(email=self.email, credentials=self._used, timeout_seconds=self._timeout_seconds)
        return self._account


class ExchangeCalendarClient:
    """One connected mailbox. Not to be shared between threads."""

    def __init__(self, connection: Connection, timeout_seconds: float = READ_SECONDS) -> None:
        self._connection = connection
        self._caller = Caller(connection, timeout_seconds)

    def calendars(self) -> list[RemoteCalendar]:
        """The mailbox's own, and the main ones that others have shared: Exchange keeps no list of those, so colleagues
        are asked for, and who was added by address."""
        (primary,) = self._folders([default_calendar()])
        zone = self._zone()
        found = [mapping.calendar_from(primary, time_zone=zone, is_primary=True)]
        found += [mapping.calendar_from(folder, time_zone=zone, is_primary=False) for folder in self._own()]
        found += self._shared(zone)
        return list({one.remote_id: one for one in reversed(found)}.values())[::-1]

    def events(self, remote_id: str, *, sync_token: str, window: Interval) -> Iterator[EventPage]:
        """Items and occurrences, page by page. A token remembers its window."""
        run = FolderSync(self._caller, remote_id, self._caller.email)
        yield from run.since(cursor_read(sync_token)) if sync_token else run.full(window)

    def busy(self, remote_ids: Sequence[str], *, window: Interval) -> dict[str, list[Interval] | Unreadable]:
        """A view of each calendar as of now."""
        return {remote_id: self._busy(remote_id, window) for remote_id in remote_ids}

    def event_create(self, draft: EventDraft) -> RemoteEvent:
        """Look for what an earlier attempt made, by the draft's uid, and make the item where there is none."""
        found = self.event_find(draft.calendar_remote_id, uid=draft.uid)
        if found is not None:
            return found
        try:
            made = self._caller.call(
                lambda account: calls.item_create(
                    account, draft.calendar_remote_id, mapping.item_body(draft_fitting(draft)), invite=draft.invite
                )
            )
        except PermanentError as error:
            raise EventRefused(str(error)) from error
        event = self.event_get(draft.calendar_remote_id, event_id=made)
        if event is None:
            raise TransientError("The event is gone right after it was made.", code="EVENT_VANISHED")
        return event

    def event_find(self, remote_id: str, *, uid: uuid.UUID) -> RemoteEvent | None:
        """By the property that each of our items carries."""
        answers = self._caller.call(lambda account: calls.find_made(account, remote_id, mapping.uid_text(uid)))
        for answer in answers:
            if isinstance(answer, Exception):
                raise self._caller.failed(answer)
        return self.event_get(remote_id, event_id=mapping.item_id(answers[0])) if answers else None

    def event_get(self, remote_id: str, *, event_id: str) -> RemoteEvent | None:
        """As it is now; what lies among the deleted items is not there any more."""
        item = self._item(remote_id, event_id)
        return None if item is None else mapping.event_from(item, owner=self._caller.email)

    def event_update(
        self, draft: EventDraft, *, event_id: str, parts: Set[EventPart] = TIMES_ALONE
    ) -> RemoteEvent | None:
        """Write what is not as it should be; when all is, nothing is written, and nobody told."""
        folder = draft.calendar_remote_id
        item = self._item(folder, event_id, mapping.WHOLE_FIELDS)
        if item is None:
            return None
        if changes := mapping.parts_changed(draft_fitting(draft), parts, item):
            self._write(draft, item, changes)
        return self.event_get(folder, event_id=event_id)

    def event_delete(self, remote_id: str, *, event_id: str) -> None:
        """Its guests are told by Exchange."""
        if self._item(remote_id, event_id) is None:
            return
        try:
            self._caller.call(lambda account: calls.item_delete(account, event_id, tell=True))
        except CalendarGone as error:
            if not isinstance(error.__cause__, NOT_THERE):
                raise

    def channel_open(self, remote_id: str, *, channel_id: uuid.UUID, token: str, address: str) -> RemoteChannel:
        """Exchange on premises is polled."""
        raise PermanentError("Exchange does not push.", code="NO_PUSH")

    def channel_close(self, channel: RemoteChannel) -> None:
        """There is none."""

    def _item(self, folder: str, event_id: str, fields: Sequence[Any] = mapping.EVENT_FIELDS) -> Element | None:
        """An item of a folder; None when it is not there (any more). Raises CalendarGone when the folder is not."""
        answers = self._caller.call(lambda account: calls.items_get(account, [event_id], fields)) if event_id else []
        for answer in answers:
            if isinstance(answer, Exception):
                if not isinstance(answer, NOT_THERE):
                    raise self._caller.failed(answer)
            elif mapping.item_folder(answer) in {"", folder}:
                return answer
        self._folders([FolderId(id=folder)])
        return None

    def _write(self, draft: EventDraft, item: Element, changes: Mapping[str, Any]) -> None:
        key = mapping.item_key(item)

        def write(account: Account) -> None:
            new = CalendarItem(account=account, id=mapping.item_id(item), changekey=key, **changes)
            calls.item_update(account, new, list(changes), tell=draft.invite)

        try:
            self._caller.call(write)
        except PermanentError as error:
            raise EventRefused(str(error)) from error

    def _busy(self, remote_id: str, window: Interval) -> list[Interval] | Unreadable:
        try:
            answers = self._caller.call(lambda account: calls.view(account, remote_id, window, VIEW_MOST))
        except CalendarGone as error:
            return Unreadable(type(error.__cause__).__name__)
        for answer in answers:
            if isinstance(answer, Exception):
                failure = self._caller.failed(answer)
                if isinstance(failure, CalendarGone):
                    return Unreadable(type(answer).__name__)
                raise failure
        found = [mapping.interval_from(item) for item in answers if mapping.item_blocks(item)]
        return [interval for interval in found if interval is not None]

    def _folders(self, ids: Iterable[FolderId]) -> list[Element]:
        """Folders that must be there."""
        answers = self._caller.call(lambda account: folders_get(account, ids))
        for answer in answers:
            if isinstance(answer, Exception):
                raise self._caller.failed(answer)
        return answers

    def _own(self) -> list[Element]:
        """The mailbox's calendars, without those that were deleted but lie there still."""
        answers = self._caller.call(lambda account: calls.folders_find(account, folders_root()))
        (bin_,) = self._caller.call(lambda account: folders_get(account, [deleted_items()]))
        folders = [folder for folder in answers if not isinstance(folder, Exception)]
        parents = {mapping.folder_id(folder): mapping.folder_parent(folder) for folder in folders}
        deleted = set() if isinstance(bin_, Exception) else {mapping.folder_id(bin_)}
        for _ in parents:
            below = {one for one, parent in parents.items() if parent in deleted} - deleted
            if not below:
                break
            deleted |= below
        return [one for one in folders if mapping.is_calendar(one) and mapping.folder_id(one) not in deleted]

    def calendar_of(self, address: str) -> RemoteCalendar | None:
        """The main calendar of a mailbox, if it is shared with this one."""
        return next(self._main_calendars([address.lower()], self._zone()), None)

    def _shared(self, zone: str) -> Iterator[RemoteCalendar]:
        account = CalendarAccount.objects.filter(connection_id=self._connection.pk).first()
        added = [address.lower() for address in account.shared_by] if account else []
        return self._main_calendars(list(dict.fromkeys([*added, *self._colleagues()])), zone)

    def _main_calendars(self, addresses: Sequence[str], zone: str) -> Iterator[RemoteCalendar]:
        if not addresses:
            return
        ids = [default_calendar(address) for address in addresses]
        answers = self._caller.call(lambda account: folders_get(account, ids))
        for address, answer in zip(addresses, answers, strict=True):
            if not isinstance(answer, Exception):
                yield mapping.calendar_from(answer, time_zone=zone, is_primary=False, of=address)

    def _colleagues(self) -> list[str]:
        """Addresses that may be mailboxes of the same Exchange: of the account's members and of what they connected."""
        account_id, own = self._connection.account_id, self._caller.email.lower()
        domain = own.rpartition("@")[2]
        connected = Connection.objects.filter(account_id=account_id, provider=self._connection.provider)
        known = set(connected.exclude(state=ConnectionState.DISCONNECTED).values_list("identity", flat=True))
        known |= set(Membership.objects.filter(account_id=account_id).values_list("user__email", flat=True))
        same = {email.lower() for email in known if email.lower().endswith(f"@{domain}")}
        return sorted(same - {own})[:COLLEAGUES_MOST]

    def _zone(self) -> str:
        """Folders have no zone; its owner's does."""
        owner = self._connection.owner
        return owner.time_zone if owner else "UTC"
