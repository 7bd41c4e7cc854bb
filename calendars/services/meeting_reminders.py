"""Reminders of a meeting made by the API (C28), to the contacts that it is linked with.

A reminder is a job that knows its meeting and how long before it is due. It reads the meeting when its time has come:
one that has moved to later is waited for again, and of one that was cancelled, deleted or is over nobody is reminded.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import asdict, dataclass

from django.db import transaction
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
from hubclone.lib.jobs.choices import JobQueue
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
    meeting_id: int
    minutes: int
    with_description: bool
    time_zone: str


def meeting_reminders_plan(*, meeting: Record, schedule: ReminderSchedule) -> None:
    """Enqueue those that are still ahead; in the transaction that makes the meeting."""
    times = meeting_times(meeting)
    for minutes in sorted(set(schedule.minutes)):
        reminder = _Reminder(meeting.pk, minutes, schedule.with_description, schedule.time_zone)
        if times and (left := _left(times, minutes)) > 0:
            _enqueue(meeting.account_id, reminder, left)


@JOB_HANDLERS.registered(REMIND)
@transaction.atomic
def meeting_remind(job: CalendarJob) -> None:
    """Remind everybody who is a guest by now; a run that is repeated writes nobody a second e-mail."""
    reminder = _Reminder(**job.payload)
    meeting = Record.objects.filter(account_id=job.account_id, pk=reminder.meeting_id).first()
    times = meeting_times(meeting) if meeting and not meeting_is_off(meeting) else None
    if meeting is None or times is None or times.ends_at <= timezone.now():
        return
    if (left := _left(times, reminder.minutes)) > 0:
        _enqueue(job.account_id, reminder, left)
        return
    for guest in _guests(meeting):
        _tell(meeting, guest, times, reminder)


def _left(times: Interval, minutes: int) -> float:
    """Seconds until a reminder is due; none or fewer when it is."""
    return (times.starts_at - dt.timedelta(minutes=minutes) - timezone.now()).total_seconds()


def _enqueue(account_id: int, reminder: _Reminder, left: float) -> None:
    job_enqueue(
        CalendarJob,
        account_id=account_id,
        kind=REMIND,
        payload=asdict(reminder),
        queue=JobQueue.REALTIME,
        delay_seconds=left,
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
