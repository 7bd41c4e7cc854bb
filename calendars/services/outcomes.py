"""What became of a meeting (C27): kept on its meeting record, where everybody else reads it."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from accounts.actor import Actor
from accounts.services.audit import audit_write
from calendars.choices import BookingState, MeetingOutcome
from calendars.exceptions import MeetingDeleted, NotOverYet
from calendars.models import Booking
from crm.choices import ObjectType
from crm.exceptions import RecordNotFound
from crm.services.changes import RecordChange
from crm.services.records import records_write


@transaction.atomic
def outcome_set(*, actor: Actor, booking: Booking, outcome: MeetingOutcome) -> None:
    """Say that a meeting which has begun was held, or that the guest did not come; a repeat changes nothing.

    Raises NotOverYet while it lies ahead and when it did not come about, MeetingDeleted.
    """
    if booking.state != BookingState.CONFIRMED or booking.starts_at > dt.datetime.now(dt.UTC):
        raise NotOverYet
    if booking.meeting_id is None:
        raise MeetingDeleted
    change = RecordChange(
        ObjectType.MEETING, record_id=booking.meeting_id, properties={"hs_meeting_outcome": outcome.value}
    )
    try:
        records_write(actor=actor, changes=[change])
    except RecordNotFound as error:
        raise MeetingDeleted from error
    audit_write(
        actor=actor,
        action="booking.outcome_set",
        target_kind="booking",
        target_id=booking.pk,
        target_label=booking.subject,
        detail={"outcome": outcome.value},
    )
