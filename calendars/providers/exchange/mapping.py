"""Exchange's calendar items in our shapes, and our drafts in theirs. Items are read as XML, as the server tells them.

Times are asked for in UTC. An all-day item is the time from midnight to midnight that Exchange itself keeps of it, in
the zone of the calendar that it was made in.
https://learn.microsoft.com/exchange/client-developer/web-service-reference/calendaritem
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
import uuid
from collections.abc import Iterator, Mapping, Set
from typing import Any

from exchangelib import Attendee as EwsAttendee
from exchangelib import Body, CalendarItem, EWSDateTime, EWSTimeZone, ExtendedProperty, Mailbox
from exchangelib.errors import UnknownTimeZone
from exchangelib.fields import FieldPath
from exchangelib.util import TNS

from calendars.providers.protocol import Attendee, EventDraft, EventPart, Interval, RemoteCalendar, RemoteEvent
from crm.rich_text import text_of

Element = Any
"""An lxml element."""
PROPERTY_SET = "6f5c0d2e-3b7a-4c1d-9e44-52a7c8d1b9f0"
"""Of our named properties, for good."""
REMINDER_MINUTES = 15
FREE = frozenset({"Free", "WorkingElsewhere"})
PRIVATE = frozenset({"Private", "Confidential", "Personal"})
OCCURRENCES = frozenset({"Occurrence", "Exception"})
MASTER = "RecurringMaster"
_KEY_HEADER_BYTES, _COUNTER_BYTES = 8, 6


class HubcloneUid(ExtendedProperty):  # type: ignore[misc]
    """The uid of the draft that an item was made from: what an earlier attempt made is found by it."""

    property_set_id = PROPERTY_SET
    property_name = "HubcloneUid"
    property_type = "String"


class HubclonePrivate(ExtendedProperty):  # type: ignore[misc]
    """What we keep on an item, as JSON."""

    property_set_id = PROPERTY_SET
    property_name = "HubclonePrivate"
    property_type = "String"


CalendarItem.register("hubclone_uid", HubcloneUid)
CalendarItem.register("hubclone_private", HubclonePrivate)


def _fields(*names: str) -> list[FieldPath]:
    return [FieldPath(field=CalendarItem.get_field_by_fieldname(name)) for name in names]


KIND_FIELDS = _fields("type", "uid")
BUSY_FIELDS = _fields("start", "end", "legacy_free_busy_status", "is_cancelled", "my_response_type")
VIEW_FIELDS = [*KIND_FIELDS, *BUSY_FIELDS, *_fields("sensitivity", "last_modified_time")]
"""What a view can tell of an item."""
EVENT_FIELDS = [
    *VIEW_FIELDS,
    *_fields("subject", "location", "is_all_day", "appointment_sequence_number", "parent_folder_id", "organizer"),
    *_fields("required_attendees", "optional_attendees", "hubclone_uid", "hubclone_private", "recurrence_id"),
]
WHOLE_FIELDS = [*EVENT_FIELDS, *_fields("body")]


def item_id(item: Element) -> str:
    """The id of an item or an occurrence; an occurrence's is made of its series' and its day, and stays."""
    return str(item.find(_t("ItemId")).get("Id"))


def item_key(item: Element) -> str:
    """The change key, which a write must name."""
    return str(item.find(_t("ItemId")).get("ChangeKey", ""))


def item_kind(item: Element) -> str:
    """Single, Occurrence, Exception or RecurringMaster."""
    return _text(item, "CalendarItemType") or "Single"


def item_uid(item: Element) -> str:
    """The iCalendar UID, which a series shares with its occurrences."""
    return _text(item, "UID")


def item_folder(item: Element) -> str:
    """The id of the folder that the item lies in; empty when it was not told."""
    found = item.find(_t("ParentFolderId"))
    return "" if found is None else str(found.get("Id"))


def is_all_day(item: Element) -> bool:
    """Whether it is kept as days, not times."""
    return _text(item, "IsAllDayEvent") == "true"


def calendar_from(folder: Element, *, time_zone: str, is_primary: bool, of: str = "") -> RemoteCalendar:
    """A folder; ``of`` is whose it is when it is shared."""
    name, rights = _text(folder, "DisplayName"), folder.find(_t("EffectiveRights"))
    writes = rights is not None and _text(rights, "CreateContents") == "true" and _text(rights, "Modify") == "true"
    return RemoteCalendar(
        remote_id=folder_id(folder),
        name=f"{of} · {name}" if of else name,
        time_zone=time_zone,
        is_primary=is_primary,
        is_writable=writes,
    )


def folder_id(folder: Element) -> str:
    """The id of a folder."""
    return str(folder.find(_t("FolderId")).get("Id"))


def folder_parent(folder: Element) -> str:
    """The id of the folder that it lies in; empty when it was not told."""
    return item_folder(folder)


def is_calendar(folder: Element) -> bool:
    """Whether events can lie in it."""
    return _text(folder, "FolderClass").startswith("IPF.Appointment")


def event_from(item: Element, *, owner: str = "") -> RemoteEvent:
    """An item or an occurrence; ``owner`` is the address of the calendar's own mailbox, no guest of its meetings."""
    cancelled = _text(item, "IsCancelled") == "true"
    interval = None if cancelled else interval_from(item)
    return RemoteEvent(
        remote_id=item_id(item),
        blocks=interval is not None and item_blocks(item),
        interval=interval,
        is_cancelled=cancelled,
        summary=_text(item, "Subject"),
        attendees=tuple(_attendees(item, owner)),
        private=_private(item),
        location=_text(item, "Location"),
        is_private=_text(item, "Sensitivity") in PRIVATE,
        modified=_modified(item),
        sequence=int(_text(item, "AppointmentSequenceNumber") or 0),
        ical_uid=item_uid(item),
        draft_uid=_property(item, HubcloneUid.property_name),
        copy_key=_copy_key(item),
    )


