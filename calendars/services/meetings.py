"""Meetings made on records, not booked by a visitor: logged, and written to the organiser's calendar (C6)."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actor import Actor
from accounts.models import User
from accounts.services.audit import audit_write
from calendars.models import MeetingEvent
from calendars.providers.protocol import Interval
from calendars.selectors.meeting_events import inviting_calendar
from calendars.services.booking_records import TIMELINE_KIND
from calendars.services.clients import calendar_provider
from calendars.services.meeting_events import event_bring_enqueue
from calendars.services.meeting_reminders import ReminderSchedule, meeting_reminders_plan
from crm.choices import ObjectType
from crm.exceptions import InvalidProperty, RecordNotFound
from crm.models import Record
from crm.services.changes import AssociationChange, RecordChange, TimelineChange
from crm.services.records import records_write


@transaction.atomic
def meeting_schedule(
    *,
    actor: Actor,
    organiser: User,
    properties: Mapping[str, Any],
    links: Sequence[tuple[int, int]],
    time_zone: str,
    wants_call: bool = False,
    reminders: ReminderSchedule | None = None,
) -> Record:
    """Log a meeting linked with records ((record id, association type) each) and invite the contacts among them from
    the organiser's calendar; without one, or with calendar sync off, it is only logged.

    ``time_zone`` (IANA) is how the calendar shows it; ``wants_call`` asks for a video call's link where the calendar
    makes one; ``reminders`` go to the contacts by e-mail. Raises RecordNotFound, InvalidProperty,
    UnknownAssociationType.
    """
    span = Interval(_moment(properties, "hs_meeting_start_time"), _moment(properties, "hs_meeting_end_time"))
    if span.ends_at <= span.starts_at:
        raise InvalidProperty("hs_meeting_end_time", _("The end must be after the start."))
    linked = _linked(actor.account_id, [record_id for record_id, _type in links])
    contacts = [record.pk for record in linked if record.object_type == ObjectType.CONTACT]
    change = RecordChange(
        ObjectType.MEETING,
        properties={"hubspot_owner_id": str(organiser.pk), **properties},
        associations=[AssociationChange(type_id, to_record_id=record_id) for record_id, type_id in links],
    )
    meeting_id = records_write(actor=actor, changes=[change, *_on_timelines(span, contacts)])[0].record_id
    assert meeting_id is not None
    meeting = Record.objects.get(account_id=actor.account_id, pk=meeting_id)
    audit_write(actor=actor, action="meeting.scheduled", target_kind="record", target_id=meeting.pk)
    _event_plan(meeting, organiser, time_zone=time_zone, wants_call=wants_call)
    if reminders:
        meeting_reminders_plan(meeting=meeting, schedule=reminders)
    return meeting


def _event_plan(meeting: Record, organiser: User, *, time_zone: str, wants_call: bool) -> None:
    """Say where the event goes and which ids it will have, and have it made."""
    calendar = inviting_calendar(account_id=meeting.account_id, user_id=organiser.pk)
    if calendar is None:
        return
    provider, uid = calendar_provider(calendar.calendar_account), uuid.uuid4()
    MeetingEvent.objects.create(
        account_id=meeting.account_id,
        meeting=meeting,
        organiser=organiser,
        calendar=calendar,
        uid=uid,
        event_id=provider.event_id(uid),
        ical_uid=provider.ical_uid(uid),
        time_zone=time_zone,
        wants_call=wants_call and provider.capabilities.conference,
    )
    event_bring_enqueue(account_id=meeting.account_id, meeting_id=meeting.pk)


def _linked(account_id: int, ids: Sequence[int]) -> list[Record]:
    found = list(Record.objects.filter(account_id=account_id, pk__in=ids, archived_at=None, merged_into=None))
    missing = set(ids) - {record.pk for record in found}
    if missing:
        raise RecordNotFound(min(missing))
    return found


def _moment(properties: Mapping[str, Any], name: str) -> dt.datetime:
    """An aware datetime, an ISO time with an offset, or milliseconds since the epoch. Raises InvalidProperty."""
    raw = str(properties.get(name) or "")
    try:
        moment = dt.datetime.fromtimestamp(int(raw) / 1000, dt.UTC) if raw.isdigit() else dt.datetime.fromisoformat(raw)
    except (ValueError, OverflowError, OSError) as error:
        raise InvalidProperty(name, _("This must be a date and time.")) from error
    if moment.tzinfo is None:
        raise InvalidProperty(name, _("The time needs its zone."))
    return moment


def _on_timelines(span: Interval, contacts: Sequence[int]) -> list[RecordChange]:
    """An entry without data shows the meeting as it is by now."""
    entry = TimelineChange(TIMELINE_KIND, f"meeting:{uuid.uuid4()}", span.starts_at, about_index=0)
    return [RecordChange(ObjectType.CONTACT, record_id=pk, timeline=[entry]) for pk in contacts]
