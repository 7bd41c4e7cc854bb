"""``FindItem`` and ``GetItem``."""

from __future__ import annotations

import json
from datetime import datetime

from sandbox.exchange.accounts import folder_open
from sandbox.exchange.endpoint import Call, operation
from sandbox.exchange.fields import Shape, item_element, shape_read, values_of
from sandbox.exchange.folders import folder_wanted
from sandbox.exchange.item_store import Body, load, occurrence_at, series, view
from sandbox.exchange.restriction import matches
from sandbox.exchange.soap import Element, EwsError, answered, child, failure, local, m, success, t
from sandbox.store import Row
from sandbox.times import FOREVER, parse_instant

FIND_LIMIT = 1000
_TWO_YEARS = 2 * 366 * 86400


@operation("GetItem")
def get_item(call: Call) -> Element:
    """Items by id."""
    shape = shape_read(child(call.request, "m:ItemShape"))
    messages = []
    for wanted in child(call.request, "m:ItemIds"):
        try:
            body = item_wanted(call, wanted)
            messages.append(success("GetItem", m("Items", item_element(body, shape, viewer=call.account))))
        except EwsError as error:
            messages.append(item_failure("GetItem", error))
    return answered("GetItem", messages)


def item_failure(name: str, error: EwsError) -> Element:
    """The schema wants the list, empty, beside an error."""
    message = failure(name, error)
    message.append(m("Items"))
    return message


def item_wanted(call: Call, wanted: Element, need: int | None = None) -> Body:
    """The item of an ``ItemId``, ``OccurrenceItemId`` or ``RecurringMasterItemId``. Raises EwsError."""
    if local(wanted) == "RecurringMasterItemId":
        body = load(call.store, load(call.store, wanted.get("OccurrenceId", ""))["master"])
    elif local(wanted) == "OccurrenceItemId":
        body = _instance(load(call.store, wanted.get("RecurringMasterId", "")), int(wanted.get("InstanceIndex", "1")))
    else:
        body = load(call.store, wanted.get("Id", ""))
    row = call.store.one("select * from exchange_folder where id = ?", (body["folder"],))
    folder_open(call.store, call.account, row, *([] if need is None else [need]))
    return body


def _instance(master: Body, index: int) -> Body:
    found = series(master).between(master["starts"], FOREVER)
    if not 1 <= index <= len(found):
        raise EwsError("ErrorCalendarOccurrenceIndexIsOutOfRecurrenceRange", "Occurrence index is out of range.")
    body = occurrence_at(master, found[index - 1].starts)
    if body is None:
        raise EwsError("ErrorCalendarOccurrenceIsDeletedFromRecurrence", "The occurrence was deleted from the series.")
    return body


@operation("FindItem")
def find_item(call: Call) -> Element:
    """What is on calendars: in a span of time with series unrolled, or as it is kept, page by page."""
    shape = shape_read(child(call.request, "m:ItemShape"))
    messages = []
    for wanted in child(call.request, "m:ParentFolderIds"):
        try:
            messages.append(success("FindItem", _root(call, folder_wanted(call, wanted), shape)))
        except EwsError as error:
            messages.append(failure("FindItem", error))
    return answered("FindItem", messages)


def _root(call: Call, folder: Row, shape: Shape) -> Element:
    restriction = child(call.request, "m:Restriction")
    span = child(call.request, "m:CalendarView")
    if span is not None:
        if restriction is not None:
            raise EwsError("ErrorInvalidRequest", "A calendar view takes no restriction.")
        found, skip, limit, total = _spanned(call, folder, span)
    else:
        found = [body for body in _kept(call, folder) if restriction is None or matches(restriction[0], body)]
        page = child(call.request, "m:IndexedPageItemView")
        skip = 0 if page is None else int(page.get("Offset", "0"))
        limit = _limit(call, page)
        total = len(found)
        _sort(found, child(call.request, "m:SortOrder"))
    shown = [item_element(body, shape, viewer=call.account, found=True) for body in found[skip : skip + limit]]
    end = skip + len(shown)
    told = {"TotalItemsInView": str(total), "IncludesLastItemInRange": "true" if end >= total else "false"}
    if span is None:
        told["IndexedPagingOffset"] = str(end)
    return m("RootFolder", t("Items", shown), **told)


def _sort(found: list[Body], order: Element) -> None:
    for field in reversed([] if order is None else list(order)):
        uri = field[0].get("FieldURI", "")
        found.sort(key=lambda body: list(values_of(body, uri)), reverse=field.get("Order") == "Descending")


def _limit(call: Call, page: Element) -> int:
    most = int(call.store.get("exchange_find_limit", str(FIND_LIMIT)))
    asked = most if page is None else int(page.get("MaxEntriesReturned") or most)
    return min(asked, most)


def _spanned(call: Call, folder: Row, span: Element) -> tuple[list[Body], int, int, int]:
    low, high = (parse_instant(_aware(span.get(name))) for name in ("StartDate", "EndDate"))
    if high <= low:
        raise EwsError("ErrorCalendarEndDateIsEarlierThanStartDate", "EndDate is earlier than StartDate.")
    if high - low > _TWO_YEARS:
        raise EwsError("ErrorCalendarViewRangeTooBig", "The specified view range exceeds the maximum of two years.")
    found = view(call.store, folder["id"], low, high)
    most = int(call.store.get("exchange_find_limit", str(FIND_LIMIT)))
    asked = int(span.get("MaxEntriesReturned") or 0)
    if len(found) > most and not 0 < asked <= most:
        raise EwsError(
            "ErrorExceededFindCountLimit", "You have exceeded the maximum number of objects that can be returned."
        )
    return found, 0, asked or most, len(found)


def _aware(text: str) -> str:
    """A time without an offset is UTC."""
    return text if datetime.fromisoformat(text).tzinfo else f"{text}Z"


def _kept(call: Call, folder: Row) -> list[Body]:
    rows = call.store.all(
        "select body from exchange_item where folder = ? and deleted = 0 order by starts, id", (folder["id"],)
    )
    return [json.loads(row["body"]) for row in rows]
