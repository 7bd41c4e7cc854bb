"""Operations of the web services as exchangelib makes them, with answers that stay XML.

An error inside an answer is an item of it; only what fails a whole request is raised.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from exchangelib import Account
from exchangelib.errors import ResponseMessageError
from exchangelib.properties import CalendarView, DistinguishedFolderId, FolderId, ItemId
from exchangelib.services import CreateItem, DeleteItem, FindFolder, FindItem, GetItem, SyncFolderItems, UpdateItem
from exchangelib.services.common import EWSService
from exchangelib.util import MNS, create_element

from calendars.providers.exchange import mapping
from calendars.providers.exchange.mapping import Element, HubcloneUid
from calendars.providers.protocol import Interval
from connections.providers.exchange.wire import FOLDER_PATHS

CHANGES_A_CALL = 512
FOLDERS_MOST = 1000
Answer = Element | Exception
ANY_ERROR = (ResponseMessageError,)


class _Items(GetItem):  # type: ignore[misc]
    ERRORS_TO_CATCH_IN_RESPONSE = ANY_ERROR

    def _elem_to_obj(self, elem: Element) -> Element:
        return elem


class _Found(FindItem):  # type: ignore[misc]
    ERRORS_TO_CATCH_IN_RESPONSE = ANY_ERROR

    def _elem_to_obj(self, elem: Element) -> Element:
        return elem


class _Folders(FindFolder):  # type: ignore[misc]
    ERRORS_TO_CATCH_IN_RESPONSE = ANY_ERROR

    def _elem_to_obj(self, elem: Element) -> Element:
        return elem


class _Changes(SyncFolderItems):  # type: ignore[misc]
    def _elem_to_obj(self, elem: Element) -> Element:
        return elem

    def _get_element_container(self, message: Element, name: str | None = None) -> Any:
        """An error may come without the state that the library expects beside it."""
        if message.find(f"{{{MNS}}}SyncState") is None:
            return EWSService._get_element_container(self, message=message, name=name)
        return super()._get_element_container(message=message, name=name)


class _Create(CreateItem):  # type: ignore[misc]
    def made(self, item: Any, folder: FolderId, send: str) -> Any:
        """The result for one item, saved in a folder that is known by its id alone."""
        payload = self.get_payload([item], folder, "SaveOnly", send)
        return self._elems_to_objs(self._get_elements(payload=payload))


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a folder: ``item`` is None for what is gone."""

    remote_id: str
    item: Element | None


@dataclass(frozen=True, slots=True)
class Changes:
    """Some changes and the state after them; ``is_last`` when there are no more."""

    changes: Sequence[Change]
    state: str
    is_last: bool


class _UidIs:
    """The restriction that finds what a draft was made into."""

    def __init__(self, uid: str) -> None:
        self._uid = uid

    def to_xml(self, version: object) -> Element:
        """``IsEqualTo`` on our property."""
        restriction, equal = create_element("m:Restriction"), create_element("t:IsEqualTo")
        names = {
            "PropertySetId": HubcloneUid.property_set_id,
            "PropertyName": HubcloneUid.property_name,
            "PropertyType": HubcloneUid.property_type,
        }
        constant = create_element("t:FieldURIOrConstant")
        constant.append(create_element("t:Constant", attrs={"Value": self._uid}))
        equal.append(create_element("t:ExtendedFieldURI", attrs=names))
        equal.append(constant)
        restriction.append(equal)
        return restriction


def items_get(account: Account, ids: Iterable[str], fields: Sequence[Any] = mapping.EVENT_FIELDS) -> list[Answer]:
    """Items by id, in the order asked for."""
    wanted = [ItemId(id=one) for one in ids]
    return list(_Items(account=account).call(items=wanted, additional_fields=fields, shape="IdOnly"))


