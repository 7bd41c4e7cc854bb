"""``CreateItem``, ``UpdateItem``, ``DeleteItem``."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from sandbox.context import Box
from sandbox.exchange.accounts import WRITES, account_get, calendar_of, folder_open, id_make
from sandbox.exchange.endpoint import Call, operation
from sandbox.exchange.fields import Shape, item_element, property_key
from sandbox.exchange.find import item_failure, item_wanted
from sandbox.exchange.folders import folder_wanted
from sandbox.exchange.invitations import guests_of, respond, tell
from sandbox.exchange.item_read import NEW, checked, item_read
from sandbox.exchange.item_store import Body, change_key, gone, load, put
from sandbox.exchange.soap import Element, EwsError, answered, child, failure, local, m, success, t
from sandbox.exchange.zones import zone_named
from sandbox.store import Row
from sandbox.times import zone_of

_ANSWERS = {"AcceptItem": "Accept", "TentativelyAcceptItem": "Tentative", "DeclineItem": "Decline"}
_CLEARED: Body = {
    "item:Subject": {"subject": ""},
    "item:Body": {"body": ""},
    "calendar:Location": {"location": ""},
    "item:Categories": {"categories": []},
    "calendar:RequiredAttendees": {"required": []},
    "calendar:OptionalAttendees": {"optional": []},
    "calendar:Resources": {"resources": []},
    "calendar:Recurrence": {"recurrence": None, "exceptions": {}, "removed": []},
}


def _sends(call: Call, name: str) -> bool:
    return str(call.request.get(name, "SendToNone")) != "SendToNone"


def _zone(call: Call) -> str:
    """The zone of times without one: of the request's context, else UTC."""
    header = call.request.getparent().getparent().find("{*}Header/{*}TimeZoneContext/{*}TimeZoneDefinition")
    return "UTC" if header is None else zone_named(header.get("Id", "")).key


@operation("CreateItem")
def create_item(call: Call) -> Element:
    """New appointments and meetings, and answers to meetings."""
    messages = []
    for item in child(call.request, "m:Items"):
        try:
            body = _created(call, item)
            shown = [item_element(body, Shape(), viewer=call.account)] if body else []
            messages.append(success("CreateItem", m("Items", shown)))
        except EwsError as error:
            messages.append(item_failure("CreateItem", error))
    return answered("CreateItem", messages)


def _created(call: Call, item: Element) -> Body | None:
    if local(item) in _ANSWERS:
        respond(call.box, item_wanted(call, child(item, "t:ReferenceItemId"), WRITES), _ANSWERS[local(item)])
        return None
    if local(item) != "CalendarItem":
        raise EwsError("ErrorCannotCreateCalendarItemInNonCalendarFolder", "Only calendar items can be made here.")
    if "SendMeetingInvitations" not in call.request.attrib:
        raise EwsError("ErrorSendMeetingInvitationsRequired", "SendMeetingInvitations is required for calendar items.")
    saved = child(call.request, "m:SavedItemFolderId")
    if saved is None:
        folder = folder_open(call.store, call.account, calendar_of(call.store, call.account), WRITES)
    else:
        folder = folder_wanted(call, saved[0], WRITES)
    zone = _zone(call)
    given = {"zone": zone, **item_read(item, zone)}
    return item_make(call.box, folder, given, invite=_sends(call, "SendMeetingInvitations"))


def item_make(box: Box, folder: Row, given: Body, *, invite: bool) -> Body:
    """A new item on a calendar, its guests told when ``invite`` says so."""
    owner = account_get(box.store, folder["owner"])
    assert owner is not None
    uid = given.get("uid") or f"040000008200E00074C5B7101A82E008{secrets.token_hex(24).upper()}"
    person = {"email": owner["email"], "name": owner["name"]}
    body = checked({**NEW, **given, "uid": uid, "id": id_make("item"), "organizer": person, "owner": owner["email"]})
    body = put(box, folder["id"], {**body, "invited": body["is_meeting"] and invite})
    return put(box, folder["id"], tell(box, body, "request")) if body["invited"] else body


@operation("UpdateItem")
def update_item(call: Call) -> Element:
    """Changes of items, of series and of single occurrences."""
    messages = []
    for change in child(call.request, "m:ItemChanges"):
        try:
            body = _updated(call, change)
            shown = m("Items", item_element(body, Shape(), viewer=call.account))
            messages.append(success("UpdateItem", shown, m("ConflictResults", t("Count", "0"))))
        except EwsError as error:
            messages.append(item_failure("UpdateItem", error))
    return answered("UpdateItem", messages)


def _updated(call: Call, change: Element) -> Body:
    wanted, updates = change[0], change[1]
    before = item_wanted(call, wanted, WRITES)
    _key_check(wanted.get("ChangeKey", ""), before, call.request.get("ConflictResolution", "AutoResolve"))
    changes: Body = {}
    properties = list(before["properties"])
    for update in updates:
        changes |= _change(call, update, properties, before)
    after = item_change(call.box, before, {**changes, "properties": properties})
    invited = before["my_response"] == "Organizer" and (guests_of(before) or guests_of(after))
    if not invited or not _sends(call, "SendMeetingInvitationsOrCancellations"):
        return after
    return _told(call.box, before, after)


