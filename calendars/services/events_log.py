"""Calendar sync (C5): events made in the calendar itself are logged as meetings on the contacts among their attendees.

- Only contacts that exist are written to; one that comes into being later gets what changes from then on.
- Each occurrence of a series is a meeting of its own, for each can be moved or deleted alone.
- Of a private event nothing is logged but its time.
- Colleagues who share an event share its meeting: the copies of one event on several calendars have one id, or one
  ``copy_key``, which the entry of the timeline is known by.
- An event that is deleted, that its owner declines, or that no contact attends any more is a cancelled meeting, in the
  contacts' timelines and among the deleted records.
- A meeting record that somebody deleted here is left alone.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.actor import Actor
from accounts.choices import ActorKind
from calendars.models import Calendar, LoggedEvent
from calendars.providers.protocol import Interval, RemoteEvent
from calendars.services.booking_records import MEETING_TO_CONTACT, TIMELINE_KIND
from calendars.services.events_ours import copies_of_ours
from crm.choices import ObjectType
from crm.exceptions import InvalidProperty, RecordNotFound
from crm.models import Association, Record, TimelineEntry
from crm.objects import OWNER
from crm.services.changes import AssociationChange, RecordChange, TimelineChange
from crm.services.records import records_write
from hubclone.lib.errors import TransientError
from hubclone.lib.locks import LockSpace, transaction_lock
from hubclone.lib.text import clean_line

PRIVATE_MEETING = "hubclone_meeting"
"""The key under which an event that we made for a meeting record carries its id."""
KEY_BEGINS = "event:"
TITLE_MOST = 400
CHANGES_A_WRITE = 500


@dataclass(frozen=True, slots=True)
class Sighting:
    """An event as a sync saw it, with the contacts among its attendees: address → record id."""

    event: RemoteEvent
    contacts: Mapping[str, int]


@dataclass(slots=True)
class _Batch:
    """The changes of one call of the write path. Entries of one contact are gathered into one change."""

    meetings: list[RecordChange] = field(default_factory=list)
    entries: dict[int, list[TimelineChange]] = field(default_factory=lambda: defaultdict(list))

    def add(self, meeting: RecordChange, entry: TimelineChange, contacts: Sequence[int]) -> int:
        """A meeting and its entry on each contact's timeline; answers the meeting's place."""
        self.meetings.append(meeting)
        place = len(self.meetings) - 1
        for contact in contacts:
            self.entries[contact].append(replace(entry, about_index=place))
        return place

    def changes(self) -> list[RecordChange]:
        """Meetings first, so that their places are as they were given."""
        contacts = [
            RecordChange(ObjectType.CONTACT, record_id=contact, timeline=entries)
            for contact, entries in sorted(self.entries.items())
        ]
        return [*self.meetings, *contacts]


def events_log(*, calendar: Calendar, sightings: Sequence[Sighting]) -> None:
    """Bring the logged meetings up to these events. Raises TransientError when a record changed hands meanwhile."""
    for first in range(0, len(sightings), CHANGES_A_WRITE):
        with transaction.atomic():
            transaction_lock(LockSpace.EVENT_LOG, [calendar.account_id])
            _Log(calendar, sightings[first : first + CHANGES_A_WRITE]).run()


def events_log_sweep(*, calendar: Calendar, window: Interval) -> None:
    """After a full sync of ``window``: what is logged in it and did not come is gone."""
    rows = LoggedEvent.objects.filter(calendar=calendar, generation__lt=calendar.generation)
    gone = rows.filter(ends_at__gt=window.starts_at, starts_at__lt=window.ends_at).values_list("remote_id", flat=True)
    cancelled = [RemoteEvent(id_, blocks=False, interval=None, is_cancelled=True) for id_ in gone]
    events_log(calendar=calendar, sightings=[Sighting(event, {}) for event in cancelled])


class _Log:
    """Some events of a calendar, under the account's lock."""

    def __init__(self, calendar: Calendar, sightings: Sequence[Sighting]) -> None:
        self.calendar, self.sightings, self.batch = calendar, sightings, _Batch()
        self.account_id, ids = calendar.account_id, [s.event.remote_id for s in sightings]
        self.rows: dict[str, LoggedEvent] = {}
        self.copies: dict[str, LoggedEvent] = {}
        for row in LoggedEvent.objects.filter(account_id=self.account_id, remote_id__in=ids):
            (self.rows if row.calendar_id == calendar.pk else self.copies)[row.remote_id] = row
        self.own = _own_addresses(self.account_id)
        self.before = self._before()
        self.keys = self._keys()
        fresh = [s.event for s in sightings if s.event.remote_id not in self.rows]
        self.ours = copies_of_ours(account_id=self.account_id, events=fresh)
        self.earlier = self._earlier()
        self.shared = self._shared()
        self.new: list[tuple[int, LoggedEvent]] = []
        self.kept: list[LoggedEvent] = []
        self.gone: list[LoggedEvent] = []

    def run(self) -> None:
        """Work through the events, write the records at once, and keep what was logged."""
        for sighting in self.sightings:
            self._one(sighting)
        results = _write(self._actor(), self.batch.changes())
        for place, row in self.new:
            if place >= 0:
                row.meeting_id = results[place] or row.meeting_id
        fields = ["fingerprint", "generation", "starts_at", "ends_at"]
        LoggedEvent.objects.filter(pk__in=[row.pk for row in self.gone]).delete()
        LoggedEvent.objects.bulk_update(self.kept, fields)
        LoggedEvent.objects.bulk_create([row for _place, row in self.new])

    def _one(self, sighting: Sighting) -> None:
        event, row = sighting.event, self.rows.get(sighting.event.remote_id)
        contacts = sorted({id_ for email, id_ in sighting.contacts.items() if email not in self.own})
        declined = any(a.has_declined and a.email.lower() in self._mine() for a in event.attendees)
        if event.is_cancelled or event.interval is None or declined or not contacts:
            if row is not None:
                self._end(row)
            return
        fingerprint = _fingerprint(event, contacts)
        if row is None:
            if event.remote_id not in self.ours:
                self._begin(event, event.interval, contacts, fingerprint)
            return
        if row.fingerprint != fingerprint and row.meeting_id in self.before:
            self._write(event, contacts, row.meeting_id)
        row.fingerprint, row.generation = fingerprint, self.calendar.generation
        row.starts_at, row.ends_at = event.interval.starts_at, event.interval.ends_at
        self.kept.append(row)

    def _begin(self, event: RemoteEvent, interval: Interval, contacts: Sequence[int], fingerprint: str) -> None:
        """Log an event that is new on this calendar: a colleague's meeting of it is shared."""
        copy = self.copies.get(event.remote_id)
        known = copy.meeting_id if copy else self.earlier.get(_timeline_key(event))
        place = -1 if copy or known in self.shared else self._write(event, contacts, known)
        row = LoggedEvent(
            account_id=self.account_id,
            calendar=self.calendar,
            remote_id=event.remote_id,
            meeting_id=known or 0,
            fingerprint=fingerprint,
            generation=self.calendar.generation,
            starts_at=interval.starts_at,
            ends_at=interval.ends_at,
        )
        self.new.append((place, row))

    def _write(self, event: RemoteEvent, contacts: Sequence[int], meeting_id: int | None) -> int:
        before = self.before.get(meeting_id, frozenset()) if meeting_id else frozenset()
        links = [AssociationChange(MEETING_TO_CONTACT, to_record_id=id_) for id_ in contacts if id_ not in before]
        lost = sorted(before - set(contacts))
        links += [AssociationChange(MEETING_TO_CONTACT, to_record_id=id_, remove=True) for id_ in lost]
        values, entry = self._values(event), self._entry(event, "logged", meeting_id)
        meeting = RecordChange(ObjectType.MEETING, record_id=meeting_id, properties=values, associations=links)
        place = self.batch.add(meeting, entry, contacts)
        for contact in lost:
            self.batch.entries[contact].append(self._entry(event, "cancelled", meeting_id))
        return place

    def _end(self, row: LoggedEvent) -> None:
        """The event is off; a colleague's copy keeps the meeting."""
        self.gone.append(row)
        if row.remote_id in self.copies or row.meeting_id in self.shared or row.meeting_id not in self.before:
            return
        contacts = sorted(self.before[row.meeting_id])
        key = self.keys.get(row.meeting_id) or _key(row.remote_id)
        entry = TimelineChange(TIMELINE_KIND, key, row.starts_at, self._ended(row))
        values = {"hs_meeting_outcome": "CANCELED"}
        meeting = RecordChange(ObjectType.MEETING, record_id=row.meeting_id, properties=values, archive=True)
        self.batch.add(meeting, entry, contacts)

    def _ended(self, row: LoggedEvent) -> dict[str, Any]:
        times = {"starts_at": row.starts_at.isoformat(), "ends_at": row.ends_at.isoformat()}
        return {"state": "cancelled", "subject": self.titles.get(row.meeting_id, ""), **times, "location": ""}

    def _before(self) -> dict[int, frozenset[int]]:
        """Meetings that are there still, with the contacts that they are linked to."""
        ids = {row.meeting_id for row in (*self.rows.values(), *self.copies.values())}
        live = Record.objects.filter(account_id=self.account_id, pk__in=ids, archived_at=None)
        self.titles = dict(live.values_list("pk", "display_name"))
        found: dict[int, set[int]] = {pk: set() for pk in self.titles}
        links = Association.objects.filter(
            account_id=self.account_id, from_record__in=found, to_type=ObjectType.CONTACT, to_record__archived_at=None
        )
        for meeting_id, contact_id in links.values_list("from_record_id", "to_record_id"):
            found[meeting_id].add(contact_id)
        return {pk: frozenset(contacts) for pk, contacts in found.items()}

    def _keys(self) -> dict[int, str]:
        """The key of each meeting's entries: it stays, whatever becomes of the event."""
        entries = TimelineEntry.objects.filter(account_id=self.account_id, kind=TIMELINE_KIND, about_id__in=self.before)
        return dict(entries.filter(key__startswith=KEY_BEGINS).values_list("about_id", "key"))

    def _shared(self) -> frozenset[int]:
        """Meetings that are logged for a colleague's calendar, too."""
        known = {*self.before, *self.earlier.values()}
        others = LoggedEvent.objects.filter(account_id=self.account_id, meeting_id__in=known)
        return frozenset(others.exclude(calendar=self.calendar).values_list("meeting_id", flat=True))

    def _earlier(self) -> dict[str, int]:
        """Meetings of events that were logged before their calendar was connected anew, by timeline key."""
        new = [s for s in self.sightings if s.event.remote_id not in self.rows and not s.event.is_cancelled]
        contacts = {id_ for sighting in new for id_ in sighting.contacts.values()}
        keys = [_timeline_key(sighting.event) for sighting in new]
        entries = TimelineEntry.objects.filter(
            account_id=self.account_id, record_id__in=contacts, kind=TIMELINE_KIND, key__in=keys
        )
        return dict(entries.filter(about__archived_at=None, about__isnull=False).values_list("key", "about_id"))

    def _values(self, event: RemoteEvent) -> dict[str, Any]:
        assert event.interval is not None
        return {
            "hs_meeting_title": self._title(event),
            "hs_timestamp": event.interval.starts_at,
            "hs_meeting_start_time": event.interval.starts_at,
            "hs_meeting_end_time": event.interval.ends_at,
            "hs_meeting_outcome": "SCHEDULED",
            "hs_meeting_location": _location(event),
            "hs_meeting_source": "BIDIRECTIONAL_SYNC",
            OWNER: str(self.calendar.calendar_account.user_id),
        }

    def _entry(self, event: RemoteEvent, state: str, meeting_id: int | None) -> TimelineChange:
        assert event.interval is not None
        data = {
            "state": state,
            "subject": self._title(event),
            "starts_at": event.interval.starts_at.isoformat(),
            "ends_at": event.interval.ends_at.isoformat(),
            "location": _location(event),
        }
        key = self.keys.get(meeting_id or 0) or _timeline_key(event)
        return TimelineChange(TIMELINE_KIND, key, event.interval.starts_at, data)

    def _title(self, event: RemoteEvent) -> str:
        with translation.override(self.calendar.calendar_account.user.language or None):
            if event.is_private:
                return _("Private meeting")
            return clean_line(event.summary)[:TITLE_MOST] or _("Meeting without a title")

    def _mine(self) -> frozenset[str]:
        """The owner's own addresses at the provider."""
        account = self.calendar.calendar_account
        return frozenset({self.calendar.remote_id.lower(), account.connection.identity.lower()})

    def _actor(self) -> Actor:
        account = self.calendar.calendar_account
        return Actor(self.account_id, ActorKind.SYNC, id=str(account.connection_id), label=self.calendar.name)


