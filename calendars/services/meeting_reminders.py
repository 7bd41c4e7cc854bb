"""Reminders of a meeting made by the API (C28), to the contacts that it is linked with.

A reminder is a job that knows its meeting and how long before it is due. It stays in the queue until the meeting is
over, and follows it, to earlier and to later: one that has gone out, or whose time had passed, is due again when the
meeting moves away. Of a meeting that was cancelled, deleted or is over nobody is reminded.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import asdict, dataclass, replace

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone, translation

from accounts.models import Account
from accounts.services.mail import email_enqueue
from calendars.mail.letters import letter_html, letter_text
from calendars.mail.meeting_letters import meeting_reminder
from calendars.models import CalendarJob
from calendars.providers.protocol import EventPart, Interval
from calendars.services.meeting_event_changes import meeting_is_off, meeting_times
from calendars.services.meeting_words import record_words
from crm.choices import ObjectType
from crm.models import Association, Record
from hubclone.lib.jobs.choices import JobQueue, JobState
from hubclone.lib.jobs.registry import JOB_HANDLERS
from hubclone.lib.jobs.services import job_enqueue

REMIND = "meeting.remind"


@dataclass(frozen=True, slots=True)
class ReminderSchedule:
    """``minutes`` before a meeting its guests are reminded, each once; in ``time_zone`` (IANA) they read its time."""

    minutes: Collection[int] = ()
    with_description: bool = False
    time_zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class _Reminder:
    """``starts_at`` (ISO) is the meeting's start that the job was timed for."""

    meeting_id: int
    minutes: int
    with_description: bool
    time_zone: str
    starts_at: str = ""


def meeting_reminders_plan(*, meeting: Record, schedule: ReminderSchedule) -> None:
    """Enqueue them, those that are past for the case that the meeting moves; in the transaction that makes it."""
    times = meeting_times(meeting)
    for minutes in sorted(set(schedule.minutes)):
        reminder = _Reminder(meeting.pk, minutes, schedule.with_description, schedule.time_zone)
        if times and times.ends_at > timezone.now():
            _enqueue(meeting.account_id, reminder, times)


def meeting_reminders_follow(*, account_ids: Collection[int], meeting_ids: Collection[int]) -> None:
    """Time anew what waits for those of these meetings that have moved; one whose time has passed by that is left
    out, as in the planning. In the transaction that notes that their changes are seen to."""
    waiting = CalendarJob.objects.exclude(unique_key="").filter(
        account_id__in=account_ids, kind=REMIND, state=JobState.QUEUED, payload__meeting_id__in=list(meeting_ids)
    )
    jobs = waiting.order_by("pk").select_for_update()
    meetings = Record.objects.in_bulk({job.payload["meeting_id"] for job in jobs})
    for job in jobs:
        meeting = meetings.get(job.payload["meeting_id"])
        times = meeting_times(meeting) if meeting else None
        if times and times.ends_at > timezone.now() and job.payload["starts_at"] != times.starts_at.isoformat():
            reminder = replace(_Reminder(**job.payload), starts_at=times.starts_at.isoformat())
            due = Now() + dt.timedelta(seconds=_seconds_left(times, reminder.minutes))
            CalendarJob.objects.filter(pk=job.pk).update(payload=asdict(reminder), not_before=due)


@JOB_HANDLERS.registered(REMIND)
@transaction.atomic
def meeting_remind(job: CalendarJob) -> None:
    """Remind everybody who is a guest by now; a run that is repeated writes nobody a second e-mail.

    The record is held, so that a move which comes meanwhile finds the job that waits from here on.
    """
    reminder = _Reminder(**job.payload)
    held = Record.objects.select_for_update(of=("self",))
    meeting = held.filter(account_id=job.account_id, pk=reminder.meeting_id).first()
    times = meeting_times(meeting) if meeting else None
    if meeting is None or times is None or times.ends_at <= timezone.now():
        return
    if _due(times, reminder.minutes) <= timezone.now() and not meeting_is_off(meeting):
        for guest in _guests(meeting):
            _tell(meeting, guest, times, reminder)
    _enqueue(job.account_id, reminder, times)


def _due(times: Interval, minutes: int) -> dt.datetime:
    return times.starts_at - dt.timedelta(minutes=minutes)


def _seconds_left(times: Interval, minutes: int) -> float:
    """Until a reminder is due; when that is past, until the meeting is over, since it may move until then."""
    now = timezone.now()
    due = _due(times, minutes)
    return ((due if due > now else times.ends_at) - now).total_seconds()


def _enqueue(account_id: int, reminder: _Reminder, times: Interval) -> None:
    job_enqueue(
        CalendarJob,
        account_id=account_id,
        kind=REMIND,
        payload=asdict(replace(reminder, starts_at=times.starts_at.isoformat())),
        unique_key=f"meeting:{reminder.meeting_id}:{reminder.minutes}",
        queue=JobQueue.REALTIME,
        delay_seconds=_seconds_left(times, reminder.minutes),
    )


def _guests(meeting: Record) -> list[Record]:
    """The contacts with an address that the meeting is linked with."""
    links = Association.objects.filter(
        account_id=meeting.account_id, from_record=meeting, to_type=ObjectType.CONTACT, to_record__archived_at=None
    )
    contacts = Record.objects.filter(pk__in=links.values("to_record")).order_by("pk")
    return [contact for contact in contacts if contact.properties.get("email")]


def _tell(meeting: Record, guest: Record, times: Interval, reminder: _Reminder) -> None:
    language = Account.objects.values_list("language", flat=True).get(pk=meeting.account_id)
    words = dict(record_words(meeting))
    if not reminder.with_description:
        del words[EventPart.DESCRIPTION]
    call = str(meeting.properties.get("hs_meeting_external_url") or "")
    with translation.override(language):
        letter = meeting_reminder(words, times, zone=reminder.time_zone, call=call)
        html = letter_html(letter, language)
    start = int(times.starts_at.timestamp())
    email_enqueue(
        account_id=meeting.account_id,
        key=f"meeting:{meeting.pk}:reminder:{start}:{reminder.minutes}:{guest.pk}",
        to=guest.properties["email"],
        subject=letter.subject,
        text=letter_text(letter),
        html=html,
        reply_to=meeting.owner.email if meeting.owner else "",
    )
