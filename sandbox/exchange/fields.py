"""Items as XML: each property that a caller may ask for, in the order of Microsoft's schema."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from lxml import html

from sandbox.exchange.item_store import Body, change_key, occurrence, occurrence_id, originals, series
from sandbox.exchange.recurrence import pattern_element
from sandbox.exchange.soap import Element, flag, local, t
from sandbox.exchange.zones import zone_reference
from sandbox.times import FOREVER, render_utc

ID_ONLY = frozenset({"item:ItemId"})
SUMMARY = ID_ONLY | {
    "item:Subject", "item:HasAttachments", "calendar:Start", "calendar:End", "calendar:LegacyFreeBusyStatus",
    "calendar:Location", "calendar:CalendarItemType", "calendar:Organizer", "item:ParentFolderId",
}  # fmt: skip
SINGLE_ONLY = frozenset(
    {
        "item:Body", "item:TextBody", "item:UniqueBody", "item:ResponseObjects", "calendar:RequiredAttendees",
        "calendar:OptionalAttendees", "calendar:Resources", "calendar:Recurrence", "calendar:FirstOccurrence",
        "calendar:LastOccurrence", "calendar:ModifiedOccurrences", "calendar:DeletedOccurrences",
    }
)  # fmt: skip
"""What ``FindItem`` never tells."""


@dataclass(frozen=True)
class Shape:
    """What a caller asked for of each item."""

    fields: frozenset[str] = ID_ONLY
    properties: tuple[tuple[tuple[str, str], ...], ...] = ()
    body_type: str = "Best"
    plain: bool = field(default=False, compare=False)


def shape_read(element: Element) -> Shape:
    """The shape of an ``ItemShape`` element."""
    base, body_type = "IdOnly", "Best"
    fields: set[str] = set()
    properties = []
    for part in element:
        if local(part) == "BaseShape":
            base = part.text
        elif local(part) == "BodyType":
            body_type = part.text
        elif local(part) == "AdditionalProperties":
            fields |= {path.get("FieldURI") for path in part if local(path) == "FieldURI"}
            properties += [property_key(path) for path in part if local(path) == "ExtendedFieldURI"]
    named = {"IdOnly": ID_ONLY, "Default": SUMMARY, "AllProperties": frozenset(FIELDS)}[base]
    return Shape(frozenset(named | fields), tuple(properties), body_type)


def property_key(path: Element) -> tuple[tuple[str, str], ...]:
    """What tells a property of one's own from others: the attributes of its ``ExtendedFieldURI``."""
    return tuple(sorted((name, value.lower() if name == "PropertySetId" else value) for name, value in path.items()))


def item_element(body: Body, shape: Shape, *, viewer: str, found: bool = False) -> Element:
    """``CalendarItem``; ``found`` leaves out what ``FindItem`` never tells."""
    item = t("CalendarItem")
    wanted = shape.fields - SINGLE_ONLY if found else shape.fields
    if body["sensitivity"] == "Private" and viewer != body["owner"]:
        body = _private(body)
    for uri, make in FIELDS.items():
        if uri == "item:ExtendedProperty":
            item.extend(_properties(body, shape))
        elif uri in wanted:
            made = make(body, shape)
            item.extend(made if isinstance(made, list) else [] if made is None else [made])
    return item


def _private(body: Body) -> Body:
    hidden = {"subject": "Private Appointment", "body": "", "location": "", "required": [], "optional": []}
    return {**body, **hidden, "resources": [], "properties": [], "categories": []}


def _properties(body: Body, shape: Shape) -> list[Element]:
    return [
        property_element(one)
        for one in body["properties"]
        if tuple(tuple(pair) for pair in one["uri"]) in shape.properties
    ]


def property_element(one: Body) -> Element:
    """``ExtendedProperty`` of a stored property."""
    value = one["value"]
    inside = t("Values", [t("Value", text) for text in value]) if isinstance(value, list) else t("Value", value)
    return t("ExtendedProperty", t("ExtendedFieldURI", **dict(one["uri"])), inside)