def event_gone(remote_id: str) -> RemoteEvent:
    """One that is not there any more."""
    return RemoteEvent(remote_id=remote_id, blocks=False, interval=None, is_cancelled=True)


def event_unrolled(remote_id: str) -> RemoteEvent:
    """A series itself: it takes no time beside its occurrences."""
    return RemoteEvent(remote_id=remote_id, blocks=False, interval=None)


def item_blocks(item: Element) -> bool:
    """C3: free, working-elsewhere, declined and cancelled ones do not block."""
    if _text(item, "IsCancelled") == "true" or _text(item, "MyResponseType") == "Decline":
        return False
    return _text(item, "LegacyFreeBusyStatus") not in FREE


def interval_from(item: Element) -> Interval | None:
    """From when to when; None for one without a length."""
    starts_at, ends_at = _instant(item, "Start"), _instant(item, "End")
    if starts_at is None or ends_at is None or ends_at <= starts_at:
        return None
    return Interval(starts_at, ends_at)


def item_body(draft: EventDraft) -> CalendarItem:
    """The item to create. Attendees given as text would count as having accepted."""
    return CalendarItem(
        subject=draft.summary,
        body=Body(draft.description),
        location=draft.location,
        start=moment(draft.interval.starts_at, draft.time_zone),
        end=moment(draft.interval.ends_at, draft.time_zone),
        legacy_free_busy_status="Busy",
        reminder_is_set=True,
        reminder_minutes_before_start=REMINDER_MINUTES,
        required_attendees=[_guest(attendee) for attendee in draft.attendees] or None,
        hubclone_uid=str(draft.uid),
        hubclone_private=json.dumps(dict(draft.private)),
    )


def parts_changed(draft: EventDraft, parts: Set[EventPart], item: Element) -> dict[str, Any]:
    """These parts of the draft as fields, as far as ``item`` has them otherwise; None clears one."""
    changes: dict[str, Any] = {}
    if EventPart.TIMES in parts and (interval_from(item) != draft.interval or is_all_day(item)):
        edges = {"start": draft.interval.starts_at, "end": draft.interval.ends_at}
        changes = {name: moment(at, draft.time_zone) for name, at in edges.items()} | {"is_all_day": None}
    if EventPart.SUMMARY in parts and _text(item, "Subject") != draft.summary:
        changes["subject"] = draft.summary
    if EventPart.LOCATION in parts and _text(item, "Location") != draft.location:
        changes["location"] = draft.location or None
    if EventPart.DESCRIPTION in parts and text_of(_text(item, "Body")).split() != draft.description.split():
        changes["body"] = Body(draft.description)
    return changes