def _key_check(key: str, before: Body, resolution: str) -> None:
    """Whether a change may be written over what is there. Raises EwsError."""
    if not key and resolution != "AlwaysOverwrite":
        raise EwsError("ErrorChangeKeyRequired", "The change key is required for this operation.")
    if resolution == "NeverOverwrite" and key != change_key(before["seq"]):
        raise EwsError(
            "ErrorIrresolvableConflict",
            "The send or update operation could not be performed because the change key passed in the request does"
            " not match the current change key for the item.",
        )


def _change(call: Call, update: Element, properties: list[Body], before: Body) -> Body:
    path = update[0]
    extended = local(path) == "ExtendedFieldURI"
    if local(update) == "DeleteItemField":
        if extended:
            _property_drop(properties, property_key(path))
        return {} if extended else _CLEARED.get(path.get("FieldURI", ""), {})
    given = item_read(update[1], before["zone"])
    for one in given.pop("properties", []):
        _property_drop(properties, property_key(path))
        properties.append(one)
    return given


def _property_drop(properties: list[Body], key: Any) -> None:
    properties[:] = [one for one in properties if tuple(tuple(pair) for pair in one["uri"]) != key]


def item_change(box: Box, before: Body, changes: Body) -> Body:
    """An item with changes written; of an occurrence they become an exception of its series."""
    moved = any(changes.get(name, before[name]) != before[name] for name in ("starts", "ends"))
    if before.get("master"):
        return _exception(box, before, changes)
    after = checked({**before, **changes})
    after["sequence"] += int(moved or changes.get("recurrence", before.get("recurrence")) != before.get("recurrence"))
    if moved and after.get("recurrence"):
        after |= {"exceptions": {}, "removed": [], "recurrence": _begun(after)}
    return put(box, before["folder"], after)


def _begun(body: Body) -> Body:
    """The pattern of a series from the day it begins on now."""
    day = f"{datetime.fromtimestamp(body['starts'], zone_of(body['zone'])):%Y-%m-%d}"
    pattern: Body = body["recurrence"]
    return {**pattern, "limits": {**pattern["limits"], "StartDate": day}}


def _exception(box: Box, before: Body, changes: Body) -> Body:
    master = load(box.store, before["master"])
    checked({**before, **changes})
    names = set(changes) | {"starts", "ends"}
    old = master.get("exceptions", {}).get(str(before["original"]), {})
    wanted = {name: {**before, **changes}[name] for name in names if name != "zone"}
    exceptions = {**master.get("exceptions", {}), str(before["original"]): {**old, **wanted}}
    put(box, master["folder"], {**master, "exceptions": exceptions, "sequence": master["sequence"] + 1})
    return load(box.store, before["id"])


def _told(box: Box, before: Body, after: Body) -> Body:
    """Tell the guests of a change; of an occurrence by the whole series."""
    whole = load(box.store, after["master"]) if after.get("master") else after
    now = {one["email"].lower() for one in guests_of(after)}
    removed = tuple(sorted({one["email"].lower() for one in guests_of(before)} - now))
    told = tell(box, {**whole, "invited": True}, "update" if before["invited"] else "request", removed=removed)
    told = put(box, whole["folder"], told)
    return load(box.store, after["id"]) if after.get("master") else told


@operation("DeleteItem")
def delete_item(call: Call) -> Element:
    """Items, series and single occurrences taken away."""
    messages = []
    for wanted in child(call.request, "m:ItemIds"):
        try:
            body = item_wanted(call, wanted, WRITES)
            if "SendMeetingCancellations" not in call.request.attrib:
                raise EwsError("ErrorSendMeetingCancellationsRequired", "SendMeetingCancellations is required.")
            item_delete(call.box, body, notify=_sends(call, "SendMeetingCancellations"))
            messages.append(success("DeleteItem"))
        except EwsError as error:
            messages.append(failure("DeleteItem", error))
    return answered("DeleteItem", messages)


def item_delete(box: Box, body: Body, *, notify: bool) -> None:
    """Take an item or an occurrence away; its guests are told when ``notify`` says so and it was the organizer."""
    if body.get("master"):
        master = _occurrence_remove(box, body)
        if notify and master["invited"]:
            tell(box, master, "update")
        return
    if notify and body["invited"]:
        tell(box, body, "cancel")
    gone(box, body)


def item_relocate(box: Box, body: Body, to: str) -> Body:
    """What ``MoveItem`` does, and dragging an item into another calendar: it has a new id there, and nobody is told."""
    gone(box, body)
    return put(box, to, {**body, "id": id_make("item")})


def _occurrence_remove(box: Box, body: Body) -> Body:
    master = load(box.store, body["master"])
    exceptions = {key: value for key, value in master.get("exceptions", {}).items() if key != str(body["original"])}
    removed = sorted({*master.get("removed", ()), body["original"]})
    return put(box, master["folder"], {**master, "exceptions": exceptions, "removed": removed})