def _id(body: Body) -> Element:
    return t("ItemId", Id=body["id"], ChangeKey=change_key(body["seq"]))


def _text(tag: str, name: str) -> Callable[[Body, Shape], Element | None]:
    return lambda body, shape: t(tag, body[name]) if body.get(name) else None


def _flag(tag: str, name: str) -> Callable[[Body, Shape], Element]:
    return lambda body, shape: t(tag, flag(body.get(name)))


def _fixed(tag: str, value: str) -> Callable[[Body, Shape], Element]:
    return lambda body, shape: t(tag, value)


def _instant(tag: str, name: str) -> Callable[[Body, Shape], Element | None]:
    return lambda body, shape: t(tag, render_utc(body[name])) if body.get(name) is not None else None


def _moment(tag: str, name: str) -> Callable[[Body, Shape], Element]:
    return lambda body, shape: t(tag, body[name][:19] + "Z")


def _content(body: Body, shape: Shape) -> Element:
    text, kind = body.get("body", ""), body.get("body_type", "Text")
    if shape.body_type == "Text":
        return t("Body", plain_text(body), BodyType="Text")
    if kind == "Text" and shape.body_type == "HTML":
        return t("Body", f"<html><body>{text}</body></html>", BodyType="HTML")
    return t("Body", text, BodyType=kind)


def plain_text(body: Body) -> str:
    """The body without its marks."""
    text = str(body.get("body", ""))
    if body.get("body_type") != "HTML" or not text.strip():
        return text
    return "".join(str(part) for part in html.fromstring(text).itertext()).strip()


def _categories(body: Body, shape: Shape) -> Element | None:
    return t("Categories", [t("String", name) for name in body["categories"]]) if body.get("categories") else None


def mailbox_element(tag: str, person: Body) -> Element:
    """A person's name and address."""
    inside = (t("Name", person["name"] or person["email"]), t("EmailAddress", person["email"]))
    return t(tag, *inside, t("RoutingType", "SMTP"), t("MailboxType", "Mailbox"))


def _attendees(tag: str, name: str) -> Callable[[Body, Shape], Element | None]:
    def make(body: Body, shape: Shape) -> Element | None:
        return t(tag, [_attendee(one) for one in body[name]]) if body.get(name) else None

    return make


def _attendee(one: Body) -> Element:
    told = t("LastResponseTime", one["at"]) if one.get("at") else None
    return t("Attendee", mailbox_element("Mailbox", one), t("ResponseType", one["response"]), told)


def _names(tag: str, name: str) -> Callable[[Body, Shape], Element]:
    return lambda body, shape: t(tag, "; ".join(one["name"] or one["email"] for one in body.get(name, ())))


def _rights(body: Body, shape: Shape) -> Element:
    names = ("CreateAssociated", "CreateContents", "CreateHierarchy", "Delete", "Modify", "Read", "ViewPrivateItems")
    return t("EffectiveRights", [t(name, "true") for name in names])


def _conversation(body: Body, shape: Shape) -> Element:
    return t("ConversationId", Id=hashlib.sha256(body["uid"].encode()).hexdigest()[:44])


def _kind(body: Body, shape: Shape) -> Element:
    return t("CalendarItemType", body.get("kind") or ("RecurringMaster" if body.get("recurrence") else "Single"))


def _recurring(body: Body, shape: Shape) -> Element:
    return t("IsRecurring", flag(body.get("kind") in {"Occurrence", "Exception"}))


def _duration(body: Body, shape: Shape) -> Element:
    minutes = (body["ends"] - body["starts"]) // 60
    days, rest = divmod(minutes, 1440)
    return t("Duration", f"P{days}D" if rest == 0 and days else f"PT{minutes // 60}H{minutes % 60}M")


