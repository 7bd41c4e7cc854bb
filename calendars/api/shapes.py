"""The scheduler API's answers. Ids are text, durations and instants of busy time are milliseconds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from accounts.models import User
from calendars.engine.hours import hours_parse
from calendars.engine.intervals import Interval
from calendars.models import Booking, SchedulingPage
from calendars.selectors.pages import fields_asked
from calendars.tokens import words_for_page
from crm.models import Record

MINUTE_MS = 60_000
_DAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
Shape = dict[str, Any]


def instant(moment: dt.datetime) -> str:
    """ISO in UTC with milliseconds and Z."""
    return moment.astimezone(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def link(page: SchedulingPage, *, url: str, is_default: bool) -> Shape:
    """A scheduling page in the list; needs its hosts prefetched."""
    return {
        "id": str(page.pk),
        "slug": page.slug,
        "link": url,
        "name": page.name,
        "type": page.kind,
        "organizerUserId": str(page.owner_id),
        "userIdsOfLinkMembers": [str(host.user_id) for host in page.hosts.all() if host.left_at is None],
        "defaultLink": is_default,
        "createdAt": instant(page.created_at),
        "updatedAt": instant(page.updated_at),
    }


def booking_information(page: SchedulingPage, *, definitions: Mapping[str, Any], locale: str) -> Shape:
    """What a page asks for and offers, without times."""
    return {
        "linkId": str(page.pk),
        "linkType": page.kind,
        "customParams": {
            "availability": _week(page),
            "durations": [minutes * MINUTE_MS for minutes in page.durations],
            "formFields": [_form_field(field, definitions.get(field["name"])) for field in fields_asked(page)],
            "meetingBufferTime": max(page.buffer_before, page.buffer_after) * MINUTE_MS,
            "startTimeIncrementMinutes": str(page.step),
            "weeksToAdvertise": -(-page.rolling_days // 7),
            "legalConsentEnabled": bool(page.consent_text),
            "legalConsentOptions": {"processingConsentText": page.consent_text} if page.consent_text else None,
            "location": page.location_detail,
            "locale": locale,
            "ownerPrioritized": page.is_owner_first,
            "redirectUrl": page.redirect_url or None,
            "displayInfo": {"headline": page.title},
            "welcomeScreenInfo": {"title": page.title, "description": words_for_page(page.description, page)},
            "guestSettings": {"canAddGuests": False, "maxGuestCount": 0},
        },
        "brandingMetadata": {"primaryColor": page.brand_color, "showMarketingAd": False},
    }


def user_busy_times(user: User, *, is_offline: bool, provider: str, busy: Sequence[Interval]) -> Shape:
    """One host: whether they are offline, and when they are busy."""
    first, _, last = user.name.partition(" ")
    return {
        "isOffline": is_offline,
        "busyTimes": [{"start": start * 1000, "end": end * 1000} for start, end in busy],
        "meetingsUser": {
            "id": str(user.pk),
            "userId": str(user.pk),
            "isSalesStarter": False,
            "calendarProvider": provider,
            "userProfile": {"firstName": first, "lastName": last, "fullName": user.name, "email": user.email},
        },
    }


def link_availability(starts: Mapping[int, Sequence[int]], *, has_more: bool) -> Shape:
    """Starts (epoch seconds) by duration (minutes)."""
    return {
        "hasMore": has_more,
        "linkAvailabilityByDuration": {
            str(minutes * MINUTE_MS): {
                "meetingDurationMillis": minutes * MINUTE_MS,
                "availabilities": [
                    {"startMillisUtc": start * 1000, "endMillisUtc": start * 1000 + minutes * MINUTE_MS}
                    for start in found
                ],
            }
            for minutes, found in starts.items()
        },
    }


def booked(booking: Booking, *, consents: Sequence[Any], locale: str) -> Shape:
    """The answer to a booking. The call's address is known only when the provider has made the event."""
    return {
        "calendarEventId": booking.event_id or booking.ical_uid,
        "contactId": str(booking.contact_id or ""),
        "start": instant(booking.starts_at),
        "end": instant(booking.ends_at),
        "duration": int((booking.ends_at - booking.starts_at).total_seconds() * 1000),
        "bookingTimezone": booking.guest_time_zone,
        "formFields": [{"name": name, "value": value} for name, value in booking.form_answers.items()],
        "guestEmails": [],
        "isOffline": booking.calendar_id is None,
        "legalConsentResponses": list(consents),
        "subject": booking.subject,
        "location": booking.location,
        "webConferenceUrl": booking.conference_url,
        "locale": locale,
    }


def meeting(record: Record) -> Shape:
    """A meeting record as the calendar endpoint answers it."""
    return {
        "id": str(record.pk),
        "properties": {name: text(value) for name, value in record.properties.items()},
        "createdAt": instant(record.created_at),
        "lastUpdatedAt": instant(record.updated_at),
    }


def text(value: Any) -> str:
    """A property's value as the API writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return ";".join(value) if isinstance(value, list) else str(value)


def _week(page: SchedulingPage) -> Shape:
    """Windows in minutes from the day's midnight in the page's zone; an end past 1440 lies on the next day."""
    week = hours_parse(page.time_zone, page.weekly_hours, {}).week
    return {
        name: [{"start": start, "end": end} for start, end in windows]
        for name, windows in zip(_DAYS, week, strict=True)
        if windows
    }


def _form_field(field: Mapping[str, Any], definition: Any) -> Shape:
    return {
        "name": field["name"],
        "label": field.get("label") or field["name"],
        "type": definition.type if definition else "string",
        "fieldType": definition.field_type if definition else "text",
        "isCustom": bool(definition and not definition.is_built_in),
        "isRequired": bool(field.get("required")),
        "options": [
            {"label": option["label"], "value": option["value"], "displayOrder": order}
            for order, option in enumerate(definition.options if definition else ())
        ],
    }