def _write(actor: Actor, changes: list[RecordChange]) -> list[int | None]:
    """The ids of the records. An owner who has left the account owns no meeting."""
    try:
        return [result.record_id for result in records_write(actor=actor, changes=changes)]
    except InvalidProperty as error:
        if error.name != OWNER:
            raise
        return _write(actor, [replace(change, properties=_ownerless(change)) for change in changes])
    except RecordNotFound as error:
        raise TransientError("A contact was deleted meanwhile.", code="RECORD_RACE", retry_after=1) from error


def _ownerless(change: RecordChange) -> dict[str, Any]:
    return {name: value for name, value in change.properties.items() if name != OWNER}


def _own_addresses(account_id: int) -> frozenset[str]:
    """Whose calendars are connected: their events are their own, and they are no guests of one another."""
    primary = Calendar.objects.filter(account_id=account_id, is_primary=True)
    pairs = primary.values_list("remote_id", "calendar_account__connection__identity")
    return frozenset(address.lower() for pair in pairs for address in pair)


def _location(event: RemoteEvent) -> str:
    return "" if event.is_private else clean_line(event.location)[:TITLE_MOST] or event.conference_url


def _timeline_key(event: RemoteEvent) -> str:
    """The same for all copies of an event."""
    return _key(event.copy_key or event.remote_id)


def _key(id_: str) -> str:
    """Short, whatever the provider's ids are."""
    return f"{KEY_BEGINS}{hashlib.sha256(id_.encode()).hexdigest()}"


def _fingerprint(event: RemoteEvent, contacts: Sequence[int]) -> str:
    assert event.interval is not None
    times = [event.interval.starts_at.isoformat(), event.interval.ends_at.isoformat()]
    told = [*times, event.is_private, event.summary, _location(event), list(contacts)]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()