def _state(body: Body, shape: Shape) -> Element:
    meeting, received = int(bool(body["is_meeting"])), 2 * (body["my_response"] not in {"Organizer", "Unknown"})
    return t("AppointmentState", str(meeting + received + 4 * int(bool(body["is_cancelled"]))))


def _recurrence(body: Body, shape: Shape) -> Element | None:
    return pattern_element(body["recurrence"]) if body.get("recurrence") else None


def _occurrence_info(tag: str, body: Body, original: int, ends: int) -> Element:
    one = occurrence(body, original, ends)
    key = change_key(body["seq"])
    edges = (t("Start", render_utc(one["starts"])), t("End", render_utc(one["ends"])))
    identity = t("ItemId", Id=occurrence_id(body["id"], original), ChangeKey=key)
    return t(tag, identity, *edges, t("OriginalStart", render_utc(original)))


def _first(body: Body, shape: Shape) -> Element | None:
    if not body.get("recurrence"):
        return None
    found = next(originals(body, body["starts"], body["starts"] + 366 * 86400), None)
    return None if found is None else _occurrence_info("FirstOccurrence", body, *found)


def _last(body: Body, shape: Shape) -> Element | None:
    if not body.get("recurrence") or series(body).last_end() == FOREVER:
        return None
    found = list(originals(body, body["starts"], FOREVER))
    return _occurrence_info("LastOccurrence", body, *found[-1]) if found else None


def _modified(body: Body, shape: Shape) -> Element | None:
    length = body["ends"] - body["starts"]
    starts = sorted(int(start) for start in body.get("exceptions", ()))
    infos = [_occurrence_info("Occurrence", body, start, start + length) for start in starts]
    return t("ModifiedOccurrences", infos) if body.get("recurrence") and infos else None


def _deleted(body: Body, shape: Shape) -> Element | None:
    removed = [t("DeletedOccurrence", t("Start", render_utc(start))) for start in sorted(body.get("removed", ()))]
    return t("DeletedOccurrences", removed) if body.get("recurrence") and removed else None


def _sent(body: Body, shape: Shape) -> Element:
    return t("MeetingRequestWasSent", flag(body.get("invited")))


def _when(body: Body, shape: Shape) -> Element:
    return t("When", f"{datetime.fromtimestamp(body['starts'], UTC):%A, %d %B %Y %H:%M} UTC")