def view(account: Account, folder: str, window: Interval, most: int) -> list[Answer]:
    """Items and occurrences that touch a span of time; ``most`` of them mean that there may be more."""
    span = CalendarView(start=mapping.ews_time(window.starts_at), end=mapping.ews_time(window.ends_at), max_items=most)
    return _find(account, folder, mapping.VIEW_FIELDS, most, calendar_view=span)


def find_made(account: Account, folder: str, uid: str) -> list[Answer]:
    """What was made from the draft with this uid."""
    return _find(account, folder, mapping.KIND_FIELDS, 10, restriction=_UidIs(uid))


def _find(account: Account, folder: str, fields: Sequence[Any], most: int, **how: Any) -> list[Answer]:
    found = _Found(account=account, page_size=most).call(
        folders=[FolderId(id=folder)],
        additional_fields=fields,
        order_fields=None,
        shape="IdOnly",
        query_string=None,
        depth="Shallow",
        max_items=most,
        offset=0,
        **{"restriction": None, "calendar_view": None, **how},
    )
    return list(found)


def changes_get(account: Account, folder: str, state: str) -> Changes:
    """What has changed since ``state``; an empty one begins with everything that there is."""
    service = _Changes(account=account)
    found = service.call(
        folder=FolderId(id=folder),
        shape="IdOnly",
        additional_fields=mapping.KIND_FIELDS,
        sync_state=state or None,
        ignore=None,
        max_changes_returned=CHANGES_A_CALL,
        sync_scope=None,
    )
    changes = [change for one in list(found) if (change := _change(one))]
    return Changes(changes, service.sync_state, bool(service.includes_last_item_in_range))


def _change(element: Answer) -> Change | None:
    if isinstance(element, Exception):
        raise element
    kind = element.tag.rpartition("}")[2]
    if kind == "Delete":
        return Change(mapping.item_id(element), None)
    if kind not in {"Create", "Update"} or not element[0].tag.endswith("}CalendarItem"):
        return None
    return Change(mapping.item_id(element[0]), element[0])


def folders_find(account: Account, root: DistinguishedFolderId) -> list[Answer]:
    """Every folder below one."""
    service = _Folders(account=account)
    payload = service.get_payload(
        folders=[root],
        additional_fields=FOLDER_PATHS,
        restriction=None,
        shape="IdOnly",
        depth="Deep",
        page_size=FOLDERS_MOST,
    )
    pages = service._get_elements(payload=payload)
    found: list[Answer] = []
    for page, _ in pages:
        if page is None or isinstance(page, Exception):
            found += [page] if page is not None else []
        else:
            found += service._get_elems_from_page(page, FOLDERS_MOST, 0)
    return found


def item_create(account: Account, folder: str, item: Any, *, invite: bool) -> str:
    """Save an item; its id."""
    send = "SendToAllAndSaveCopy" if invite else "SendToNone"
    (made,) = _Create(account=account).made(item, FolderId(id=folder), send)
    if isinstance(made, Exception):
        raise made
    return str(made.id)


def item_update(account: Account, item: Any, names: Sequence[str], *, tell: bool) -> None:
    """Write some fields of an item over what is there."""
    send = "SendToAllAndSaveCopy" if tell else "SendToNone"
    answers = UpdateItem(account=account).call(
        items=[(item, names)],
        conflict_resolution="AlwaysOverwrite",
        message_disposition="SaveOnly",
        send_meeting_invitations_or_cancellations=send,
        suppress_read_receipts=True,
    )
    _raise_first(answers)


def item_delete(account: Account, remote_id: str, *, tell: bool) -> None:
    """Move an item to the deleted ones."""
    answers = DeleteItem(account=account).call(
        items=[ItemId(id=remote_id)],
        delete_type="MoveToDeletedItems",
        send_meeting_cancellations="SendToAllAndSaveCopy" if tell else "SendToNone",
        affected_task_occurrences="AllOccurrences",
        suppress_read_receipts=True,
    )
    _raise_first(answers)


def _raise_first(answers: Iterable[Any]) -> None:
    for answer in answers:
        if isinstance(answer, Exception):
            raise answer
