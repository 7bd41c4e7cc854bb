"""What a sync's events mean beside busy time: bookings (C8) and meetings made on records (C6) whose event was moved or
deleted, and meetings with contacts, which are logged (C5).

A page costs one query, and nothing more when it holds neither. Each change is a transaction of its own before the
page's busy time is written: a sync that is interrupted reads the page again, and finds them done.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db import connection, transaction
from django.utils import timezone

from calendars.choices import BookingState, CalendarWrite
from calendars.models import Booking, Calendar, MeetingEvent
from calendars.providers.protocol import Interval, RemoteEvent
from calendars.services.booking_calendar import PRIVATE_BOOKING
from calendars.services.booking_changes import is_news, waits
from calendars.services.booking_event_changes import booking_follow
from calendars.services.booking_jobs import EVENT_LOOK, event_job_enqueue
from calendars.services.booking_notices import declined_tell
from calendars.services.events_log import PRIVATE_MEETING, Sighting, events_log, events_log_sweep
from calendars.services.meeting_event_changes import meeting_event_follow, meeting_waits
from calendars.services.meeting_events import event_look_enqueue
from hubclone.lib.arrays import text_array

LOOK_AGAIN_SECONDS = 60
"""When a change of ours was on its way to the calendar: later, it is clear whose was the last word."""
_KNOWN_SQL = """
with page as materialized (
    select %(ids)s::text[] as ids, %(uids)s::text[] as uids, %(emails)s::text[] as emails
)
select 'booking', b.id, b.event_id, b.calendar_id from calendars_booking b
where b.account_id = %(account)s and b.event_id <> '' and b.event_id = any((select ids from page)::text[])
union all
select 'copy', b.id, b.ical_uid, b.calendar_id from calendars_booking b
where b.account_id = %(account)s and b.ical_uid = any((select uids from page)::text[])
union all
select 'meeting', m.id, m.event_id, m.calendar_id from calendars_meetingevent m
where m.account_id = %(account)s and m.event_id <> '' and m.event_id = any((select ids from page)::text[])
union all
select 'copy', m.id, m.ical_uid, m.calendar_id from calendars_meetingevent m
where m.account_id = %(account)s and m.ical_uid <> '' and m.ical_uid = any((select uids from page)::text[])
union all
select 'logged', l.id, l.remote_id, l.calendar_id from calendars_loggedevent l
where l.account_id = %(account)s and l.calendar_id = %(calendar)s and l.remote_id = any((select ids from page)::text[])
union all
select 'contact', r.id, i.value, null from crm_recordidentity i
join crm_record r on r.id = i.record_id and r.archived_at is null
where i.account_id = %(account)s and i.object_type = 'contact' and i.kind = 'email' and i.namespace = ''
    and i.value = any((select emails from page)::text[])
"""
"""Each list comes once: written out at each place, PostgreSQL would read, and estimate, thousands of ids again."""


@dataclass(slots=True)
class _Known:
    """What of a page is ours: ids by event id, and contacts by address. ``copies`` are the UIDs of our events: an
    invited colleague's calendar has one under an id of its own at some providers."""

    bookings: dict[str, int] = field(default_factory=dict)
    meetings: dict[str, int] = field(default_factory=dict)
    others: set[str] = field(default_factory=set)
    copies: set[str] = field(default_factory=set)
    logged: set[str] = field(default_factory=set)
    contacts: dict[str, int] = field(default_factory=dict)