def moment(at: dt.datetime, time_zone: str) -> EWSDateTime:
    """A time in the zone that the calendar shows it in; UTC where Windows has no name for the zone."""
    try:
        zone = EWSTimeZone(time_zone)
    except (UnknownTimeZone, ValueError):
        zone = EWSTimeZone("UTC")
    return EWSDateTime.from_datetime(at.astimezone(dt.UTC)).astimezone(zone)


def ews_time(at: dt.datetime) -> EWSDateTime:
    """A time in UTC, for a view."""
    return moment(at, "UTC")


def uid_text(uid: uuid.UUID) -> str:
    """As HubcloneUid holds it."""
    return str(uid)


def _guest(attendee: Attendee) -> EwsAttendee:
    mailbox = Mailbox(email_address=attendee.email, name=attendee.name or attendee.email)
    return EwsAttendee(mailbox=mailbox, response_type="Unknown")


def _attendees(item: Element, owner: str) -> Iterator[Attendee]:
    """Everybody who is asked to come, and who asks when that is somebody else. Only addresses of the internet."""
    organizer = item.find(f"{_t('Organizer')}/{_t('Mailbox')}")
    if organizer is not None and _address(organizer).lower() != owner.lower():
        yield from _person(organizer, "")
    for group in ("RequiredAttendees", "OptionalAttendees"):
        for one in item.iterfind(f"{_t(group)}/{_t('Attendee')}"):
            yield from _person(one.find(_t("Mailbox")), _text(one, "ResponseType"))


def _person(mailbox: Element, response: str) -> Iterator[Attendee]:
    email = "" if mailbox is None else _address(mailbox)
    if email:
        name = _text(mailbox, "Name")
        yield Attendee(email, "" if name == email else name, response == "Decline")


def _address(mailbox: Element) -> str:
    email = _text(mailbox, "EmailAddress")
    return email if "@" in email and _text(mailbox, "RoutingType") in {"", "SMTP"} else ""


def _copy_key(item: Element) -> str:
    """Ids differ from mailbox to mailbox, iCalendar UIDs do not; an occurrence has its series' UID and its day."""
    uid, day = item_uid(item), _instant(item, "RecurrenceId")
    return f"{uid}/{day.isoformat()}" if uid and day else uid


def _private(item: Element) -> Mapping[str, str]:
    try:
        found = json.loads(_property(item, HubclonePrivate.property_name) or "{}")
    except ValueError:
        return {}
    return {str(key): str(value) for key, value in found.items()} if isinstance(found, dict) else {}


def _property(item: Element, name: str) -> str:
    for one in item.iterfind(_t("ExtendedProperty")):
        uri = one.find(_t("ExtendedFieldURI"))
        if uri.get("PropertyName") == name and str(uri.get("PropertySetId")).lower() == PROPERTY_SET:
            return _text(one, "Value")
    return ""


def _modified(item: Element) -> str:
    """Text that sorts, 39 characters: the second of the last change, and within it the counter of its change key."""
    at = _instant(item, "LastModifiedTime")
    if at is None:
        return ""
    return f"{at:%Y-%m-%dT%H:%M:%SZ}.{_counter(item_key(item)):018d}"


def _counter(change_key: str) -> int:
    """The number in a change key: eight bytes of header, 22 bytes of which the last six count, and what follows.

    https://learn.microsoft.com/openspecs/exchange_server_protocols/ms-oxcfxics (XID: a GUID and the counter)
    """
    try:
        raw = base64.b64decode(change_key, validate=True)
    except (binascii.Error, ValueError):
        return 0
    length = int.from_bytes(raw[4:8], "little")
    return int.from_bytes(raw[_KEY_HEADER_BYTES : _KEY_HEADER_BYTES + length][-_COUNTER_BYTES:], "big")


def _instant(item: Element, name: str) -> dt.datetime | None:
    text = _text(item, name)
    if not text:
        return None
    at = dt.datetime.fromisoformat(text)
    return at.replace(tzinfo=dt.UTC) if at.tzinfo is None else at.astimezone(dt.UTC)


def _text(element: Element, name: str) -> str:
    return (element.findtext(_t(name)) or "").strip()


def _t(name: str) -> str:
    return f"{{{TNS}}}{name}"
