"""What a booking writes into the CRM: the guest's contact (matched or made, unless A24 refuses), the meeting, the
link between them and an entry on the contact's timeline. All of it in one call of the one write path.

Whoever knows an address can book with it, so a booking never rewrites a contact: it fills what is empty, the two names
only together. What was typed stays on the booking, in the meeting's notes and on the timeline. A contact that the
booking makes gets the host as its owner.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from accounts.actor import Actor
from calendars.choices import BookingState
from calendars.exceptions import BookingInvalid
from calendars.models import Booking
from calendars.selectors.answers import answers_shown
from crm.choices import ObjectType
from crm.exceptions import InvalidProperty
from crm.models import PropertyDefinition, Record
from crm.objects import OWNER
from crm.services.changes import AssociationChange, RecordChange, RecordResult, TimelineChange
from crm.services.records import records_write

TIMELINE_KIND = "meeting"
MEETING_TO_CONTACT = 200
_CONTACT, _MEETING = 0, 1
_FORM_FIELDS = {"firstname": "first_name", "lastname": "last_name", "email": "email"}


def meeting_write(*, actor: Actor, booking: Booking) -> None:
    """Write contact and meeting of a confirmed booking and note their ids on it, unsaved. Raises BookingInvalid."""
    contact, meeting = _write(actor, [_contact(booking), _meeting(booking)])
    booking.contact_id, booking.meeting_id = contact.record_id, meeting.record_id


def contact_write(*, actor: Actor, booking: Booking) -> None:
    """Write the contact of a request, whose meeting is made when it is confirmed. Raises BookingInvalid."""
    asked = TimelineChange(TIMELINE_KIND, f"{booking.uid}:requested", dt.datetime.now(dt.UTC), _data(booking))
    (contact,) = _write(actor, [_contact(booking, asked)])
    booking.contact_id = contact.record_id


def meeting_update(*, actor: Actor, booking: Booking) -> None:
    """Bring the meeting record up to what the booking says by now; nothing when it is gone."""
    if booking.meeting_id is None:
        return
    changes = {"hs_meeting_external_url": booking.conference_url, "hs_meeting_location": where(booking)}
    records_write(
        actor=actor, changes=[RecordChange(ObjectType.MEETING, record_id=booking.meeting_id, properties=changes)]
    )


def meeting_follow(*, actor: Actor, booking: Booking) -> None:
    """Bring meeting and timeline up to the booking's present times and state; records that are gone stay so."""
    live = _live(booking)
    changes = []
    if booking.meeting_id in live:
        changes.append(RecordChange(ObjectType.MEETING, record_id=booking.meeting_id, properties=_followed(booking)))
    if booking.contact_id in live:
        about = booking.meeting_id if booking.meeting_id in live else None
        entry = TimelineChange(
            TIMELINE_KIND, str(booking.uid), booking.starts_at, _data(booking), about_record_id=about
        )
        changes.append(RecordChange(ObjectType.CONTACT, record_id=booking.contact_id, timeline=[entry]))
    records_write(actor=actor, changes=changes)


def _live(booking: Booking) -> set[int | None]:
    """Which of the booking's records can be written to: neither deleted nor merged into one that is."""
    records = Record.objects.filter(account_id=booking.account_id, pk__in=[booking.contact_id, booking.meeting_id])
    found = records.select_related("merged_into").defer("properties", "search")
    return {record.pk for record in found if (record.merged_into or record).archived_at is None}


def _followed(booking: Booking) -> dict[str, Any]:
    values: dict[str, Any] = {
        "hs_timestamp": booking.starts_at,
        "hs_meeting_start_time": booking.starts_at,
        "hs_meeting_end_time": booking.ends_at,
    }
    return values | ({"hs_meeting_outcome": "CANCELED"} if booking.state == BookingState.CANCELLED else {})


def where(booking: Booking) -> str:
    """The place in one line: what the page says, or the call's address once it is known."""
    return booking.location or booking.conference_url


def _write(actor: Actor, changes: list[RecordChange]) -> list[RecordResult]:
    """A host who has left the account is the owner of no meeting, and that is not the visitor's business."""
    try:
        return records_write(actor=actor, changes=changes)
    except InvalidProperty as error:
        if error.name == OWNER:
            return _write(actor, [_ownerless(change) for change in changes])
        raise BookingInvalid({_FORM_FIELDS.get(error.name, error.name): error.reason}) from error


def _ownerless(change: RecordChange) -> RecordChange:
    return replace(change, properties=_without_owner(change.properties), if_new=_without_owner(change.if_new))


def _without_owner(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name != OWNER}


def _contact(booking: Booking, *timeline: TimelineChange) -> RecordChange:
    names = {"firstname": booking.guest_first_name, "lastname": booking.guest_last_name}
    return RecordChange(
        ObjectType.CONTACT,
        match_email=booking.guest_email,
        fills=[names, *({name: value} for name, value in _answers(booking).items())],
        if_new={OWNER: str(booking.host.pk)},
        timeline=timeline,
    )


def _answers(booking: Booking) -> dict[str, str]:
    """The answers that are properties of contacts still; the others stay on the booking alone, and stop nobody."""
    if not booking.form_answers:
        return {}
    definitions = PropertyDefinition.objects.filter(
        account_id=booking.account_id, object_type=ObjectType.CONTACT, archived_at=None, is_read_only=False
    )
    names = set(definitions.filter(name__in=booking.form_answers).values_list("name", flat=True)) - set(_FORM_FIELDS)
    return {name: value for name, value in booking.form_answers.items() if name in names}


def _meeting(booking: Booking) -> RecordChange:
    entry = TimelineChange(
        TIMELINE_KIND, str(booking.uid), booking.starts_at, _data(booking), about_index=_MEETING, on_index=_CONTACT
    )
    return RecordChange(
        ObjectType.MEETING,
        properties=_meeting_properties(booking),
        associations=[AssociationChange(MEETING_TO_CONTACT, to_index=_CONTACT)],
        timeline=[entry],
    )


def _meeting_properties(booking: Booking) -> dict[str, Any]:
    return {
        "hs_meeting_title": booking.subject,
        "hs_timestamp": booking.starts_at,
        "hs_meeting_start_time": booking.starts_at,
        "hs_meeting_end_time": booking.ends_at,
        "hs_meeting_outcome": "SCHEDULED",
        "hs_meeting_location": where(booking),
        "hs_meeting_source": "MEETINGS_PUBLIC",
        "hs_internal_meeting_notes": _typed(booking),
        OWNER: str(booking.host.pk),
    }


def _typed(booking: Booking) -> str:
    """What the guest typed, a line for each field."""
    answers = [f"{label}: {words}" for label, words in answers_shown(booking, booking.page.owner.time_zone)]
    return "\n".join([f"{booking.guest_name} <{booking.guest_email}>", *answers])


def _data(booking: Booking) -> dict[str, Any]:
    """What the timeline shows; the zone is the guest's."""
    return {
        "state": booking.state,
        "subject": booking.subject,
        "guest": booking.guest_name,
        "starts_at": booking.starts_at.isoformat(),
        "ends_at": booking.ends_at.isoformat(),
        "location": booking.location,
    }
