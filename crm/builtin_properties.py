"""The property groups and definitions that every account has, as data; labels are translated where they are shown."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_noop as _

from crm.choices import ObjectType as T
from crm.choices import PropertyType as P
from crm.currencies import CURRENCIES


@dataclass(frozen=True, slots=True)
class PropertySpec:
    """One built-in property. ``options`` are (value, label)."""

    name: str
    label: str
    type: P = P.STRING
    field_type: str = "text"
    options: tuple[tuple[str, str], ...] = ()
    read_only: bool = False


@dataclass(frozen=True, slots=True)
class GroupSpec:
    """Definitions that are shown together."""

    name: str
    label: str
    properties: tuple[PropertySpec, ...]


def _text(name: str, label: str, field_type: str = "text") -> PropertySpec:
    return PropertySpec(name, label, P.STRING, field_type)


def _number(name: str, label: str) -> PropertySpec:
    return PropertySpec(name, label, P.NUMBER, "number")


def _date(name: str, label: str) -> PropertySpec:
    return PropertySpec(name, label, P.DATE, "date")


def _time(name: str, label: str) -> PropertySpec:
    return PropertySpec(name, label, P.DATETIME, "date")


def _flag(name: str, label: str) -> PropertySpec:
    return PropertySpec(name, label, P.BOOL, "booleancheckbox")


def _choice(name: str, label: str, *options: tuple[str, str]) -> PropertySpec:
    return PropertySpec(name, label, P.ENUMERATION, "select", options)


def _currency(name: str) -> PropertySpec:
    return _choice(name, _("Currency"), *((code, code) for code in CURRENCIES))


_OWNER = PropertySpec("hubspot_owner_id", _("Owner"), P.STRING, "owner")
_WHEN = _time("hs_timestamp", _("Activity date"))
_KEPT_BY_US = (
    PropertySpec("hs_object_id", _("Record ID"), P.NUMBER, "number", read_only=True),
    PropertySpec("createdate", _("Create date"), P.DATETIME, "date", read_only=True),
    PropertySpec("hs_lastmodifieddate", _("Last modified date"), P.DATETIME, "date", read_only=True),
)
_PRODUCT_FACTS = (
    _text("name", _("Name")),
    _text("hs_sku", _("SKU")),
    _text("description", _("Description"), "textarea"),
    _number("price", _("Unit price")),
)
_LIFECYCLE = _choice(
    "lifecyclestage",
    _("Lifecycle stage"),
    ("subscriber", _("Subscriber")),
    ("lead", _("Lead")),
    ("marketingqualifiedlead", _("Marketing qualified lead")),
    ("salesqualifiedlead", _("Sales qualified lead")),
    ("opportunity", _("Opportunity")),
    ("customer", _("Customer")),
    ("evangelist", _("Evangelist")),
    ("other", _("Other")),
)
_ADDRESS = (
    _text("address", _("Street address")),
    _text("city", _("City")),
    _text("state", _("State or region")),
    _text("zip", _("Postal code")),
    _text("country", _("Country")),
)
_CONTACT = (
    _text("firstname", _("First name")),
    _text("lastname", _("Last name")),
    _text("email", _("Email")),
    _text("phone", _("Phone number"), "phonenumber"),
    _text("mobilephone", _("Mobile phone number"), "phonenumber"),
    _text("jobtitle", _("Job title")),
    _text("company", _("Company name")),
    _text("website", _("Website")),
    _LIFECYCLE,
    _choice(
        "hs_lead_status",
        _("Lead status"),
        ("NEW", _("New")),
        ("OPEN", _("Open")),
        ("IN_PROGRESS", _("In progress")),
        ("CONNECTED", _("Connected")),
        ("UNQUALIFIED", _("Unqualified")),
    ),
    _OWNER,
    _text("hs_language", _("Preferred language")),
    _text("hs_timezone", _("Time zone")),
    _time("engagements_last_meeting_booked", _("Last meeting booked")),
)
_COMPANY = (
    _text("name", _("Company name")),
    _text("domain", _("Company domain name")),
    _text("phone", _("Phone number"), "phonenumber"),
    _text("website", _("Website")),
    _text("industry", _("Industry")),
    _text("description", _("Description"), "textarea"),
    _number("numberofemployees", _("Number of employees")),
    _number("annualrevenue", _("Annual revenue")),
    _LIFECYCLE,
    _OWNER,
)
_DEAL = (
    _text("dealname", _("Deal name")),
    _number("amount", _("Amount")),
    _currency("deal_currency_code"),
    _choice("pipeline", _("Pipeline"), ("default", _("Sales pipeline"))),
    _choice(
        "dealstage",
        _("Deal stage"),
        ("appointmentscheduled", _("Appointment scheduled")),
        ("qualifiedtobuy", _("Qualified to buy")),
        ("presentationscheduled", _("Presentation scheduled")),
        ("decisionmakerboughtin", _("Decision maker bought-in")),
        ("contractsent", _("Contract sent")),
        ("closedwon", _("Closed won")),
        ("closedlost", _("Closed lost")),
    ),
    _time("closedate", _("Close date")),
    _text("description", _("Description"), "textarea"),
    _OWNER,
)
_TICKET = (
    _text("subject", _("Ticket name")),
    _text("content", _("Description"), "textarea"),
    _choice("hs_pipeline", _("Pipeline"), ("0", _("Support pipeline"))),
    _choice(
        "hs_pipeline_stage",
        _("Ticket status"),
        ("1", _("New ticket")),
        ("2", _("Waiting on contact")),
        ("3", _("Waiting on us")),
        ("4", _("Closed")),
    ),
    _choice(
        "hs_ticket_priority",
        _("Priority"),
        ("LOW", _("Low")),
        ("MEDIUM", _("Medium")),
        ("HIGH", _("High")),
        ("URGENT", _("Urgent")),
    ),
    _OWNER,
)
_LINE_ITEM = (*_PRODUCT_FACTS, _number("quantity", _("Quantity")), _number("amount", _("Amount")))
_INVOICE = (
    _text("hs_number", _("Number")),
    _text("hs_title", _("Title")),
    _date("hs_invoice_date", _("Invoice date")),
    _date("hs_due_date", _("Due date")),
    _currency("hs_currency"),
    _number("hs_amount_billed", _("Amount billed")),
    _choice(
        "hs_invoice_status",
        _("Status"),
        ("draft", _("Draft")),
        ("open", _("Open")),
        ("paid", _("Paid")),
        ("voided", _("Voided")),
    ),
    _OWNER,
)
_ORDER = (
    _text("hs_order_name", _("Order name")),
    _text("hs_external_order_id", _("Outside order ID")),
    _choice(
        "hs_external_order_status",
        _("Status"),
        ("open", _("Open")),
        ("processed", _("Processed")),
        ("shipped", _("Shipped")),
        ("delivered", _("Delivered")),
        ("cancelled", _("Order cancelled")),
    ),
    _currency("hs_currency_code"),
    _number("hs_total_price", _("Total price")),
    _OWNER,
)
_MARKETING_EVENT = (
    _text("hs_event_name", _("Event name")),
    _text("hs_event_description", _("Description"), "textarea"),
    _text("hs_event_organizer", _("Organiser")),
    _text("hs_event_type", _("Event type")),
    _text("hs_event_url", _("Web address")),
    _time("hs_start_datetime", _("Start time")),
    _time("hs_end_datetime", _("End time")),
    _flag("hs_event_cancelled", _("Cancelled")),
    _flag("hs_event_completed", _("Completed")),
)
_CALL = (
    _text("hs_call_title", _("Call title")),
    _WHEN,
    _text("hs_call_body", _("Call notes"), "html"),
    _choice("hs_call_direction", _("Direction"), ("INBOUND", _("Inbound")), ("OUTBOUND", _("Outbound"))),
    _number("hs_call_duration", _("Duration in milliseconds")),
    _text("hs_call_status", _("Status")),
    _text("hs_call_recording_url", _("Recording")),
    _OWNER,
)
_EMAIL = (
    _text("hs_email_subject", _("Subject")),
    _WHEN,
    _choice(
        "hs_email_direction",
        _("Direction"),
        ("EMAIL", _("Outgoing")),
        ("INCOMING_EMAIL", _("Incoming")),
        ("FORWARDED_EMAIL", _("Forwarded")),
    ),
    _text("hs_email_text", _("Text"), "textarea"),
    _text("hs_email_html", _("HTML"), "html"),
    _text("hs_email_headers", _("Headers"), "textarea"),
    _text("hs_email_status", _("Status")),
    _OWNER,
)
_MEETING = (
    _text("hs_meeting_title", _("Meeting name")),
    _WHEN,
    _time("hs_meeting_start_time", _("Start time")),
    _time("hs_meeting_end_time", _("End time")),
    _choice(
        "hs_meeting_outcome",
        _("Outcome"),
        ("SCHEDULED", _("Scheduled")),
        ("COMPLETED", _("Held")),
        ("RESCHEDULED", _("Rescheduled")),
        ("NO_SHOW", _("No-show")),
        ("CANCELED", _("Cancelled")),
    ),
    _text("hs_meeting_location", _("Location")),
    _text("hs_meeting_external_url", _("Conference link")),
    _text("hs_meeting_body", _("Description"), "html"),
    _text("hs_internal_meeting_notes", _("Internal notes"), "textarea"),
    _text("hs_meeting_source", _("Meeting source")),
    _OWNER,
)
MEETING_SOURCES = {
    "CRM_UI": _("Added on a record"),
    "MEETINGS_PUBLIC": _("Booked on a scheduling page"),
    "MEETINGS_EMBEDDED": _("Booked on an embedded scheduling page"),
    "BIDIRECTIONAL_API": _("Calendar sync"),
    "INTEGRATION": _("Connected app"),
}
"""What sources are called; others are kept and shown as they come."""
_NOTE = (_WHEN, _text("hs_note_body", _("Note"), "html"), _OWNER)
_TASK = (
    _text("hs_task_subject", _("Task name")),
    _WHEN,
    _text("hs_task_body", _("Description"), "html"),
    _choice(
        "hs_task_status",
        _("Status"),
        ("NOT_STARTED", _("Not started")),
        ("IN_PROGRESS", _("In progress")),
        ("WAITING", _("Waiting")),
        ("COMPLETED", _("Completed")),
        ("DEFERRED", _("Deferred")),
    ),
    _choice("hs_task_priority", _("Priority"), ("LOW", _("Low")), ("MEDIUM", _("Medium")), ("HIGH", _("High"))),
    _OWNER,
)


def _groups(prefix: str, label: str, facts: tuple[PropertySpec, ...], *more: GroupSpec) -> tuple[GroupSpec, ...]:
    about = GroupSpec("record_information", _("About this record"), _KEPT_BY_US)
    return (GroupSpec(f"{prefix}information", label, facts), *more, about)


_ADDRESS_GROUP = GroupSpec("address_information", _("Address"), _ADDRESS)

BUILT_IN: dict[str, tuple[GroupSpec, ...]] = {
    T.CONTACT.value: _groups("contact", _("Contact information"), _CONTACT, _ADDRESS_GROUP),
    T.COMPANY.value: _groups("company", _("Company information"), _COMPANY, _ADDRESS_GROUP),
    T.DEAL.value: _groups("deal", _("Deal information"), _DEAL),
    T.TICKET.value: _groups("ticket", _("Ticket information"), _TICKET),
    T.PRODUCT.value: _groups("product", _("Product information"), (*_PRODUCT_FACTS, _OWNER)),
    T.LINE_ITEM.value: _groups("line_item", _("Line item information"), _LINE_ITEM),
    T.INVOICE.value: _groups("invoice", _("Invoice information"), _INVOICE),
    T.ORDER.value: _groups("order", _("Order information"), _ORDER),
    T.MARKETING_EVENT.value: _groups("marketing_event", _("Event information"), _MARKETING_EVENT),
    T.CALL.value: _groups("call", _("Call information"), _CALL),
    T.EMAIL.value: _groups("email", _("Email information"), _EMAIL),
    T.MEETING.value: _groups("meeting", _("Meeting information"), _MEETING),
    T.NOTE.value: _groups("note", _("Note information"), _NOTE),
    T.TASK.value: _groups("task", _("Task information"), _TASK),
}