Make = Callable[[Body, Shape], Any]
FIELDS: dict[str, Make] = {
    "item:ItemId": lambda body, shape: _id(body),
    "item:ParentFolderId": lambda body, shape: t("ParentFolderId", Id=body["folder"], ChangeKey=change_key(0)),
    "item:ItemClass": lambda body, shape: t(
        "ItemClass",
        "IPM.Appointment.Occurrence" if body.get("kind") in {"Occurrence", "Exception"} else "IPM.Appointment",
    ),
    "item:Subject": _text("Subject", "subject"),
    "item:Sensitivity": _text("Sensitivity", "sensitivity"),
    "item:Body": _content,
    "item:DateTimeReceived": _moment("DateTimeReceived", "created"),
    "item:Size": lambda body, shape: t("Size", str(2000 + len(body.get("body", "")))),
    "item:Categories": _categories,
    "item:Importance": _text("Importance", "importance"),
    "item:IsSubmitted": _fixed("IsSubmitted", "false"),
    "item:IsDraft": _fixed("IsDraft", "false"),
    "item:IsFromMe": _fixed("IsFromMe", "false"),
    "item:IsResend": _fixed("IsResend", "false"),
    "item:IsUnmodified": _fixed("IsUnmodified", "false"),
    "item:DateTimeSent": _moment("DateTimeSent", "created"),
    "item:DateTimeCreated": _moment("DateTimeCreated", "created"),
    "item:ReminderDueBy": _instant("ReminderDueBy", "starts"),
    "item:ReminderIsSet": _flag("ReminderIsSet", "reminder"),
    "item:ReminderMinutesBeforeStart": lambda body, shape: t(
        "ReminderMinutesBeforeStart", str(body.get("reminder_minutes", 15))
    ),
    "item:DisplayCc": _names("DisplayCc", "optional"),
    "item:DisplayTo": _names("DisplayTo", "required"),
    "item:HasAttachments": _fixed("HasAttachments", "false"),
    "item:ExtendedProperty": lambda body, shape: None,
    "item:Culture": _fixed("Culture", "en-US"),
    "item:EffectiveRights": _rights,
    "item:LastModifiedName": lambda body, shape: t("LastModifiedName", body["organizer"]["name"]),
    "item:LastModifiedTime": _moment("LastModifiedTime", "updated"),
    "item:IsAssociated": _fixed("IsAssociated", "false"),
    "item:ConversationId": _conversation,
    "item:UniqueBody": lambda body, shape: t("UniqueBody", plain_text(body), BodyType="Text", IsTruncated="false"),
    "item:TextBody": lambda body, shape: t("TextBody", plain_text(body), BodyType="Text", IsTruncated="false"),
    "calendar:UID": _text("UID", "uid"),
    "calendar:RecurrenceId": _instant("RecurrenceId", "original"),
    "calendar:DateTimeStamp": _moment("DateTimeStamp", "updated"),
    "calendar:Start": _instant("Start", "starts"),
    "calendar:End": _instant("End", "ends"),
    "calendar:OriginalStart": _instant("OriginalStart", "original"),
    "calendar:IsAllDayEvent": _flag("IsAllDayEvent", "all_day"),
    "calendar:LegacyFreeBusyStatus": _text("LegacyFreeBusyStatus", "free_busy"),
    "calendar:Location": _text("Location", "location"),
    "calendar:When": _when,
    "calendar:IsMeeting": _flag("IsMeeting", "is_meeting"),
    "calendar:IsCancelled": _flag("IsCancelled", "is_cancelled"),
    "calendar:IsRecurring": _recurring,
    "calendar:MeetingRequestWasSent": _sent,
    "calendar:IsResponseRequested": _flag("IsResponseRequested", "response_requested"),
    "calendar:CalendarItemType": _kind,
    "calendar:MyResponseType": _text("MyResponseType", "my_response"),
    "calendar:Organizer": lambda body, shape: t("Organizer", mailbox_element("Mailbox", body["organizer"])),
    "calendar:RequiredAttendees": _attendees("RequiredAttendees", "required"),
    "calendar:OptionalAttendees": _attendees("OptionalAttendees", "optional"),
    "calendar:Resources": _attendees("Resources", "resources"),
    "calendar:ConflictingMeetingCount": _fixed("ConflictingMeetingCount", "0"),
    "calendar:AdjacentMeetingCount": _fixed("AdjacentMeetingCount", "0"),
    "calendar:Duration": _duration,
    "calendar:AppointmentSequenceNumber": lambda body, shape: t("AppointmentSequenceNumber", str(body["sequence"])),
    "calendar:AppointmentState": _state,
    "calendar:Recurrence": _recurrence,
    "calendar:FirstOccurrence": _first,
    "calendar:LastOccurrence": _last,
    "calendar:ModifiedOccurrences": _modified,
    "calendar:DeletedOccurrences": _deleted,
    "calendar:StartTimeZone": lambda body, shape: zone_reference("StartTimeZone", body["zone"]),
    "calendar:EndTimeZone": lambda body, shape: zone_reference("EndTimeZone", body["zone"]),
    "calendar:ConferenceType": _fixed("ConferenceType", "0"),
    "calendar:AllowNewTimeProposal": _fixed("AllowNewTimeProposal", "true"),
    "calendar:IsOnlineMeeting": _fixed("IsOnlineMeeting", "false"),
}


def values_of(body: Body, uri: str) -> Sequence[str]:
    """The texts of a property, to compare with."""
    make = FIELDS.get(uri)
    made = None if make is None else make(body, Shape())
    return [] if made is None or isinstance(made, list) else ["".join(made.itertext())]