class EventsFollow:
    """One sync of one calendar, as a follower of its events."""

    def __init__(self, calendar: Calendar) -> None:
        """Own selected calendars are logged: the primary one, and those that the account may write to. What a calendar
        that is only read tells of are other people's meetings."""
        self._calendar = calendar
        is_own = calendar.is_primary or calendar.is_writable
        self._logs = calendar.is_selected and calendar.calendar_account.is_sync_on and is_own
        self._seen: set[str] = set()

    def page(self, events: Iterable[RemoteEvent]) -> None:
        """Follow a page's events; the last of an id counts."""
        latest = {event.remote_id: event for event in events}
        if not latest:
            return
        known = self._known(latest.values())
        if known.bookings:
            self._seen |= set(known.bookings)
            self._bookings(known, latest)
        if known.meetings:
            self._seen |= set(known.meetings)
            self._meetings(known, latest)
        if self._logs and (known.logged or known.contacts):
            sightings = [_sighting(event, known) for event in latest.values() if _is_loggable(event, known)]
            events_log(calendar=self._calendar, sightings=[s for s in sightings if s is not None])

    def sweep(self, window: Interval) -> None:
        """After a full sync of ``window``: what it did not bring is gone. Events of ours are looked at one by one."""
        now = timezone.now()
        meetings = MeetingEvent.objects.filter(
            calendar=self._calendar, starts_at__lt=window.ends_at, ends_at__gt=now
        ).exclude(event_id__in=self._seen)
        for meeting_id in meetings.values_list("meeting_id", flat=True):
            event_look_enqueue(account_id=self._calendar.account_id, meeting_id=meeting_id)
        bookings = Booking.objects.filter(
            account_id=self._calendar.account_id,
            calendar=self._calendar,
            calendar_write=CalendarWrite.WRITTEN,
            state=BookingState.CONFIRMED,
            ends_at__gt=now,
            starts_at__lt=window.ends_at,
        )
        for booking in bookings.exclude(event_id__in=self._seen):
            event_job_enqueue(booking, EVENT_LOOK)
        if self._logs:
            events_log_sweep(calendar=self._calendar, window=window)

    def _known(self, events: Iterable[RemoteEvent]) -> _Known:
        ids, uids, emails = [], set(), set()
        for event in events:
            ids.append(event.remote_id)
            if event.ical_uid and event.attendees:
                uids.add(event.ical_uid)
            if self._logs:
                emails.update([attendee.email.lower() for attendee in event.attendees])
        asked: dict[str, str | int] = {"account": self._calendar.account_id, "calendar": self._calendar.pk}
        with connection.cursor() as cursor:
            cursor.execute(
                _KNOWN_SQL, asked | {"ids": text_array(ids), "uids": text_array(uids), "emails": text_array(emails)}
            )
            return self._read(cursor.fetchall())

    def _read(self, rows: Sequence[tuple[str, int, str, int | None]]) -> _Known:
        known = _Known()
        for kind, id_, text, calendar_id in rows:
            if kind == "contact":
                known.contacts[text] = id_
            elif kind == "logged":
                known.logged.add(text)
            elif kind == "copy":
                known.copies.add(text)
            elif calendar_id == self._calendar.pk:
                (known.bookings if kind == "booking" else known.meetings)[text] = id_
            else:
                known.others.add(text)
        return known

    def _bookings(self, known: _Known, events: dict[str, RemoteEvent]) -> None:
        """An event that is gone may stand elsewhere, which its job finds out."""
        now = timezone.now()
        related = ("page__owner", "calendar", "organiser")
        for booking in Booking.objects.filter(pk__in=known.bookings.values()).select_related(*related):
            event = events[booking.event_id]
            if waits(booking) and _differs(booking, event):
                event_job_enqueue(booking, EVENT_LOOK, delay_seconds=LOOK_AGAIN_SECONDS)
            elif event.is_cancelled:
                if booking.state == BookingState.CONFIRMED and booking.ends_at > now:
                    event_job_enqueue(booking, EVENT_LOOK)
            elif is_news(booking, event.modified) and _differs(booking, event):
                booking_follow(booking, event)
            elif booking.state == BookingState.CONFIRMED and _has_declined(event, booking.guest_email):
                with transaction.atomic():
                    declined_tell(booking)

    def _meetings(self, known: _Known, events: dict[str, RemoteEvent]) -> None:
        """What our own change of the record overtakes is looked at once that has arrived; what is gone, at once."""
        now = timezone.now()
        rows = MeetingEvent.objects.filter(pk__in=known.meetings.values()).select_related("meeting")
        for row in rows:
            event = events[row.event_id]
            waits_for_us, lies_ahead = meeting_waits(row), row.ends_at is not None and row.ends_at > now
            if waits_for_us or event.has_left or (event.is_cancelled and lies_ahead):
                wait = LOOK_AGAIN_SECONDS if waits_for_us else 0
                event_look_enqueue(account_id=row.account_id, meeting_id=row.meeting_id, delay_seconds=wait)
            else:
                meeting_event_follow(row.pk, event)


def _differs(booking: Booking, event: RemoteEvent) -> bool:
    return event.is_cancelled or event.interval not in {None, Interval(booking.starts_at, booking.ends_at)}


def _has_declined(event: RemoteEvent, email: str) -> bool:
    return any(attendee.has_declined and attendee.email.lower() == email for attendee in event.attendees)


def _is_loggable(event: RemoteEvent, known: _Known) -> bool:
    """Not what we wrote ourselves: a booking's event, or that of a meeting made on a record."""
    is_known = event.remote_id in {*known.bookings, *known.meetings, *known.others}
    is_ours = PRIVATE_BOOKING in event.private or PRIVATE_MEETING in event.private
    is_copy = bool(event.ical_uid) and event.ical_uid in known.copies
    return not (is_known or is_copy or is_ours or event.draft_uid)


def _sighting(event: RemoteEvent, known: _Known) -> Sighting | None:
    """The event with the contacts among its attendees; None when it is nobody's and was nobody's."""
    emails = [attendee.email.lower() for attendee in event.attendees]
    contacts = {email: known.contacts[email] for email in emails if email in known.contacts}
    return Sighting(event, contacts) if contacts or event.remote_id in known.logged else None
