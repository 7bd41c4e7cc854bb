"""Meetings made on records, not booked by a visitor: logged, and written to the organiser's calendar (C6)."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.actor import Actor
from accounts.models import User
from accounts.services.audit import audit_write
from calendars.models import Calendar, CalendarJob
from calendars.providers.protocol import Attendee, EventDraft, Interval
from calendars.services.booking_records import TIMELINE_KIND
from calendars.services.clients import calendar_client
from crm.choices import ObjectType
from crm.exceptions import InvalidProperty, RecordNotFound
from crm.models import Record
from crm.services.changes import AssociationChange, RecordChange, TimelineChange
from crm.services.records import records_write
from hubclone.lib.jobs.choices import JobQueue
from hubclone.lib.jobs.registry import JOB_HANDLERS
from hubclone.lib.jobs.services import job_enqueue

EVENT_CREATE = "meeting.event_create"
_EVENTS = uuid.UUID("6f0f9d2e-5f0e-4b39-9d7c-3a3c0a4f3d55")
"""The namespace from which a meeting's event id derives, so that a retry finds the event."""


@transaction.atomic
def meeting_schedule(
    *,
    actor: Actor,
    organiser: User,
    properties: Mapping[str, Any],
    links: Sequence[tuple[int, int]],
    time_zone: str,
) -> Record:
    """Log a meeting linked with records ((record id, association type) each) and invite the contacts among them.

    Raises RecordNotFound, InvalidProperty, UnknownAssociationType.
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
    changes = [change, *_on_timelines(properties, span, contacts)]
    meeting_id = records_write(actor=actor, changes=changes)[0].record_id
    assert meeting_id is not None
    meeting = Record.objects.get(account_id=actor.account_id, pk=meeting_id)
    audit_write(actor=actor, action="meeting.scheduled", target_kind="record", target_id=meeting.pk)
    payload = {"meeting_id": meeting.pk, "organiser_id": organiser.pk, "contact_ids": contacts, "time_zone": time_zone}
    job_enqueue(CalendarJob, account_id=actor.account_id, kind=EVENT_CREATE, payload=payload, queue=JobQueue.REALTIME)
    return meeting


@JOB_HANDLERS.registered(EVENT_CREATE)
def meeting_event_create(job: CalendarJob) -> None:
    """Write the meeting to the organiser's primary calendar; one without a calendar has it logged alone."""
    calendar = (
        Calendar.objects.filter(
            account_id=job.account_id, calendar_account__user_id=job.payload["organiser_id"], is_primary=True
        )
        .select_related("calendar_account__connection")
        .first()
    )
    records = Record.objects.filter(account_id=job.account_id, archived_at=None)
    meeting = records.filter(pk=job.payload["meeting_id"]).first()
    if calendar is None or meeting is None:
        return
    asked = Q(pk__in=job.payload["contact_ids"]) | Q(merged_from__in=job.payload["contact_ids"])
    guests = records.filter(asked, object_type=ObjectType.CONTACT).order_by("pk").distinct()
    draft = _draft(calendar, meeting, list(guests), job.payload["time_zone"])
    calendar_client(calendar.calendar_account).event_create(draft)


def _linked(account_id: int, ids: Sequence[int]) -> list[Record]:
    found = list(Record.objects.filter(account_id=account_id, pk__in=ids, archived_at=None, merged_into=None))
    missing = set(ids) - {record.pk for record in found}
    if missing:
        raise RecordNotFound(min(missing))
    return found


def _moment(properties: Mapping[str, Any], name: str) -> dt.datetime:
    """An ISO time with an offset, or milliseconds since the epoch. Raises InvalidProperty."""
    raw = str(properties.get(name) or "")
    try:
        moment = dt.datetime.fromtimestamp(int(raw) / 1000, dt.UTC) if raw.isdigit() else dt.datetime.fromisoformat(raw)
    except (ValueError, OverflowError, OSError) as error:
        raise InvalidProperty(name, _("This must be a date and time.")) from error
    if moment.tzinfo is None:
        raise InvalidProperty(name, _("The time needs its zone."))
    return moment


def _on_timelines(properties: Mapping[str, Any], span: Interval, contacts: Sequence[int]) -> list[RecordChange]:
    data = {
        "state": "confirmed",
        "subject": str(properties.get("hs_meeting_title") or ""),
        "starts_at": span.starts_at.isoformat(),
        "ends_at": span.ends_at.isoformat(),
        "location": str(properties.get("hs_meeting_location") or ""),
    }
    entry = TimelineChange(TIMELINE_KIND, f"meeting:{uuid.uuid4()}", span.starts_at, data, about_index=0)
    return [RecordChange(ObjectType.CONTACT, record_id=pk, timeline=[entry]) for pk in contacts]


def _draft(calendar: Calendar, meeting: Record, guests: Sequence[Record], time_zone: str) -> EventDraft:
    start, end = (_moment(meeting.properties, f"hs_meeting_{edge}_time") for edge in ("start", "end"))
    return EventDraft(
        calendar_remote_id=calendar.remote_id,
        uid=uuid.uuid5(_EVENTS, f"{meeting.account_id}:{meeting.pk}"),
        summary=meeting.display_name,
        interval=Interval(start, end),
        time_zone=time_zone,
        location=str(meeting.properties.get("hs_meeting_location", "")),
        attendees=tuple(
            Attendee(guest.properties["email"], guest.display_name) for guest in guests if guest.properties.get("email")
        ),
        private={"hubclone_meeting": str(meeting.pk)},
    )
